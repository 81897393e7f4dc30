package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// last is the newest mail to an address.
func (d *virtualDesk) last(to string) takenMail {
	d.t.Helper()
	list := d.to(to)
	if len(list) == 0 {
		d.t.Fatalf("nothing was sent to %s", to)
	}
	return list[len(list)-1]
}

// about is the newest mail to an address about a case.
func (d *virtualDesk) about(to string, number int64) takenMail {
	d.t.Helper()
	tag := fmt.Sprintf(" #%d]", number)
	list := d.to(to)
	for i := len(list) - 1; i >= 0; i-- {
		if strings.Contains(list[i].subject, tag) {
			return list[i]
		}
	}
	d.t.Fatalf("nothing was sent to %s about case %d", to, number)
	return takenMail{}
}

// opened writes a first mail, and returns the number of its case.
func (d *virtualDesk) opened(from, subject, text string) int64 {
	d.t.Helper()
	d.write(from, d.boxes[0].Address, subject, text)
	d.settle()
	page, _, err := d.store.Find(d.t.Context(), everything, store.Query{Limit: 1})
	if err != nil || len(page) == 0 {
		d.t.Fatal("no case: ", err)
	}
	return page[0].Number
}

// replies answers the newest mail that somebody has about a case.
func (d *virtualDesk) replies(from string, number int64, text string) {
	d.t.Helper()
	m := d.about(from, number)
	d.clock.Advance(5 * time.Minute)
	d.write(from, m.replyTo(), "Re: "+m.subject, text, "In-Reply-To: "+m.header.Get("Message-ID"))
	d.settle()
}

// caseOf is a case as it stands.
func (d *virtualDesk) caseOf(number int64) desk.Ticket {
	d.t.Helper()
	return must(d.store.Ticket(d.t.Context(), number))(d.t)
}

// speaks makes people whose language is known.
func (d *virtualDesk) speaks(language string, addresses ...string) {
	d.t.Helper()
	err := d.store.Write(d.t.Context(), func(tx *store.Tx) error {
		for _, a := range addresses {
			p, err := tx.Customer(d.t.Context(), a, "")
			if err != nil {
				return err
			}
			err = tx.ChangePerson(d.t.Context(), p.ID,
				func(p *desk.Person) { p.Language = language })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// text is what the mail says, its subject above it.
func (m takenMail) text(t *testing.T) string {
	t.Helper()
	read, err := message.Read(t.Context(), bytes.NewReader(m.raw), int64(len(m.raw)),
		message.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m.subject + "\n" + strings.Join(strings.Fields(read.Text), " ")
}

// says fails where a mail does not say all of the words.
func (m takenMail) says(t *testing.T, words ...string) {
	t.Helper()
	text := m.text(t)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("to %s: no %q in\n%s", m.to, w, text)
		}
	}
}

// silent fails where a mail says one of the words.
func (m takenMail) silent(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(m.text(t), w) {
			t.Errorf("to %s: %q in\n%s", m.to, w, m.text(t))
		}
	}
}

const vCarla, vPedro, vAna, vLuis = "carla@cliente.test", "pedro@otra.test", "ana@ejemplo.test",
	"luis@ejemplo.test"

// TestWaitsForAnother: what depends on a case waits for it, thanks do not end that, and its agent
// hears when it is over; a duplicate is closed with its original, and its customer told.
func TestWaitsForAnother(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, depends, duplicates, close, cycle string
		receipts                                []string
		waits, freed, duplicate                 string
	}{
		{"es", "#tomar\r\n#depende %d", "#enlazar duplicado %d", "#cerrar", "#depende %d",
			[]string{"queda en espera hasta que se cierre el caso 1",
				"se cerrará junto con el caso 1",
				"no se enlazó, porque ya depende de este el caso 2"},
			"En espera", "Se cerró el caso #1, del que dependía el caso #2",
			"Era un duplicado de otro, que ya está cerrado."},
		{"en", "#take\r\n#depends %d", "#link duplicates %d", "#close", "#depends %d",
			[]string{"waiting until this case is closed: 1",
				"it will be closed together with case 1", "this one is already needed by case 2"},
			"On hold", "Case #1 is closed, on which case #2 depended", "It was a duplicate of another one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.name })
			d.speaks(c.name, vCarla, vPedro, vAna)
			first := d.opened(vCarla, "Sin red", "No hay red.")
			second := d.opened(vPedro, "Sin impresora", "No imprime.")
			third := d.opened(vPedro, "Tampoco escanea", "Nada.")
			d.replies(vAna, second, fmt.Sprintf(c.depends, first)+"\r\n\r\nOk, ok.")
			d.about(vAna, second).says(t, c.receipts[0])
			d.about(vPedro, second).says(t, c.waits)
			told := len(d.to(vPedro))
			d.replies(vAna, third, fmt.Sprintf(c.duplicates, first))
			d.about(vAna, third).says(t, c.receipts[1])
			d.replies(vAna, first, fmt.Sprintf(c.cycle, second))
			d.about(vAna, first).says(t, c.receipts[2])
			if k := d.caseOf(first); k.Class != desk.Open {
				t.Errorf("the cycle made it %s", k.Class)
			}
			if now := len(d.to(vPedro)); now != told {
				t.Errorf("the customer was told of links: %s", d.last(vPedro).raw)
			}
			d.replies(vPedro, second, "Gracias")
			d.pass(240*time.Hour, 120*time.Hour)
			if k := d.caseOf(second); k.Class != desk.Waiting {
				t.Errorf("after thanks it is %s", k.Class)
			}
			d.replies(vAna, first, c.close)
			if k := d.caseOf(second); k.Class != desk.Open || k.Assignee.Address() != vAna {
				t.Errorf("%s, %s", k.Class, k.Assignee.Address())
			}
			d.about(vAna, second).says(t, c.freed)
			if k := d.caseOf(third); k.Class != desk.Closed || k.ClosedAt.IsZero() {
				t.Errorf("the duplicate is %s", k.Class)
			}
			m := d.about(vPedro, third)
			m.says(t, c.duplicate)
			m.silent(t, "#1", "Sin red", "Carla")
		})
	}
}

// TestMergeByMail: two cases of one customer become one, for whichever number, and two again.
func TestMergeByMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, merge, receipt, told, part, parted, strangers, closed string
	}{
		{"es", "#unir 2", "«#unir 2»: quedó unido; desde ahora es el caso 2", "Unimos los casos #1 y #2",
			"#separar", "Separamos otra vez los casos",
			"no se unió, para que nadie lea lo que es de otro; puede escribir #enlazar duplicado 1",
			"«#unir 4»: no se unió, porque está cerrado el caso 4"},
		{"en", "#merge 2", "“#merge 2”: merged; from now on it is case 2", "We merged cases #1 and #2", "#split",
			"We separated cases",
			"you can write #link duplicate 1",
			"“#merge 4”: not merged, since this case is closed: 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(c.name, vCarla, vPedro, vAna)
			d.opened(vCarla, "No imprime", "La caja no imprime.")
			d.opened(vCarla, "Impresora", "Otra vez la caja.")
			d.opened(vPedro, "Ajeno", "De otra empresa.")
			d.opened(vCarla, "Viejo", "Ya está.")
			d.replies(vAna, 4, "#cerrar")
			d.replies(vAna, 1, "#nota\r\nSecreto del proveedor.")
			d.replies(vAna, 1, "¿Qué dice la pantalla?\r\n\r\n#tiempo 30m")
			d.replies(vAna, 3, strings.Replace(c.merge, "2", "1", 1))
			d.about(vAna, 3).says(t, c.strangers)
			d.replies(vAna, 3, strings.Replace(c.merge, "2", "4", 1))
			d.about(vAna, 3).says(t, c.closed)
			if k := d.caseOf(3); k.Class != desk.Open || k.Number != 3 {
				t.Errorf("refused, it is %d, %s", k.Number, k.Class)
			}
			before := len(d.to(vCarla))
			old := d.about(vCarla, 1)
			d.replies(vAna, 1, c.merge)
			d.about(vAna, 2).says(t, c.receipt)
			if n := len(d.to(vCarla)) - before; n != 1 {
				t.Errorf("the customer got %d mails", n)
			}
			m := d.last(vCarla)
			m.says(t, c.told, "#2]")
			m.silent(t, "Secreto", "proveedor")
			if k := d.caseOf(1); k.Number != 2 || k.Minutes != 30 || k.Class != desk.Open {
				t.Errorf("case 1 is %d, %s, %d minutes", k.Number, k.Class, k.Minutes)
			}
			d.ask(vCarla, "caso 1", "").has(t, "#2", "!Casos relacionados", "!Related cases")
			// either number leads to the host: the address that she was given before, and the
			// number alone
			d.write(vCarla, old.replyTo(), "Re: "+old.subject, "Dice papel.", "In-Reply-To: "+
				old.header.Get("Message-ID"))
			d.settle()
			d.write(vCarla, "soporte@ejemplo.test", "[Caso #1] No imprime", "Y parpadea.")
			d.settle()
			d.about(vAna, 2).says(t, "Y parpadea.")
			d.replies(vAna, 2, "Cambie el papel.")
			d.last(vCarla).says(t, "Cambie el papel.", "#2]")
			if items := must(d.store.Items(t.Context(), 2))(t); len(items) != 8 {
				t.Errorf("the host has %d items", len(items))
			}
			d.replies(vAna, 2, c.part)
			d.last(vCarla).says(t, c.parted)
			one, two := d.caseOf(1), d.caseOf(2)
			if one.Number != 1 || one.Class != desk.Open || !one.ClosedAt.IsZero() ||
				one.Minutes != 30 || two.Minutes != 0 {
				t.Errorf("parted: %+v, %d minutes", one, two.Minutes)
			}
			var texts [2][]string
			for i := range texts {
				for j, it := range must(d.store.Items(t.Context(), int64(i+1)))(t) {
					if it.Number != int64(j+1) && i == 0 {
						t.Errorf("case %d has item %d at %d", i+1, it.Number, j+1)
					}
					texts[i] = append(texts[i], it.Text)
				}
			}
			mine := strings.Join(texts[0], "|")
			for _, words := range []string{"La caja no imprime.", "Secreto", "Dice papel.",
				"Y parpadea."} {
				if !strings.Contains(mine, words) ||
					strings.Contains(strings.Join(texts[1], "|"), words) {
					t.Errorf("%q is not in case 1 alone: %q", words, texts)
				}
			}
			d.clock.Advance(5 * time.Minute)
			d.write(vCarla, old.replyTo(), "Re: "+old.subject, "Sigo en el uno.")
			d.settle()
			d.about(vAna, 1).says(t, "Sigo en el uno.")
			if list := must(d.store.Activities(t.Context(), 1))(t); len(list) == 0 ||
				list[len(list)-1].Ticket != 1 {
				t.Error("no history")
			}
		})
	}
}

// TestSplitByMail: items become a case of their own, in the name of who wrote the first of them.
func TestSplitByMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, split, receipt, told, wrong, first string }{
		{"es", "#separar 2 El escáner", "separado en el caso 2",
			"Separamos del caso #1 lo que trata de otra cosa: ahora es el caso #2",
			"No encontramos el ítem «9»", "porque abre este caso el ítem 1"},
		{"en", "#split 2 El escáner", "split off into case 2",
			"We split off from case #1 what is about something else: it is case #2 now",
			"We did not find the item “9”", "since this case is opened by item 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(c.name, vCarla, vAna)
			d.opened(vCarla, "No imprime", "La caja no imprime.")
			d.replies(vCarla, 1, "Además, el escáner no enciende.")
			notice := d.about(vAna, 1)
			verb, _, _ := strings.Cut(c.split, " ")
			d.replies(vAna, 1, verb+" 9")
			d.about(vAna, 1).says(t, c.wrong)
			d.replies(vAna, 1, verb+" 1")
			d.about(vAna, 1).says(t, c.first)
			before := len(d.to(vCarla))
			d.replies(vAna, 1, c.split+"\r\n#tomar")
			d.about(vAna, 1).says(t, c.receipt)
			m := d.last(vCarla)
			m.says(t, c.told, "El escáner")
			if n := len(d.to(vCarla)) - before; n != 1 {
				t.Errorf("the customer got %d mails", n)
			}
			k := d.caseOf(2)
			if k.Subject != "El escáner" || k.Requester.Address() != vCarla ||
				k.Class != desk.Open {
				t.Errorf("%+v", k)
			}
			// who answers the notice of what has gone answers where it stands now
			d.write(vAna, notice.replyTo(), "Re: "+notice.subject, "¿Está enchufado?",
				"In-Reply-To: "+notice.header.Get("Message-ID"))
			d.settle()
			d.last(vCarla).says(t, "¿Está enchufado?", "#2]")
			d.replies(vCarla, 2, "Sí.")
			if items := must(d.store.Items(t.Context(), 2))(t); len(items) != 3 ||
				items[0].Text != "Además, el escáner no enciende." {
				t.Errorf("%d items: %+v", len(items), items)
			}
			if deliveries := must(d.store.Deliveries(t.Context(), 2))(t); len(deliveries[1]) == 0 {
				t.Error("what was sent about the item did not come with it")
			}
		})
	}
}

// TestVerbsByCommand: the same by command line, with the JSON of it.
func TestVerbsByCommand(t *testing.T) {
	t.Parallel()
	d := newCLIDesk(t, deskTOML+"[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n")
	d.says(exitOK, nil, "agent", "add", admin, "--name", "La Jefa", "--admin")
	cli := func(args ...string) string {
		return d.says(exitOK, nil,
			append([]string{"ticket"}, args...)...)
	}
	show := func(n string) (c ticketRow) {
		t.Helper()
		if err := json.Unmarshal([]byte(cli("show", n, "--json")), &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, subject := range []string{"Uno", "Dos", "Tres"} {
		cli("open", "--requester", carla, "--subject", subject, "--text", "x")
	}
	if out := cli("follow", "1", "fidel@otra.test"); !strings.Contains(out, "fidel@otra.test ahora "+
		"sigue el caso") {
		t.Errorf("follow says %s", out)
	}
	cli("unfollow", "1", "fidel@otra.test")
	cli("close", "3")
	for _, line := range []string{"close 3", "take 3", "resolve 3", "unfollow 1 fidel@otra.test"} {
		args := append([]string{"ticket"}, strings.Fields(line)...)
		was := cli("show", args[2], "--json")
		if d.says(exitFailure, nil, args...); cli("show", args[2], "--json") != was {
			t.Errorf("%s has changed the case", line)
		}
	}
	cli("reopen", "3")
	cli("tag", "1", "Urgente", "facturación")
	cli("tag", "1", "vip", "--remove", "urgente")
	cli("state", "1", "Espera", "el", "repuesto")
	cli("time", "1", "1h30", "llamada", "larga")
	if c := show("1"); strings.Join(c.Tags, " ") != "facturacion vip" ||
		c.StateLine != "Espera el repuesto" || c.TimeMinutes != 90 ||
		len(c.Time) != 1 || c.Time[0].Why != "llamada larga" {
		t.Errorf("%+v", c)
	}
	if out := cli("list", "--tag", "VIP", "--json"); strings.Count(out, `"number":1,`) != 1 ||
		strings.Count(out, "\n") != 1 {
		t.Errorf("by tag: %s", out)
	}
	cli("reply", "3", "--text", "Otra cosa.")
	cli("split", "3", "2", "Lo otro")
	if c := show("4"); c.Subject != "Lo otro" || len(c.Items) != 1 || c.Requester != carla ||
		len(c.Items[0].Deliveries) != 1 {
		t.Errorf("split: %+v", c)
	}
	cli("merge", "1", "2")
	if c := show("1"); c.Number != 2 || c.TimeMinutes != 90 || len(c.Links) != 1 ||
		c.Links[0].Kind != "merged_by" {
		t.Errorf("merged: %+v", c)
	}
	if out := cli("list", "--status", "all", "--json"); strings.Contains(out, `"number":1,`) {
		t.Errorf("the merged one is listed: %s", out)
	}
	if out := cli("history", "2"); !strings.Contains(out, "merged_into") ||
		!strings.Contains(out, "merged ") {
		t.Errorf("history: %s", out)
	}
	cli("split", "1")
	if c := show("1"); c.Number != 1 || c.TimeMinutes != 90 || c.StatusClass != "open" ||
		c.ClosedAt != nil {
		t.Errorf("parted: %+v", c)
	}
	for args, want := range map[string]string{
		"merge 1 99": "99", "merge 1 1": "1", "split 2": "no hay nada que separar",
		"split 3 9": "9", "split 3 1": "abre este caso", "time 1 mucho": "45m",
		"link 1 likes 2": "duplicates", "follow 1 pepe": "customer's mail address",
		"canned 1 nada": "buzon canned list", "merge 1 77": "buzon ticket list",
		"list --product Nada": "buzon product list", "list --type Nada": "there is Consulta",
		"link 1 depends 99": "99", "tag 1 ¡!": "¡!", "set 1 due=31/2": "2026-12-31",
	} {
		d.says(exitFailure, []string{want}, append([]string{"ticket"}, strings.Fields(args)...)...)
	}
}
