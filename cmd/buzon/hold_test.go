package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// answer is an agent's or a customer's reply to a mail, by whose words he knows it.
func (d *virtualDesk) answer(m takenMail, text string) {
	d.t.Helper()
	d.receive(m, text)
	d.settle()
}

// receive is answer without waiting until it is filed.
func (d *virtualDesk) receive(m takenMail, text string) {
	d.t.Helper()
	d.write(m.to, m.replyTo(), "Re: "+m.subject, text, "In-Reply-To: "+m.header.Get("Message-ID"))
}

// never fails where somebody who is no agent was sent the words.
func (d *virtualDesk) never(words string) {
	d.t.Helper()
	for _, m := range d.relay.mails {
		if !strings.HasSuffix(m.to, "@ejemplo.test") && bytes.Contains(m.raw, []byte(words)) {
			d.t.Errorf("%s was sent %q:\n%s", m.to, words, m.raw)
		}
	}
}

// states are those of a case's items.
func (d *virtualDesk) states(number int64) string {
	d.t.Helper()
	var list []string
	for _, it := range must(d.store.Items(d.t.Context(), number))(d.t) {
		list = append(list, string(it.Visibility)+" "+string(it.State))
	}
	return strings.Join(list, ", ")
}

type phrasebook map[string]string

var heldWords = map[string]phrasebook{
	"es": {"send": "#enviar", "cancel": "#cancelar", "take": "#tomar", "resolved": "#resuelto",
		"answered": "Luis Pérez ya respondió a las 9:00. Su mensaje quedó retenido y nadie lo " +
			"recibió.",
		"took":    "Luis Pérez tomó el caso a las 9:00.",
		"sent":    "«#enviar»: sale ahora hacia el cliente.",
		"dropped": "«#cancelar»: nadie lo recibe; queda cancelado el ítem 3.",
		"mine":    "«#tomar»: el caso es suyo; lo tenía Ana Gómez.",
		"taken":   "Luis Pérez tomó el caso #1, que estaba a su cargo.",
		"until": "Lo que escribió al cliente sale a las 9:00:30. Para detenerlo, responda antes " +
			"#cancelar.",
		"back":  "«#cancelar»: nadie lo recibe; queda cancelado el ítem 2.",
		"late":  "«#cancelar»: es tarde: ya salió.",
		"only":  "el caso cambió después y queda como está",
		"other": "porque solo puede decidirlo un administrador o quien lo escribió: Ana Gómez"},
	"en": {"send": "#send", "cancel": "#cancel", "take": "#take", "resolved": "#resolved",
		"answered": "Luis Pérez has already answered at 9:00. Your message is held and nobody " +
			"has received it.",
		"took":    "Luis Pérez took the case at 9:00.",
		"sent":    "“#send”: on its way to the customer now.",
		"dropped": "“#cancel”: nobody gets it; this cancels item 3.",
		"mine":    "“#take”: the case is yours; it was with Ana Gómez.",
		"taken":   "Luis Pérez took case #1, which was yours.",
		"until": "What you wrote to the customer leaves at 9:00:30. To stop it, reply #cancel " +
			"before.",
		"back":  "“#cancel”: nobody gets it; this cancels item 2.",
		"late":  "“#cancel”: too late: it has gone out.",
		"only":  "the case has changed since and stays as it is",
		"other": "because only an administrator or its author may decide: Ana Gómez"},
}

// inBoth plays a story on a desk of each language, with a case of Carla's that both agents know.
func inBoth(t *testing.T, change func(*config), play func(*virtualDesk, phrasebook)) {
	t.Parallel()
	for language, say := range heldWords {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(c *config) {
				c.Language = language
				if change != nil {
					change(c)
				}
			})
			d.speaks(language, vCarla, vAna, vLuis)
			d.opened(vCarla, "Sin red", "No hay red.")
			play(d, say)
		})
	}
}

// TestColleagueWasFaster: an answer that crosses a colleague's is held, told, and sent only when
// its author says so, with all its orders, or with other words.
func TestColleagueWasFaster(t *testing.T) {
	inBoth(t, nil, func(d *virtualDesk, say phrasebook) {
		ana, luis := d.last(vAna), d.last(vLuis)
		d.answer(luis, "Reinicie el equipo.")
		d.answer(ana, say["resolved"]+"\r\nAna-XYZZY: cambie el cable.")
		receipt := d.last(vAna)
		receipt.says(d.t, say["answered"], say["send"])
		d.never("XYZZY")
		if k := d.caseOf(1); k.Class != desk.Waiting || k.Agent.Address() != vLuis {
			d.t.Errorf("it is %s, %s's", k.Class, k.Agent.Address())
		}
		d.write(vCarla, d.last(vCarla).replyTo(), "Re: Sin red", "¿Y ahora?")
		d.settle()
		d.never("XYZZY")
		d.answer(receipt, say["send"])
		list := d.to(vAna) // the last of them says what #resuelto did
		list[len(list)-2].says(d.t, say["sent"])
		d.last(vCarla).says(d.t, "Ana-XYZZY: cambie el cable.")
		d.last(vCarla).silent(d.t, say["resolved"], say["send"])
		if k := d.caseOf(1); k.Class != desk.Resolved || k.Agent.Address() != vAna {
			d.t.Errorf("it is %s, %s's", k.Class, k.Agent.Address())
		}
		if got := d.states(
			1); got != "public filed, public filed, public filed, public filed, internal filed" {
			d.t.Error(got)
		}
	})
}

// TestHeldIsDroppedOrReplaced: #cancelar drops what a colleague's answer held, and words with
// #enviar go in its place.
func TestHeldIsDroppedOrReplaced(t *testing.T) {
	inBoth(t, nil, func(d *virtualDesk, say phrasebook) {
		ana, luis := d.last(vAna), d.last(vLuis)
		d.answer(luis, "Reinicie el equipo.")
		d.answer(ana, "Ana-XYZZY: cambie el cable.")
		d.answer(d.last(vAna), say["cancel"])
		d.about(vAna, 1).says(d.t, say["dropped"])
		d.answer(ana, "Ana-XYZZY, otra vez: cambie el cable.")
		d.answer(d.last(vAna), say["send"]+"\r\nMire también el cable, por favor.")
		d.last(vCarla).says(d.t, "Mire también el cable, por favor.")
		d.never("XYZZY")
		if got := d.states(1); got != "public filed, public filed, internal cancelled, internal "+
			"filed, internal cancelled, public filed" {
			d.t.Error(got)
		}
	})
}

// TestTakenMeanwhile: who answers a case that a colleague has taken since is told; a note and his
// own case collide with nothing; and who takes a case from a colleague, both hear of it.
func TestTakenMeanwhile(t *testing.T) {
	inBoth(t, nil, func(d *virtualDesk, say phrasebook) {
		ana, luis := d.last(vAna), d.last(vLuis)
		d.answer(luis, say["take"])
		d.answer(ana, "Ana-XYZZY: cambie el cable.")
		d.last(vAna).says(d.t, say["took"])
		d.answer(d.last(vAna), say["cancel"])
		d.answer(d.last(vAna), say["take"])
		d.answer(luis, say["take"])
		d.last(vLuis).says(d.t, say["mine"])
		d.last(vAna).says(d.t, say["taken"])
		d.answer(d.last(vLuis), "Reinicie el equipo.")
		d.answer(luis, "Y avise, por favor.")
		d.last(vCarla).says(d.t, "Y avise, por favor.")
		d.never("XYZZY")
	})
}

// TestTwoAnswersAtOnce: whichever is filed first goes out, and exactly one.
func TestTwoAnswersAtOnce(t *testing.T) {
	inBoth(t, nil, func(d *virtualDesk, _ phrasebook) {
		ana, luis := d.last(vAna), d.last(vLuis)
		before := len(d.to(vCarla))
		d.receive(ana, "Uno.")
		d.receive(luis, "Dos.")
		d.settle()
		if got := d.states(1); len(d.to(vCarla)) != before+1 ||
			got != "public filed, public filed, internal held" {
			d.t.Errorf("%d mails; %s", len(d.to(vCarla))-before, got)
		}
	})
}

func holding30s(c *config) { c.Mailbox[0].Hold = duration(30 * time.Second) }

// TestAnswerWaits: where the mailbox has it so, an answer waits, is nobody's to see, and goes when
// its time has come; whoever cancels it before puts the case back as it was.
func TestAnswerWaits(t *testing.T) {
	inBoth(t, holding30s, func(d *virtualDesk, say phrasebook) {
		d.answer(d.last(vAna), say["resolved"]+"\r\nAna-XYZZY: cambie el cable.")
		receipt := d.last(vAna)
		receipt.says(d.t, say["until"])
		d.never("XYZZY")
		if got := d.states(1); got != "public filed, public held" {
			d.t.Error(got)
		}
		sight := must(d.store.Sight(d.t.Context(),
			must(d.store.PersonByAddress(d.t.Context(), vCarla))(d.t)))(d.t)
		if page, _, err := d.store.Find(d.t.Context(), sight,
			store.Query{Words: "cable"}); err != nil || len(page) > 0 {
			d.t.Errorf("the customer finds %v (%v)", page, err)
		}
		d.clock.Advance(20 * time.Second)
		d.settle()
		d.answer(receipt, say["cancel"])
		d.last(vAna).says(d.t, say["back"])
		d.pass(time.Hour, 10*time.Minute)
		d.never("XYZZY")
		if k := d.caseOf(1); k.Class != desk.Open || k.Agent.ID != 0 ||
			len(must(d.store.Timers(d.t.Context(), 1))(d.t)) > 0 {
			d.t.Errorf("it is %s, %s's", k.Class, k.Agent.Address())
		}
		if got := d.states(1); got != "public filed, internal cancelled, internal filed" {
			d.t.Error(got)
		}

		d.answer(receipt, "Cambie el cable, por favor.")
		d.pass(time.Minute, 30*time.Second)
		d.last(vCarla).says(d.t, "Cambie el cable, por favor.")
		if got := d.states(1); !strings.HasSuffix(got, "public filed") {
			d.t.Error(got)
		}
		d.answer(d.last(vAna), say["cancel"])
		d.last(vAna).says(d.t, say["late"])
	})
}

// TestCancelledTooLateForTheCase: what happened meanwhile stays; a colleague can't cancel, and an
// administrator can.
func TestCancelledTooLateForTheCase(t *testing.T) {
	inBoth(t, holding30s, func(d *virtualDesk, say phrasebook) {
		ack, luis := d.last(vCarla), d.last(vLuis)
		d.answer(d.last(vAna), "Ana-XYZZY: cambie el cable.")
		d.answer(ack, "Sigue sin red.")
		d.answer(luis, say["cancel"]+" 2")
		d.last(vLuis).says(d.t, say["other"])
		d.answer(d.to("jefa@ejemplo.test")[0], say["cancel"]+" 2")
		if say["cancel"] == "#cancelar" {
			d.last("jefa@ejemplo.test").says(d.t, say["only"])
		}
		d.pass(time.Hour, 30*time.Minute)
		d.never("XYZZY")
		if k := d.caseOf(1); k.Class != desk.Open || k.Agent.Address() != vAna {
			d.t.Errorf("it is %s, %s's", k.Class, k.Agent.Address())
		}
	})
}

// TestTheWorstNeverWaits: an answer at severity 1 goes at once, as does what is sent with #enviar.
func TestTheWorstNeverWaits(t *testing.T) {
	inBoth(t, holding30s, func(d *virtualDesk, say phrasebook) {
		d.answer(d.last(vAna), "Cambie el cable.")
		d.answer(d.last(vAna), say["send"])
		d.last(vCarla).says(d.t, "Cambie el cable.")
		d.opened(vCarla, "Producción caída", "Nada funciona.")
		d.answer(d.last(vAna), "Ya lo vemos.")
		d.last(vCarla).says(d.t, "Ya lo vemos.")
	})
}

// TestWithdrawnMailIsNotSentByHand: an administrator's retry brings no words back that their author
// has withdrawn, and whose acknowledgement they carried is acknowledged.
func TestWithdrawnMailIsNotSentByHand(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", holding30s)
	d.opened(vCarla, "Sin red", "No hay red.")
	d.opened(vCarla, "Sin papel", "No hay papel.") // whose number waits for a minute
	d.answer(d.last(vAna), "#cerrar\r\nAna-XYZZY: cambie el cable.")
	d.answer(d.last(vAna), "#cancelar")
	var failed []int64
	for _, o := range must(d.store.Outbox(t.Context(),
		store.OutboxFilter{State: store.Failed}))(t) {
		failed = append(failed, o.ID)
	}
	if done, err := d.store.RetryOutgoing(t.Context(), failed...); err != nil || len(done) > 0 ||
		len(failed) != 1 {
		t.Errorf("retried %v of %v: %v", done, failed, err)
	}
	d.pass(2*time.Hour, 10*time.Minute)
	d.never("XYZZY")
	d.last(vCarla).says(t, "#2")
	if k := d.caseOf(2); k.Class != desk.Open {
		t.Errorf("it is %s", k.Class)
	}
}

// TestCancelledGivesAllBack: what is withdrawn has changed nothing, whatever its orders were; what
// somebody else has set since stays.
func TestCancelledGivesAllBack(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", holding30s)
	d.put(entry(desk.Products, "CRM"), entry(desk.Products, "ERP"))
	d.opened(vCarla, "Sin red", "No hay red.")
	d.opened(vCarla, "Otro", "Otro.")
	d.replies(vAna, 1, "#tiempo 10m antes\r\n#etiqueta +vip\r\n#seguidor eva@cliente.test")
	before := d.caseOf(1)
	d.answer(d.about(vAna, 1), "#producto CRM\r\n#severidad 3\r\n#etiqueta +urgente -vip\r\n"+
		"#tiempo 45m llamada\r\n#seguidor zoe@otra.test\r\n"+
		"#quitar eva@cliente.test\r\n#enlazar 2\r\n#estado-actual Visto\r\n#avance 60\r\n#vence "+
		"31/12/2026\r\n#cliente "+vPedro+"\r\n#campo tema=Red\r\nListo.")
	if k := d.caseOf(1); k.Minutes != 55 || k.Product == 0 || k.Requester.Address() != vPedro {
		t.Fatalf("%+v", k)
	}
	d.answer(d.about(vAna, 1), "#cancelar")
	after := d.caseOf(1)
	after.UpdatedAt = before.UpdatedAt
	if got, want := fmt.Sprintf("%+v", after), fmt.Sprintf("%+v", before); got != want {
		t.Errorf("it is\n%s, and was\n%s", got, want)
	}
	links, sheet := must(d.store.Links(t.Context(), 1))(t), must(d.store.Work(t.Context(), 1))(t)
	if len(links) != 0 || len(sheet) != 1 {
		t.Errorf("links %v, time %v", links, sheet)
	}
}
