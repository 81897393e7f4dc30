package main

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// mannersWords are what people write in the stories of this file.
var mannersWords = map[string]phrasebook{
	"es": {"follower": "#seguidor ", "due": "#vence 2026-03-31", "query": "mis casos",
		"resolved": "#resuelto",
		"day":      "vence el 31 de marzo",
		"wrote":    "El mar, 3 mar 2026 a las 9:00, Soporte <soporte@ejemplo.test> escribió:",
		"note":     "#nota", "bye": "Quedo atenta,",
		"hers": "martes 3 de marzo, 22:", "desks": "miércoles 4 de marzo, 3:"},
	"en": {"follower": "#follower ", "due": "#due 2026-03-31", "query": "my tickets",
		"resolved": "#resolved",
		"day":      "due on 31 March",
		"wrote":    "On Tue, 3 Mar 2026 at 9:00, Soporte <soporte@ejemplo.test> wrote:",
		"note":     "#note", "bye": "Kind regards,",
		"hers": "Tuesday 3 March, 22:", "desks": "Wednesday 4 March, 3:"},
}

// from is the address that a mail comes from.
func (m takenMail) from(t *testing.T) string {
	t.Helper()
	a, err := mail.ParseAddress(m.header.Get("From"))
	if err != nil {
		t.Fatal(err)
	}
	return a.Address
}

// TestAnswersFromTheAlias: whoever writes to an alias of the mailbox hears from it, of his case and
// of what he asks; everybody else from the mailbox.
func TestAnswersFromTheAlias(t *testing.T) {
	t.Parallel()
	for language, say := range mannersWords {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			const alias, box = "ayuda@marca.test", "soporte@ejemplo.test"
			d := newVirtualDesk(t, "ejemplo.test",
				func(k *config) { k.Mailbox[0].Aliases = []string{alias} })
			d.speaks(language, vCarla, vPedro, vAna)
			comes := func(m takenMail, want string) {
				t.Helper()
				if got := m.from(t); got != want {
					t.Errorf("%q to %s comes from %s, want %s", m.subject, m.to, got, want)
				}
			}
			d.write(vCarla, alias, "No abre", "Desde ayer.")
			d.settle()
			n := d.opened(vPedro, "No cierra", "Desde hoy.")
			comes(d.last(vCarla), alias)
			comes(d.last(vPedro), box)
			comes(d.about(vAna, 1), box)
			d.replies(vAna, 1, "Pruebe ahora.")
			d.replies(vAna, n, "Pruebe usted.")
			comes(d.last(vCarla), alias)
			comes(d.last(vPedro), box)
			d.answer(d.last(vCarla), "Sigue igual.") // to the signed address, which names no alias
			d.replies(vAna, 1, "Otra vez.")
			d.last(vCarla).says(t, "Otra vez.")
			comes(d.last(vCarla), alias)
			d.proven(vCarla, alias, say["query"], "")
			comes(d.last(vCarla), alias)
			d.proven(vCarla, box, say["query"], "")
			comes(d.last(vCarla), box)
		})
	}
}

// TestWrittenAliases: whatever of the mail names the alias, the answer comes from it; where two of
// ours stand there, from the first; and whoever goes over to another is followed.
func TestWrittenAliases(t *testing.T) {
	t.Parallel()
	const alias, other, box = "ayuda@marca.test", "mesa@marca.test", "soporte@ejemplo.test"
	d := newVirtualDesk(t, "ejemplo.test", func(k *config) {
		k.Mailbox[0].Aliases = []string{alias, "Mesa@Marca.test"}
		k.Mailbox = append(k.Mailbox, mailboxConfig{Address: "ventas@ejemplo.test",
			PlusAddressing: true, Aliases: []string{"comercial@marca.test"}})
	})
	d.speaks("es", vCarla)
	for _, c := range []struct{ envelope, fields, want string }{
		{alias, "To: jefe@cliente.test\r\nCc: Ayuda <AYUDA@Marca.test>", alias},
		{"ayuda+caja@marca.test", "To: ayuda+caja@marca.test", alias},
		{alias, "To: undisclosed-recipients:;", alias},
		{alias, "To: Todos: jefe@cliente.test, ayuda@marca.test;", alias},
		{alias, "To: \"soporte@ejemplo.test\" <ayuda@marca.test>", alias},
		{alias, "To: ayuda@marca.test, soporte@ejemplo.test", alias},
		{alias, "To: soporte@ejemplo.test\r\nCc: ayuda@marca.test", box},
		{alias, "To: comercial@marca.test, ayuda@marca.test", "comercial@marca.test"},
		{box, "To: vieja@antigua.test\r\nX-Original-To: ayuda@marca.test", alias},
		{other, "To: vieja@antigua.test\r\nDelivered-To: ayuda@marca.test", other},
		{box, "Delivered-To: soporte@ejemplo.test\r\nDelivered-To: comercial@marca.test", box},
		{other, "Subject: Re: [Caso #1]\r\nTo: MESA@MARCA.test", other},
		{box, "Subject: Re: [Caso #1]\r\nTo: soporte@ejemplo.test", box},
	} {
		d.n++
		d.take(vCarla, c.envelope, fmt.Sprintf("From: %s\r\nMessage-ID: <w%d@cliente.test>\r\n%s"+
			"\r\n\r\nNo abre, %d.\r\n", vCarla, d.n, c.fields, d.n))
		d.settle()
		if strings.HasPrefix(c.fields, "Subject") {
			d.replies(vAna, 1, "Pruebe ahora.")
		}
		if got := d.last(vCarla).from(t); got != c.want {
			t.Errorf("%s\n%s\nis answered from %s, want %s", c.envelope, c.fields, got, c.want)
		}
		d.clock.Advance(time.Hour)
	}
}

// TestNobodyGetsItTwice: who stands in To or Cc of a customer's mail has it, and is not sent it
// again; an agent is.
func TestNobodyGetsItTwice(t *testing.T) {
	t.Parallel()
	for language, say := range mannersWords {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			const eva, beto = "eva@cliente.test", "beto@cliente.test"
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(language, vCarla, eva, beto, vAna)
			n := d.opened(vCarla, "No abre", "Desde ayer.")
			d.replies(vAna, n, say["follower"]+eva+"\r\n"+say["follower"]+beto+
				"\r\n\r\nPruebe ahora.")
			sent := func(who string) int { return len(d.to(who)) }
			e, b, a := sent(eva), sent(beto), sent(vAna)
			m := d.last(vCarla)
			d.write(vCarla, m.replyTo(), "Re: "+m.subject, "Sigue igual.", "In-Reply-To: "+
				m.header.Get("Message-ID"),
				"Cc: Equipo: Eva <EVA+caja@cliente.test>;, "+vAna)
			d.settle()
			d.last(beto).says(t, "Sigue igual.")
			d.last(vAna).says(t, "Sigue igual.")
			if sent(eva) != e || sent(beto) != b+1 || sent(vAna) != a+1 {
				t.Errorf("eva got %d, beto %d, ana %d", sent(eva)-e, sent(beto)-b, sent(vAna)-a)
			}
			d.answer(d.last(vCarla), "Ya no.") // nobody has this one
			d.last(eva).says(t, "Ya no.")
			// what an agent says goes to all, whomever his own mail names
			m = d.last(vAna)
			d.write(vAna, m.replyTo(), "Re: "+m.subject, "Me alegro.", "In-Reply-To: "+
				m.header.Get("Message-ID"), "Cc: "+eva)
			d.settle()
			d.last(eva).says(t, "Me alegro.")
		})
	}
}

// TestTimesByTheReadersClock: whoever has said in which zone he lives reads times by its clock,
// over midnight too; everybody else by the desk's.
func TestTimesByTheReadersClock(t *testing.T) {
	t.Parallel()
	for language, say := range mannersWords {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(language, vCarla, vPedro, vAna)
			d.change(func(ctx context.Context, tx *store.Tx) error {
				return tx.ChangePerson(ctx, must(tx.PersonByAddress(ctx, vCarla))(t).ID,
					func(p *desk.Person) { p.Timezone = "America/Bogota" })
			})
			d.clock.Advance(18*time.Hour + 10*time.Minute) // 3:10 on the 4th; there 22:10 on the 3rd
			n := d.opened(vCarla, "No abre", "Desde ayer.")
			d.replies(vAna, n, "Pruebe ahora.")
			d.last(vCarla).says(t, say["hers"])
			d.answer(d.last(vCarla), "Sigue igual.")
			d.last(vAna).says(t, say["desks"])
			other := d.opened(vPedro, "No cierra", "Desde hoy.")
			d.replies(vAna, other, "Pruebe usted.")
			d.last(vPedro).says(t, say["desks"])
			d.proven(vCarla, d.box(), say["query"], "")
			d.last(vCarla).says(t, say["hers"])
		})
	}
}

// TestInvitationOfAnAgent: what an agent invites a customer to, the desk invites her to, in the
// words and in the file, also where she asks for it; he himself gets his own file.
func TestInvitationOfAnAgent(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	d.speaks("es", vCarla, vAna)
	m := d.about(vAna, d.opened(vCarla, "No abre", "Desde ayer."))
	d.take(vAna, m.replyTo(), "From: Ana <"+vAna+">\r\nTo: "+m.replyTo()+"\r\nIn-Reply-To: "+
		m.header.Get("Message-ID")+"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "+
		"boundary=B\r\n\r\n--B\r\n\r\nNos vemos el martes.\r\n--B\r\nContent-Type: "+
		"text/calendar; method=REQUEST\r\nContent-Disposition: attachment; filename=visita.ics"+
		"\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART:20260310T140000Z"+
		"\r\nORGANIZER;CN=Ana:mailto:an\r\n a@Ejemplo.test\r\nSUMMARY:Visita\r\nEND:VEVENT\r\n"+
		"END:VCALENDAR\r\n--B--\r\n")
	d.settle()
	invites := func(to, organizer string) {
		t.Helper()
		mail := d.last(to)
		read := must(message.Read(t.Context(), bytes.NewReader(mail.raw), int64(len(mail.raw)),
			message.Limits{}))(t)
		if v := read.Invitation; v == nil || v.Organizer != organizer ||
			len(read.Attachments) != 1 {
			t.Errorf("to %s: %+v, %d files", to, v, len(read.Attachments))
		}
		if to == vCarla && strings.Contains(strings.ToLower(read.Text), vAna) {
			t.Errorf("to %s:\n%s", to, read.Text)
		}
	}
	d.last(vCarla).says(t, "Nos vemos el martes.", "Visita · 2026-03-10 14:00 UTC")
	invites(vCarla, "soporte@ejemplo.test")
	d.proven(vCarla, d.box(), "adjunto 1-2", "")
	invites(vCarla, "soporte@ejemplo.test")
	d.proven(vAna, d.box(), "adjunto 1-2", "")
	invites(vAna, "ana@Ejemplo.test")
}

// TestAgentStaysBehindTheDesk: no mail to a customer has an agent's own address, or what stands
// below his words, whether he has a name or not; and subjects do not grow.
func TestAgentStaysBehindTheDesk(t *testing.T) {
	t.Parallel()
	for language, say := range mannersWords {
		for _, name := range []string{"Ana Gómez", vAna} {
			t.Run(language+" "+name, func(t *testing.T) {
				t.Parallel()
				const eva = "eva@cliente.test"
				d := newVirtualDesk(t, "ejemplo.test", func(k *config) {
					k.Agents[vAna] = name
					k.Mailbox[0].Satisfaction = true
				})
				d.speaks(language, vCarla, eva, vAna)
				n := d.opened(vCarla, "Re: RV: No abre", "Desde ayer.")
				quote := "\r\n\r\n" + say["wrote"] + "\r\n> Desde ayer.\r\n"
				below := "\r\n\r\n-- \r\nAna Gómez\r\nInterno 4471\r\n" + vAna + quote
				d.replies(vAna, n, say["follower"]+eva+"\r\n"+say["due"]+
					"\r\n\r\nPruebe ahora."+below)
				d.about(vAna, n).says(t, say["day"])
				d.answer(d.last(vCarla), "Sigue igual.")
				d.replies(vAna, n, "Otra vez.\r\n\r\n"+say["bye"]+
					"\r\nAna Gómez\r\nNivel 2 | int. 4471\r\n"+vAna+quote)
				d.replies(vAna, n, "Y otra.\r\n\r\nAna Gómez\r\n"+vAna+quote)
				d.replies(vAna, n, say["resolved"]+below)
				d.answer(d.last(vCarla), "testing ok")
				d.replies(vAna, n, say["note"]+"\r\n\r\nOjo."+below)
				d.proven(vCarla, "soporte@ejemplo.test",
					map[string]string{"es": "caso 1", "en": "case 1"}[language], "")
				d.last(vCarla).says(t, "Pruebe ahora.",
					map[string]string{"es": "31 de marzo", "en": "31 March"}[language])
				d.proven(vCarla, "soporte@ejemplo.test",
					map[string]string{"es": "historia 1", "en": "history 1"}[language], "")
				for _, m := range append(d.to(vCarla), d.to(eva)...) {
					for _, own := range []string{vAna, "4471", "Ojo.", "2026-03-31"} {
						if strings.Contains(decoded(m), own) ||
							strings.Contains(m.header.Get("From"), own) {
							t.Errorf("%s was sent %q:\n%s", m.to, own, decoded(m))
						}
					}
					if low := strings.ToLower(m.subject); strings.Contains(low, "re:") ||
						strings.Contains(low, "rv:") || strings.Count(m.subject, "#") > 1 {
						t.Errorf("subject %q", m.subject)
					}
				}
				if got := d.caseOf(n); got.Subject != "No abre" || got.Class != desk.Closed {
					t.Errorf("%q %s", got.Subject, got.Class)
				}
			})
		}
	}
}
