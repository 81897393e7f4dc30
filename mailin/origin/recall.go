package origin

import "strings"

var (
	// recallSubjects stand before the subject of the mail that Outlook would take back, or report
	// on its fate, folded.
	recallSubjects = foldAll(
		"recall:", "recall success:", "recall failure:", "message recall report",
		"message recall success", "message recall failure", "recuperar:", "recuperación:",
		"recuperación correcta:", "error de recuperación:",
		"error en la recuperación:", "informe de recuperación de mensajes",
		"informe de recuperación del mensaje", "recuperar mensaje:", "retirar:", "anular:",
		"cancelar:", "cancelamento de mensagem:", "relatório de recuperação",
		"recordar:", "rappel :", "rappel:", "rückruf:", "zurückrufen:", "richiamo:", "richiama:",
		"intrekken:",
	)
	// recallPhrases say so in the text, folded.
	recallPhrases = foldAll(
		"would like to recall the message", "wants to recall the message",
		"desea recuperar el mensaje", "desea recuperar este mensaje",
		"quiere recuperar el mensaje", "querría recuperar el mensaje",
		"le gustaría recuperar el mensaje", "quisiera recuperar el mensaje",
		"desea retirar el mensaje", "desea anular el mensaje", "deseja recuperar a mensagem",
		"gostaria de recuperar a mensagem", "gostaria de cancelar a mensagem",
		"deseja cancelar a mensagem", "souhaite rappeler le message",
		"voudrait rappeler le message", "möchte die nachricht zurückrufen",
		"vorrebbe richiamare il messaggio", "desidera richiamare il messaggio",
		"wil het bericht intrekken", "message recall report", "your message recall",
		"attempt to recall", "intento de recuperar", "intento de recuperación",
	)
)

// judgeRecall: Outlook asks every reader's Outlook to take a mail back. That is no new matter, and
// outside of Exchange nothing comes of it.
func judgeRecall(e *evidence) (Verdict, bool) {
	prefix := leading(e.subject, recallSubjects())
	text := fold(clipBytes(e.New, 1000))
	phrase := containing(text, recallPhrases())
	if phrase == "" || strings.Contains(text, "?") || prefix == "" && !quotesToEnd(text, phrase) {
		return Verdict{}, false
	}
	return machine(AutoReply, "recall", e.Subject)
}

// quotesToEnd reports whether a phrase stands in the first line, and nothing but a quoted subject
// behind it.
func quotesToEnd(text, phrase string) bool {
	_, rest, _ := strings.Cut(text, phrase)
	rest = strings.Trim(rest, " ,.:")
	return len(rest) > 2 && strings.Count(rest, `"`) == 2 &&
		rest[0] == '"' && rest[len(rest)-1] == '"'
}
