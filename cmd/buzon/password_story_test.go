package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestPasswordByMail: whoever has a password on the SMTP door and looks for it gets another when he
// says yes, at his registered address; the old one is valid until then, and the new one stands in
// no database.
func TestPasswordByMail(t *testing.T) {
	t.Parallel()
	for lang, say := range map[string]struct{ asks, question, yes, told string }{
		"es": {"no puedo entrar", "Confirme que quiere otra contraseña", "Sí",
			"Esta es su nueva contraseña"},
		"en": {"forgot password", "Confirm that you want another password", "Yes",
			"This is your new password"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "uno.test")
			ana := must(d.store.PersonByAddress(t.Context(), "ana@uno.test"))(t)
			if lang == "en" {
				english(d, "ana@uno.test")
			}
			if err := d.setPassword(t.Context(), ana,
				must(hashed("una-muy-vieja"))(t)); err != nil {
				t.Fatal(err)
			}
			d.write("luis@uno.test", "soporte@uno.test", say.asks, "") // has none
			d.write("ana@uno.test", "soporte@uno.test", say.asks, "")
			d.settle()
			var question takenMail
			for _, m := range d.next() {
				if strings.Contains(m.subject, say.question) {
					if m.to != "ana@uno.test" {
						t.Errorf("%s is asked", m.to)
					}
					question = m
				}
			}
			login := d.login()
			if err := login("ana@uno.test", "una-muy-vieja"); err != nil {
				t.Errorf("the old one is not valid before: %v", err)
			}
			d.write("otro@otra.test", question.replyTo(), "Re: x", say.yes)
			d.settle()
			for _, m := range d.next() {
				if strings.Contains(decoded(m), say.told) {
					t.Errorf("by somebody else: %s", m.subject)
				}
			}
			d.write("ana@uno.test", question.replyTo(), "Re: "+question.subject, say.yes)
			d.settle()
			a := d.last("ana@uno.test").read(t)
			password := regexp.MustCompile(`(?m)^[a-z2-7]{5}(-[a-z2-7]{5}){3}$`).FindString(
				strings.ReplaceAll(a.text, "\r", ""))
			if !strings.Contains(a.text, say.told) || password == "" {
				t.Fatalf("told:\n%s", a.text)
			}
			if old, is := login("ana@uno.test", "una-muy-vieja"),
				login("ana@uno.test", password); old == nil || is != nil {
				t.Errorf("the old one: %v, the new one: %v", old, is)
			}
			for _, o := range must(d.store.Outbox(context.Background(), store.OutboxFilter{}))(t) {
				if o.Kind == desk.NewPassword &&
					(o.Raw != 0 || strings.Contains(o.LastReply, password)) {
					t.Errorf("kept: %+v", o)
				}
			}
			d.clock.Advance(25 * time.Hour) // too late
			d.write("ana@uno.test", question.replyTo(), "Re: "+question.subject, say.yes)
			d.settle()
			if err := login("ana@uno.test", password); err != nil {
				t.Errorf("an old question gives another: %v", err)
			}
		})
	}
}
