package origin

// This file holds the subjects that machines write, by language. Every table is written as the mail
// systems write and folded once; foldAll makes case and accents free.

// responderSubjects begin the subject of what responders write, folded, in the languages of the
// mail systems. Those that end in ":" stand before the subject of the mail they answer.
var responderSubjects = foldAll(
	// es
	"respuesta automatica", "respuesta automatizada", "contestacion automatica",
	"contestador automatico", "autorespuesta", "auto respuesta", "autorespondedor",
	"mensaje automatico", "aviso automatico", "fuera de la oficina", "fuera de oficina",
	"ausencia de la oficina", "ausente de la oficina", "ausente:",
	"ausencia:", "estoy de vacaciones", "de vacaciones", "en vacaciones",
	"estoy fuera de la oficina", "aviso de ausencia", "mensaje de vacaciones",
	"notificacion de ausencia", "no disponible:",
	"respuesta de ausencia",
	// ca, gl, eu
	"resposta automatica", "fora de l'oficina", "fora de la oficina", "fora da oficina",
	"erantzun automatikoa", "bulegotik kanpo",
	// pt
	"fora do escritorio", "ausencia temporaria", "ausente do escritorio", "estou de ferias",
	"em ferias", "ausencia temporal",
	// en
	"automatic reply", "automatic response", "automated reply", "automated response",
	"auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
	"auto respond", "autoresponder", "auto: ", "out of office", "out of the office",
	"out-of-office", "ooo:", "away from the office", "away from my mail",
	"away from office", "vacation reply", "vacation response", "vacation:", "on vacation",
	"i am out of", "i'm out of", "i am away", "annual leave", "on leave", "away:", "absence:",
	"this is an automated", "this is an automatic",
	// challenge and response
	"please confirm your message", "please verify your message", "confirm your message",
	"sender verification", "message verification", "your message requires confirmation",
	"verify your email to", "por favor confirme su mensaje", "confirme su mensaje",
	"confirme su correo", "confirma tu mensaje", "verificacion de remitente",
	"verificacion del remitente", "su mensaje requiere confirmacion",
	"confirme sua mensagem", "confirmacao de remetente", "merci de confirmer votre message",
	// fr
	"reponse automatique", "absence du bureau", "absent du bureau", "message d'absence",
	"en conge", "absence :", "absent(e)", "notification d'absence", "message automatique",
	// it
	"risposta automatica", "fuori sede", "fuori ufficio", "assente dall'ufficio",
	"assenza dall'ufficio", "messaggio automatico", "sono in ferie", "assenza:",
	// de
	"automatische antwort", "automatische ruckantwort", "automatische nachricht",
	"abwesenheitsnotiz", "abwesenheit:", "abwesenheitsnachricht", "abwesenheitsmeldung",
	"abwesenheitsassistent", "nicht im buro", "ich bin nicht im", "autoantwort", "abwesend",
	// nl, da, no, sv, fi, is
	"automatisch antwoord", "automatische beantwoording", "afwezigheidsbericht", "afwezig",
	"niet aanwezig", "buiten kantoor", "automatisk svar", "automatiskt svar", "autosvar",
	"ikke til stede", "ikke pa kontoret", "fravaer", "fravær", "franvaro", "franvarande",
	"ej pa kontoret", "automaattinen vastaus", "poissa toimistosta",
	"poissaolo", "poissa:", "ute av kontoret", "sjalfvirkt svar",
	// pl, cs, sk, hu, ro, hr, sl, tr, el, bg, lt, lv, et
	"automatyczna odpowiedz", "odpowiedz automatyczna", "poza biurem", "nieobecnosc", "nieobecny",
	"automaticka odpoved", "mimo kancelar", "nepritomnost", "neprítomnost", "automatikus valasz",
	"hazon kivul", "raspuns automat", "automatski odgovor", "samodejni odgovor", "otomatik yanit",
	"otomatik cevap", "ofis disinda", "αυτοματη απαντηση", "εκτος γραφειου",
	"автоматичен отговор", "automatinis atsakymas",
	"automatiska atbilde", "automaatvastus",
	// ru, uk, zh, ja, ko, he, ar
	"автоматический ответ", "автоответ", "вне офиса", "нет на месте", "автоматична відповідь",
	"自动答复", "自动回复", "自動回覆", "自動答覆", "外出", "不在", "休假", "自動応答", "自動返信", "不在通知", "자동 회신", "부재 중",
	"תגובה אוטומטית", "מענה אוטומטי", "رد تلقائي",
)

// bounceSubjects begin, or are, what mail systems write over a returned mail, folded.
var bounceSubjects = foldAll(
	// en
	"undelivered mail", "undeliverable", "undelivered", "undeliverd", "mail delivery",
	"delivery status notification", "delivery failure", "delivery failed",
	"delivery notification", "delivery error", "delivery report", "delivery has failed",
	"delivery problem", "delivery delayed", "delivery status",
	"delivery incomplete", "failed delivery", "failed mail", "failure delivery", "failure notice",
	"notice: mail delivery", "mail failure", "error(s) in forwarding", "there was an error sending",
	"failed to deliver", "failure:", "returned mail", "returned to sender", "returned message",
	"returned email", "return receipt failed", "mail returned", "mail failed",
	"mail system error", "mail could not be delivered",
	"mail error", "mail not delivered", "mail undeliverable", "mail delivered with errors",
	"message delivery", "message not delivered", "message undeliverable", "message delayed",
	"message status", "message could not be delivered", "message you sent blocked",
	"message rejected", "message blocked", "nondeliverable", "non-deliverable", "nondelivery",
	"non delivery", "non-delivery", "not delivered", "ndn:",
	"ndr:", "unable to deliver", "user unknown", "unknown user", "warning: could not send",
	"warning: message", "warning: delayed", "could not send message", "could not be delivered",
	"couldn't be delivered", "dsn:", "bounced mail", "bounce:", "bounce message",
	"email delivery failure", "e-mail delivery failure",
	"email not delivered", "error sending", "problem delivering", "rejected:", "rejected mail",
	"recipient unknown", "address not found", "system error", "mdaemon notification",
	"permanent delivery failure", "transient delivery",
	"post office: undeliverable", "permanent fail", "message notification",
	"considered unsolicited", "your message to", "your email to", "your email has not",
	// es
	"correo devuelto", "correo no entregado", "correo rechazado", "mensaje no entregado",
	"mensaje devuelto", "mensaje rechazado", "mensaje retrasado", "no se puede entregar",
	"no se pudo entregar", "no se ha podido entregar", "no entregado", "no entregable",
	"no entregue", "imposible entregar", "error de entrega", "error en la entrega",
	"error al entregar", "fallo de entrega", "fallo en la entrega",
	"falla en la entrega", "entrega fallida", "entrega no realizada", "entrega retrasada",
	"entrega demorada", "notificacion de estado de entrega",
	"notificacion del estado de la entrega", "notificacion de estado de la entrega",
	"notificacion de entrega", "informe de no entrega", "informe de entrega",
	"estado de la entrega", "devolucion de correo", "devolucion de mensaje",
	"retraso en la entrega", "su mensaje no", "tu mensaje no", "aviso de no entrega",
	"el mensaje no se", "no se entrego",
	// pt
	"nao e possivel entregar", "nao foi possivel entregar", "nao entregue", "mensagem nao entregue",
	"mensagem devolvida", "email nao entregue", "e-mail nao entregue", "falha na entrega",
	"falha de entrega", "erro na entrega", "entrega atrasada", "notificacao de status de entrega",
	"notificacao do estado de entrega", "relatorio de entrega", "correio devolvido", "devolucao",
	// ca, fr, it
	"no s'ha pogut lliurar", "correu retornat", "missatge no lliurat", "error de lliurament",
	"non remis", "non remise", "non distribuable", "impossible de remettre", "echec de la remise",
	"echec de remise", "echec d'envoi", "echec de livraison", "message non distribue",
	"message non remis", "courrier non remis", "mail non remis", "notification d'etat de remise",
	"notification d'etat", "remise retardee", "avis de non-remise", "message retourne",
	"retour de courrier", "non recapitabile", "impossibile recapitare",
	"mancato recapito", "mancata consegna", "consegna fallita", "messaggio non recapitato",
	"messaggio non consegnato", "errore di consegna", "posta non recapitata",
	"notifica sullo stato del recapito", "notifica di mancato", "avviso di mancata consegna",
	"anomalia messaggio", "errore nella consegna",
	// de
	"unzustellbar", "nicht zustellbar", "unzustellbare", "zustellung fehlgeschlagen",
	"zustellungsfehler", "zustellstatus", "zustellungsstatus", "zustellung verzogert",
	"fehler bei der", "nicht zugestellt", "mail nicht zustellbar", "rucksendung",
	"benachrichtigung zum zustell", "benachrichtung zum ubermittlungsstatus",
	"benachrichtigung zum ubermittlungsstatus", "ihre nachricht konnte nicht", "zuruckgesandt",
	// nl, da, no, sv, fi, pl, cs, hu, tr, ro
	"onbestelbaar", "niet bezorgd", "niet afgeleverd", "mislukte bezorging", "bezorging mislukt",
	"status van bezorging", "kan ikke leveres", "ikke leveret", "kunne ikke leveres",
	"ikke levert", "uleverbar", "olevererbart", "gick inte att leverera", "oleveverbart",
	"ej levererat", "olevererat", "leveransfel", "leveransstatus", "toimitus epaonnistui",
	"ei voi toimittaa", "niedostarczalne", "niedostarczona",
	"nie dostarczono", "zwrot poczty", "blad dostarczenia", "nedorucitelne", "nedoruceno",
	"nelze dorucit", "kezbesithetetlen", "sikertelen kezbesites", "teslim edilemedi", "nelivrat",
	"imposibil de livrat",
	// ru, uk, el, zh, ja, ko
	"недоставленное", "недоставлено", "не доставлено", "не удается доставить",
	"сообщение не доставлено", "ошибка доставки", "возврат", "недоставлене", "μη παραδοτεο",
	"μη παραδοση", "未送达", "无法投递", "退信", "系统退信", "投递失败",
	"未傳遞", "無法傳遞", "配信不能", "配信エラー", "送信エラー", "不達", "メール配信エラー", "배달되지 않음", "반송",
)

// bounceSubjectParts are words inside a subject that speak of a delivery.
var bounceSubjectParts = foldAll(
	"delivery status notification", "undeliverable", "returned mail", "delivery failure",
	"delivery failed", "mail delivery failed", "returning message to sender",
	"returning to sender", "mail failed", "undelivered mail returned", "could not be delivered",
	"no se pudo entregar", "no se ha podido entregar",
	"no se puede entregar", "unzustellbar", "non remis", "not listed in", "user unknown",
	"nondeliverable", "no entregado", "nao entregue",
)

// receiptSubjects stand before the subject of a mail that was read or deleted unread, folded.
var receiptSubjects = foldAll(
	"leido:", "leida:", "no leido:", "acuse de lectura", "confirmacion de lectura",
	"acuse de recibo (", "acuse de recibo:", "recibo de lectura", "eliminado sin leer:", "read:",
	"not read:", "read receipt", "return receipt", "message read", "read confirmation",
	"disposition notification", "lida:", "lido:", "nao lida:",
	"confirmacao de leitura", "lu:", "lu :", "non lu :", "confirmation de lecture",
	"accuse de lecture", "accuse de reception", "gelesen:", "ungelesen:", "lesebestatigung",
	"letto:", "non letto:", "conferma di lettura", "ricevuta di ritorno", "llegit:", "gelezen:",
	"leesbevestiging", "last:", "lukukuittaus", "laest:", "læst:", "lest:", "przeczytano:",
	"precteno:", "okundu:", "прочтено:", "прочитано:", "已读:", "開封済み:",
	"開封通知",
)

// replyPrefixes stand before the subject when a person answers or forwards, folded.
var replyPrefixes = foldAll(
	"re:", "re[", "re :", "rv:", "rv :", "fw:", "fwd:", "fw :", "fwd :", "aw:", "wg:", "sv:",
	"vs:", "tr:", "r:", "i:", "ref:", "res:", "enc:", "antw:", "odp:", "rif:", "vb:", "vl:",
	"pd:", "reenv:", "reenviado:", "rta:", "resp:", "respuesta:", "回复:", "答复:", "转发:", "[fwd:",
)

// calendarSubjects stand before the meeting's name in the answer, folded.
var calendarSubjects = foldAll(
	"aceptado:", "aceptada:", "rechazado:", "rechazada:", "provisional:", "tentativo:",
	"tentativa:", "accepted:", "declined:", "tentative:", "tentatively accepted:",
	"new time proposed:", "nueva hora propuesta:", "aceite:",
	"aceito:", "recusado:", "recusada:", "accepte :", "refuse :", "provisoire :", "accettato:",
	"rifiutato:", "zugesagt:", "abgesagt:", "mit vorbehalt:", "acceptat:",
)

// delaySubjects say, anywhere in the subject, that the system still tries.
var delaySubjects = foldAll(
	"(delay)", "delivery delayed", "delayed mail", "delayed delivery", "message delayed",
	"message delivery delayed", "warning: could not send message for past", "warning: message",
	"warning: delayed", "still undelivered", "has been delayed", "is delayed", "is being delayed",
	"(retraso)", "(demora)", "(retrasado)", "entrega retrasada", "entrega demorada",
	"mensaje retrasado", "retraso en la entrega", "se ha retrasado",
	"(atraso)", "entrega atrasada", "remise retardee", "(retard)", "verzogert", "(verzogerung)",
	"consegna ritardata", "(ritardo)", "vertraagd",
)
