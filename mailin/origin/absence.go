package origin

// Absent reports whether a mail says what responders say: that its sender is away, or that a mail
// has come in. People write that too; beside another sign, such as haste, it tells a responder that
// marks nothing.
func Absent(subject, text string) bool {
	e := evidence{subject: fold(clipBytes(subject, 1000))}
	text = clipBytes(text, 4000)
	return automaticOpening(text) != "" || e.absentBeforeReply() != "" ||
		containing(e.subject, absencePhrases()) != "" || containing(fold(text), absencePhrases()) != ""
}
