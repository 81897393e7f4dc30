package origin

// This file holds what mail systems say in their texts, by language. Every table is written as the
// mail systems write and folded once; foldAll makes case and accents free.

// bouncePhrases are how mail systems say that they could not deliver, folded.
var bouncePhrases = foldAll(
	// en: qmail, Exim, Postfix, Sendmail, Exchange, Gmail, Yahoo, Notes, IMail, SES ...
	"wasn't able to deliver", "was not able to deliver", "were unable to deliver",
	"unable to deliver", "could not deliver", "couldn't deliver", "cannot deliver",
	"can't be delivered", "cannot be delivered", "could not be delivered",
	"couldn't be delivered", "was not delivered", "wasn't delivered", "not delivered to",
	"has not been delivered", "undeliverable", "undelivered", "not deliverable",
	"failed to deliver", "delivery failed", "delivery has failed", "delivery to the following",
	"delivery failure", "failed to reach", "did not reach", "didn't reach", "permanent error",
	"permanent fatal errors", "failed permanently",
	"fatal errors", "transcript of session", "delivery errors", "delivery problems", "had delivery",
	"delivery status notification", "failed addresses", "following address", "failed recipients",
	"failure reasons", "recipients were found", "user unknown", "unknown user", "no such user",
	"unknown recipient", "mailbox full", "mailbox is full", "quota exceeded", "over quota",
	"mailbox unavailable", "address rejected", "user not known",
	"can't accept messages", "cannot accept messages", "not accepting messages",
	"unable to receive mail", "can't receive any more", "cannot receive any more", "was rejected",
	"been rejected", "rejected by", "returned to you", "returned to sender",
	"returning your message", "is being returned", "been returned because", "returned because it",
	"could not be sent", "could not send", "cannot send",
	"error occurred while", "not be found", "doesn't exist", "does not exist", "invalid recipient",
	"invalid final delivery", "not listed in", "rejected for the following", "reason for failure",
	"message could not", "may not exist",
	// es
	"no se pudo entregar", "no pudo ser entregado", "no ha podido ser entregado",
	"no se ha podido entregar", "no se puede entregar", "no se entrego", "no ha sido entregado",
	"no fue entregado", "no fue posible entregar",
	"no ha sido posible entregar", "no hemos podido entregar", "no pudimos entregar",
	"imposible entregar", "error de entrega", "error en la entrega", "error al entregar",
	"error permanente", "ha fallado la entrega", "fallo la entrega", "fallo en la entrega",
	"entrega fallida", "no se ha entregado", "no pudo entregar",
	"ha sido rechazado", "fue rechazado", "se rechazo", "ha sido devuelto", "se devuelve",
	"destinatario desconocido", "usuario desconocido", "buzon lleno", "no se encontro la direccion",
	"no se ha encontrado la direccion", "la direccion no existe", "no se ha podido encontrar",
	"no pudo encontrarse", "cuenta de destino no existe", "buzon de destino",
	"no existe el usuario", "usuario no existe", "los siguientes destinatarios",
	"no puede recibir mas mensajes", "no puede recibir mas correo",
	"no puede recibir mensajes", "no puede recibir correo", "no acepta mas mensajes",
	"no acepta mas correo", "buzon esta lleno", "buzon del destinatario esta lleno",
	"casilla llena", "casilla esta llena", "bandeja llena",
	"bandeja esta llena", "cuota excedida", "cuota superada", "excedio su cuota",
	"ha excedido su cuota", "ha excedido la cuota", "excede la cuota", "supero su cuota",
	"ha superado su cuota", "ha superado la cuota",
	"sin espacio en el buzon", "no tiene espacio",
	// pt, ca, fr, it, de, nl
	"nao foi possivel entregar", "nao pode ser entregue", "nao foi entregue",
	"nao foi possivel enviar", "falha na entrega", "usuario inexistente", "usuario desconhecido",
	"caixa postal cheia", "caixa de correio cheia", "caixa de entrada cheia",
	"nao pode receber mais mensagens", "cota excedida", "no s'ha pogut lliurar",
	"n'a pas pu etre", "n'a pu etre", "n'a pas ete", "impossible de remettre", "echec de la remise",
	"utilisateur inconnu", "non e stato possibile", "non e stato consegnato",
	"impossibile recapitare", "impossibile consegnare", "utente sconosciuto",
	"konnte nicht zugestellt", "konnte nicht", "nicht zugestellt",
	"nicht zustellbar", "unzustellbar", "unbekannter empfanger", "kon niet worden",
	"niet worden bezorgd", "niet bezorgd",
	// sv, da, no, pl, cs, ru, ja, zh
	"kunde inte levereras", "gick inte att", "kunne ikke leveres", "nie mozna dostarczyc",
	"nie zostala dostarczona", "nelze dorucit", "nebylo mozne dorucit", "не удалось доставить",
	"не может быть доставлено", "не доставлено", "недоставлен", "送信できませんでした", "配信できませんでした",
	"お届けできません", "送信することができません", "存在しない", "メールアドレスが見つかりません", "エラー", "无法投递",
	"无法送达", "退回",
)

// delayPhrases say that a mail is late and that the system still tries.
var delayPhrases = foldAll(
	"this is a warning message only", "you do not need to resend", "you don't need to resend",
	"has not yet been delivered", "not yet delivered", "not been delivered yet",
	"will continue to try", "will be retried", "will keep trying", "will try again", "will retry",
	"still being retried", "still trying to deliver", "has been delayed",
	"delivery attempts will continue", "delivery to the following recipient has been delayed",
	"delivery to these recipients has been delayed",
	"delayed mail", "is delayed", "could not be delivered yet", "we will continue",
	"message has not been delivered for", "se seguira intentando", "seguira intentando",
	"seguiremos intentando", "se volvera a intentar", "volvera a intentar", "se reintentara",
	"reintentara la entrega", "no es necesario que reenvie", "no es necesario reenviar",
	"no hace falta que lo reenvie", "no tiene que reenviar", "todavia no se ha entregado",
	"aun no se ha entregado", "aun no ha sido entregado",
	"todavia no ha sido entregado", "se ha retrasado", "esta retrasado",
	"la entrega se ha demorado", "esta demorad", "continuara tentando",
	"nao e necessario reenviar", "ainda nao foi entregue", "esta atrasada",
	"n'a pas encore ete remis", "sera retente", "il n'est pas necessaire de renvoyer",
	"non e stato ancora consegnato", "wird weiterhin versucht", "noch nicht zugestellt",
	"verzogert sich",
)

// finalPhrases say that the system has given up, whatever it did before.
var finalPhrases = foldAll(
	"permanent error", "permanent fatal", "failed permanently", "i've given up", "giving up",
	"have given up", "gave up", "could not be delivered to one or more", "delivery has failed",
	"delivery failed", "failed to deliver", "permanent failure", "no further delivery attempts",
	"message expired", "retry timeout exceeded", "retry time not reached", "returned to sender",
	"too long", "undeliverable to", "will not be retried", "will not try to redeliver",
	"error permanente", "de forma permanente", "ha fallado definitivamente",
	"no se volvera a intentar", "no se seguira intentando",
	"no se realizaran mas intentos", "se ha desistido", "se rechazo", "no se pudo entregar",
	"no se ha podido entregar", "erro permanente", "erreur permanente", "permanenter fehler",
	"errore permanente", "ya no se intentara",
)

// rejectPhrases are how a mailbox's own rules refuse a mail, folded.
var rejectPhrases = foldAll(
	"automatically rejected", "refused by the mail filtering", "was rejected", "been rejected",
	"was refused", "quota exceeded", "mailbox is full", "mailbox full", "fue rechazado",
	"ha sido rechazado", "rechazado automaticamente",
	"buzon lleno",
)

// receiptPhrases are how mail clients word a read receipt, folded.
var receiptPhrases = foldAll(
	"this is a return receipt for", "return receipt for the mail", "your message was read on",
	"was read on", "was deleted without being read", "was displayed on the recipient",
	"your message was displayed", "fue leido el",
	"fue leido en", "se ha leido el", "se leyo el", "ha sido leido", "se elimino sin leer",
	"se ha eliminado sin leer", "este es un acuse de recibo", "este es un acuse de lectura",
	"acuse de recibo del mensaje", "mensaje mostrado en el equipo", "foi lida em", "foi lido em",
	"foi lida no", "a ete lu le", "ceci est un accuse de reception", "wurde gelesen am",
	"wurde am", "dies ist eine empfangsbestatigung", "e stato letto", "ricevuta di ritorno",
	"va ser llegit", "s'ha llegit", "is gelezen op", "zostala przeczytana", "blev laest",
	"ble lest", "lastes den",
)

// announcements stand before the mail that is returned.
var announcements = foldAll(
	"copy of the message", "copy of your message", "copy of the original", "original message",
	"original mail", "unsent message", "returned message", "returned mail", "message follows",
	"message text follows", "message header", "header of the original", "headers follow",
	"message headers", "your message follows", "message is attached", "undelivered message",
	"rejected message", "non-delivered message", "failed message",
	"received message", "text of your message", "start of the message", "beginning of the message",
	"mensaje original", "copia del mensaje", "encabezados del mensaje", "encabezado del mensaje",
	"cabeceras del mensaje", "cabecera del mensaje", "encabezados originales", "mensaje devuelto",
	"mensagem original", "copia da mensagem", "cabecalhos", "message d'origine", "message original",
	"copie du message", "en-tetes", "messaggio originale", "copia del messaggio", "intestazioni",
	"ursprungliche nachricht", "kopie der nachricht", "kopie ihrer nachricht", "nachrichtenkopf",
	"oorspronkelijk bericht", "オリジナルメッセージ",
)

// recipientLabels stand before a colon and the address that failed.
var recipientLabels = foldAll(
	"recipient", "rcpt to", "destinatari", "destinataire", "empfanger", "address", "direccion",
	"mailbox", "user", "usuario", "delivery", "deliver", "entreg", "zustell", "remis ", "consegn",
	"undeliverable", "failed", "ontvanger", "odbiorca", "mottagare",
)
