package origin

import "strings"

// judgeBounceText: a bounce that is no RFC 3464 report. A mail system's name or the null sender needs one more sign, a service's
// address three. A mail with an ordinary sender is never one, whatever it says: people paste bounces and ask what they mean.
func judgeBounceText(e *evidence) (Verdict, bool) {
	subject := e.bounceSubject()
	if v := e.value("X-Failed-Recipients"); v != "" && (e.fromSystem() || subject != "") {
		return textBounce(e, "failed-recipients", "X-Failed-Recipients: "+v)
	}
	if !e.fromSystem() && e.sender.role == "" || e.autoSubject() != "" && e.returned == nil {
		return Verdict{}, false
	}
	phrase := containing(e.folded, bouncePhrases)
	if phrase == "" {
		phrase = containing(e.folded, delayPhrases)
	}
	system := e.fromSystem() || letters(e.sender.role) == "postmaster"
	switch {
	case system && subject != "":
		return textBounce(e, "bounce-text", "Subject: "+e.Subject)
	case system && phrase != "" && (e.returned != nil || len(noticeRecipients(e)) > 0):
		return textBounce(e, "bounce-text", phrase)
	case subject != "" && phrase != "" && !e.answered() && e.returned != nil: // a parcel's "delivery failed" returns no mail
		return textBounce(e, "bounce-text", phrase)
	}
	return Verdict{}, false
}

// fromSystem tells the senders that write no mail of a person.
func (e *evidence) fromSystem() bool { return e.sender.null() || e.sender.daemon != "" }

// textBounce builds the verdict from the notice.
func textBounce(e *evidence, code, detail string) (Verdict, bool) {
	class, action := Bounced, "failed"
	if e.delayed() {
		class, action = Delay, "delayed"
	}
	v, _ := machine(class, code, detail)
	v.Recipients = textRecipients(e)
	for i := range v.Recipients {
		v.Recipients[i].Action = action
	}
	v.Bounce = &v.Recipients[0]
	return v, true
}

// textRecipients are, from the surest: fields of a report that stand in the text, what the notice says, the report inside the returned
// mail (a gateway that returns a bounce), the returned mail's recipient. There is at least one, if need be without an address.
func textRecipients(e *evidence) []Bounce {
	id := e.originalID()
	list := pastedReport(e)
	if list == nil {
		list = noticeRecipients(e)
	}
	if list == nil {
		if list = deliveryParts(e, "message/rfc822"); list != nil {
			id = nestedID(e, id)
		}
	}
	if list == nil {
		list = []Bounce{{Recipient: returnedRecipient(e.returned), Status: statusOrClass(e.notice), Diagnostic: diagnosticIn(e.notice)}}
	}
	for i := range list {
		list[i].OriginalMessageID = id
	}
	return list
}

// pastedReport reads the fields of a report whose MIME structure is lost.
func pastedReport(e *evidence) []Bounce {
	text := ownText(e.Mail)
	if !strings.Contains(strings.ToLower(text), "final-recipient:") {
		return nil
	}
	var list []Bounce
	for _, b := range deliveryGroups(text) {
		if b.Recipient != "" {
			list = append(list, b)
		}
	}
	return list
}

// nestedID is the Message-ID of the mail that the returned bounce returned.
func nestedID(e *evidence, outer string) string {
	for _, p := range e.Parts {
		if p.Within == "message/rfc822" && strings.HasPrefix(p.Type, "message/rfc822") || p.Type == "text/rfc822-headers" && p.Within != "" {
			if id := messageID(header(string(p.Body)).get("Message-ID")); id != "" {
				return id
			}
		}
	}
	return outer
}

// delayed tells a warning that the system still tries.
func (e *evidence) delayed() bool {
	if containing(e.subject, delaySubjects) != "" {
		return true
	}
	return containing(e.folded, delayPhrases) != "" && containing(e.folded, finalPhrases) == ""
}

var delaySubjects = foldAll(
	"(delay)", "delivery delayed", "delayed mail", "delayed delivery", "message delayed", "message delivery delayed", "warning: could not send message for past", "warning: message", "warning: delayed", "still undelivered", "has been delayed", "is delayed", "is being delayed",
	"(retraso)", "(demora)", "(retrasado)", "entrega retrasada", "entrega demorada", "mensaje retrasado", "retraso en la entrega", "se ha retrasado", "(atraso)", "entrega atrasada", "remise retardee", "(retard)", "verzogert", "(verzogerung)", "consegna ritardata", "(ritardo)", "vertraagd",
)

var delayPhrases = foldAll(
	"this is a warning message only", "you do not need to resend", "you don't need to resend", "has not yet been delivered", "not yet delivered", "not been delivered yet", "will continue to try", "will be retried", "will keep trying", "will try again", "will retry", "still being retried",
	"still trying to deliver", "has been delayed", "delivery attempts will continue", "delivery to the following recipient has been delayed", "delivery to these recipients has been delayed", "delayed mail", "is delayed", "could not be delivered yet", "we will continue", "message has not been delivered for",
	"se seguira intentando", "seguira intentando", "seguiremos intentando", "se volvera a intentar", "volvera a intentar", "se reintentara", "reintentara la entrega", "no es necesario que reenvie", "no es necesario reenviar", "no hace falta que lo reenvie", "no tiene que reenviar", "todavia no se ha entregado", "aun no se ha entregado", "aun no ha sido entregado", "todavia no ha sido entregado", "se ha retrasado", "esta retrasado", "la entrega se ha demorado", "esta demorad",
	"continuara tentando", "nao e necessario reenviar", "ainda nao foi entregue", "esta atrasada", "n'a pas encore ete remis", "sera retente", "il n'est pas necessaire de renvoyer", "non e stato ancora consegnato", "wird weiterhin versucht", "noch nicht zugestellt", "verzogert sich",
)

// finalPhrases say that the system has given up, whatever it did before.
var finalPhrases = foldAll(
	"permanent error", "permanent fatal", "failed permanently", "i've given up", "giving up", "have given up", "gave up", "could not be delivered to one or more", "delivery has failed", "delivery failed", "failed to deliver", "permanent failure", "no further delivery attempts", "message expired", "retry timeout exceeded", "retry time not reached", "returned to sender", "too long", "undeliverable to",
	"will not be retried", "will not try to redeliver", "error permanente", "de forma permanente", "ha fallado definitivamente", "no se volvera a intentar", "no se seguira intentando", "no se realizaran mas intentos", "se ha desistido", "se rechazo", "no se pudo entregar", "no se ha podido entregar", "erro permanente", "erreur permanente", "permanenter fehler", "errore permanente", "ya no se intentara",
)

// bouncePhrases are how mail systems say that they could not deliver, folded.
var bouncePhrases = foldAll(
	// en: qmail, Exim, Postfix, Sendmail, Exchange, Gmail, Yahoo, Notes, IMail, SES ...
	"wasn't able to deliver", "was not able to deliver", "were unable to deliver", "unable to deliver", "could not deliver", "couldn't deliver", "cannot deliver", "can't be delivered", "cannot be delivered", "could not be delivered", "couldn't be delivered", "was not delivered", "wasn't delivered", "not delivered to", "has not been delivered",
	"undeliverable", "undelivered", "not deliverable", "failed to deliver", "delivery failed", "delivery has failed", "delivery to the following", "delivery failure", "failed to reach", "did not reach", "didn't reach", "permanent error", "permanent fatal errors", "failed permanently", "fatal errors", "transcript of session", "delivery errors", "delivery problems", "had delivery", "delivery status notification",
	"failed addresses", "following address", "failed recipients", "failure reasons", "recipients were found", "user unknown", "unknown user", "no such user", "unknown recipient", "mailbox full", "mailbox is full", "quota exceeded", "over quota", "mailbox unavailable", "address rejected", "user not known", "was rejected", "been rejected", "rejected by", "returned to you", "returned to sender", "returning your message", "is being returned", "could not be sent", "could not send", "cannot send", "error occurred while", "not be found", "doesn't exist", "does not exist", "invalid recipient", "invalid final delivery", "not listed in", "rejected for the following", "reason for failure", "message could not", "may not exist",
	// es
	"no se pudo entregar", "no pudo ser entregado", "no ha podido ser entregado", "no se ha podido entregar", "no se puede entregar", "no se entrego", "no ha sido entregado", "no fue entregado", "no fue posible entregar", "no ha sido posible entregar", "no hemos podido entregar", "no pudimos entregar", "imposible entregar", "error de entrega", "error en la entrega", "error al entregar", "error permanente", "ha fallado la entrega", "fallo la entrega", "fallo en la entrega", "entrega fallida", "no se ha entregado", "no pudo entregar", "ha sido rechazado", "fue rechazado", "se rechazo", "ha sido devuelto", "se devuelve", "destinatario desconocido", "usuario desconocido", "buzon lleno", "no se encontro la direccion", "no se ha encontrado la direccion", "la direccion no existe", "no se ha podido encontrar", "no pudo encontrarse", "cuenta de destino no existe", "buzon de destino", "no existe el usuario", "usuario no existe", "los siguientes destinatarios",
	// pt, ca, fr, it, de, nl
	"nao foi possivel entregar", "nao pode ser entregue", "nao foi entregue", "nao foi possivel enviar", "falha na entrega", "usuario inexistente", "usuario desconhecido", "caixa postal cheia", "no s'ha pogut lliurar", "n'a pas pu etre", "n'a pu etre", "n'a pas ete", "impossible de remettre", "echec de la remise", "utilisateur inconnu", "non e stato possibile", "non e stato consegnato", "impossibile recapitare", "impossibile consegnare", "utente sconosciuto", "konnte nicht zugestellt", "konnte nicht", "nicht zugestellt", "nicht zustellbar", "unzustellbar", "unbekannter empfanger", "kon niet worden", "niet worden bezorgd", "niet bezorgd",
	// sv, da, no, pl, cs, ru, ja, zh
	"kunde inte levereras", "gick inte att", "kunne ikke leveres", "nie mozna dostarczyc", "nie zostala dostarczona", "nelze dorucit", "nebylo mozne dorucit", "не удалось доставить", "не может быть доставлено", "не доставлено", "недоставлен", "送信できませんでした", "配信できませんでした", "お届けできません", "送信することができません", "存在しない", "メールアドレスが見つかりません", "エラー", "无法投递", "无法送达", "退回",
)
