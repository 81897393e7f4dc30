package templates

import (
	"reflect"
	"time"
)

// Sample is one mail as people get them: a kind, and what is particular about it. The words are
// looked at in the samples, by people and by tests.
type Sample struct {
	Name string
	Kind Kind
	View View
}

// Samples are mails of every kind, for a reader of a language.
func Samples(lang string) []Sample {
	list := samples()
	if lang == fallback {
		return list
	}
	for i := range list {
		translate(reflect.ValueOf(&list[i].View).Elem())
	}
	return list
}

var (
	bogota = time.FixedZone("Bogotá", -5*3600)
	at     = time.Date(2026, 3, 3, 9, 1, 0, 0, bogota)
	desk   = Desk{Name: "Soporte Ejemplo", Address: "soporte@ejemplo.test", Language: "es"}
	carla  = Person{Name: "Carla Ruiz", Address: "carla@cliente.test"}
	ana    = Person{Name: "Ana Gómez", Address: "ana@ejemplo.test", Agent: true}
)

const repair = "Hola, Carla:\n\nencontramos la causa: el controlador quedó en «pausa». Reinicie " +
	"el equipo y pruebe otra vez."

const printer = "Buenos días,\n\ndesde ayer la factura sale en blanco en la impresora de caja. " +
	"Probé con otra y pasa lo mismo: https://crm.cliente.test/facturas?id=20&copia=1.\n\n  Error " +
	"0x1F   en caja-2\n\nGracias,\nCarla"

const stepsText = "Haga esto, en orden:\n\n1. Reinicie la caja.\n2. Abra la guía " +
	"<https://crm.cliente.test/guia>.\n\nCaja | Estado\n7 | sin papel"

// stepsHTML is how it was written.
const stepsHTML = `<p>Haga esto, <b>en orden</b>:</p><ol><li>Reinicie la caja.</li><li>Abra la <a href="https://crm.cliente.test/guia">guía</a>.</li></ol>` +
	`<table><tr><th>Caja</th><th>Estado</th></tr><tr><td>7</td><td>sin papel</td></tr></table>`

// base is what every sample starts from.
func base() View {
	return View{
		Desk: desk, Tag: "Caso", To: carla, Author: ana, At: at, EchoSubject: true,
		Ticket: Ticket{Number: 123, Subject: "No imprime la factura", Product: "CRM",
			Type: "Problema", Severity: 2, StatusClass: "open",
			Requester: carla, Organisation: "Cliente SA"},
	}
}

func with(changes ...func(*View)) View {
	v := base()
	for _, c := range changes {
		c(&v)
	}
	return v
}

func toAgent(v *View)    { v.To, v.ToAgent, v.Readers, v.Followers = ana, true, []Person{carla}, 2 }
func inside(v *View)     { v.Inside = true }
func answering(v *View)  { v.Ticket, v.Author = Ticket{}, Person{} }
func fromCarla(v *View)  { v.Author, v.Text = carla, printer }
func toAgentNew(v *View) { toAgent(v); fromCarla(v) }
func unverified(v *View) { v.Unverified = true }
func welcome(v *View)    { v.Welcome = true }
func status(class string) func(*View) {
	return func(v *View) { v.Ticket.StatusClass = class }
}

func files(v *View) {
	v.Attachments = []Attachment{{Name: "captura.png", Size: 120_400},
		{Name: "registro.txt", Size: 2_460_000}}
}

// besides is what a mail brought beside its words.
func besides(v *View) {
	v.Welcome, v.Signature = true, "Carla Ruiz\nCliente SA\nTel. +57 601 555 0101"
	v.Copied, v.ReplyTo = []string{"jefe@cliente.test", "compras@cliente.test"},
		[]string{"compras@cliente.test"}
	v.Warnings = []string{"signed", "damaged"}
	v.Meeting, v.MeetingEnds = at.AddDate(0, 0, 2), at.AddDate(0, 0, 2).Add(time.Hour)
}

func form(v *View) { v.Form = []string{"when", "where", "expected"} }

func down(v *View) {
	v.Ticket.Subject, v.Ticket.ProductionDown, v.Ticket.Severity = "No factura", true, 1
	v.Text, v.AlertedAt = "No podemos facturar desde las 9:00.", at.Add(time.Minute)
}

func buttons(keys ...string) func(*View) {
	return func(v *View) {
		for _, k := range keys {
			v.Links = append(v.Links, Link{Key: k,
				Href: "mailto:soporte+c123@ejemplo.test?subject=Caso%20123&body=" + k})
		}
	}
}

func quoted(v *View) {
	v.Quoted = []Quote{
		{Author: carla, At: at, Text: printer},
		{Author: ana, At: at.AddDate(-1, 0, -20), Text: "La impresora nueva quedó instalada."},
	}
}

func unknownProduct(v *View) {
	v.Unknown = []Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}},
		{Field: "Sucursal", Value: "Lun"}}
}

func samples() []Sample {
	answer := func(v *View) {
		v.Text = repair
	}
	return []Sample{
		{"ack", "ack", with(files, form, buttons("my_tickets", "close"))},
		{"ack-by-law", "ack", with(func(v *View) { v.CloseAt = at.AddDate(0, 0, 21) })},
		{"ack-welcome", "ack", with(welcome)},
		{"ack-to-agent", "ack", with(toAgent, welcome)},
		{"ack-not-understood", "ack", with(unknownProduct)},
		{"ack-unverified", "ack", with(unverified)},
		{"ack-no-echo", "ack", with(files, unknownProduct,
			func(v *View) { v.Answers, v.EchoSubject = true, false })},
		{"ack_production_down", "ack_production_down", with(down, form)},
		{"new_ticket", "new_ticket", with(toAgentNew, files,
			buttons("take", "ask_info", "resolved"))},
		{"new_ticket-with-all-that-came", "new_ticket", with(toAgentNew, files, besides)},
		{"item-to-agent-with-all-that-came", "item",
			with(toAgentNew, files, besides,
				func(v *View) { v.MeetingEnds = v.Meeting.AddDate(1, 0, 0) })},
		{"new_ticket-empty", "new_ticket", with(toAgentNew, func(v *View) { v.Text = "" })},
		{"new_ticket-for-a-customer", "new_ticket",
			with(toAgentNew, func(v *View) {
				v.Author = Person{Name: "Luis Pérez",
					Address: "luis@ejemplo.test", Agent: true}
			})},
		{"new_ticket-everything-odd", "new_ticket", with(toAgentNew, down, unverified, welcome,
			func(v *View) { v.Claimed, v.Ticket.OldNumber = 99, 98 })},
		{"production_down", "production_down",
			with(toAgentNew, down, buttons("take"),
				func(v *View) { v.EscalateTo, v.EscalateIn = "Luis Pérez", 5*time.Minute })},
		{"production_down-last-rung", "production_down",
			with(toAgentNew, down, func(v *View) { v.Ticket.Organisation = "" })},
		{"opened_for_you", "opened_for_you", with(answer)},
		{"item", "item", with(answer, status("waiting"), files, buttons("history", "close"),
			quoted)},
		{"item-with-its-formatting", "item",
			with(answer, status("waiting"), func(v *View) {
				v.Text, v.Rich = stepsText,
					stepsHTML
			})},
		{"item-of-another-customer", "item",
			with(fromCarla, func(v *View) {
				v.To = Person{Name: "Eva Sanz",
					Address: "eva@cliente.test"}
			}, status("waiting"))},
		{"item-to-agent", "item", with(toAgentNew, quoted, buttons("resolved", "ask_info"))},
		{"info_request", "info_request", with(answer, form, status("waiting"))},
		{"note", "note", with(toAgent, inside,
			func(v *View) { v.Text = "Es la misma falla del lunes." })},
		{"assigned", "assigned", with(toAgent, func(v *View) { v.Text = printer })},
		{"transcript", "transcript", with(batch)},
		{"transcript-dry", "transcript",
			with(batch, func(v *View) { v.Dry, v.Fates = true, v.Fates[:1] })},
		{"transcript-unclear", "transcript", with(batch, func(v *View) {
			v.Reason, v.Fates, v.Commands = "batch_unclear", nil,
				[]Command{{"limte producto:CRM", "batch_line", ""}}
		})},
		{"rated", "rated", with(toAgent, inside, status("closed"),
			func(v *View) {
				v.Author, v.Score, v.Text = v.Ticket.Requester, 2,
					"2, tardaron una semana."
			})},
		{"closed-and-asked", "closed", with(status("closed"), func(v *View) {
			v.Rate = true
			for _, n := range []string{"1", "2", "3", "4", "5"} {
				v.Scores = append(v.Scores, Link{n, "mailto:soporte%2Bc123@ejemplo.test?body=" + n})
			}
		})},
		{"alert-recovered", "alert", with(toAgent, status("resolved"), func(v *View) {
			v.Reason, v.Repeats, v.Lasted = "recovered", 5, 42*time.Minute
		})},
		{"alert-returned", "alert", with(toAgent, func(v *View) { v.Reason = "returned" })},
		{"alert-worsened", "alert", with(toAgent, func(v *View) { v.Reason = "worsened" })},
		{"alert-flapping", "alert", with(toAgent, func(v *View) { v.Reason = "flapping" })},
		{"taken_over", "taken_over", with(toAgent, status("in_progress"))},
		{"taken", "taken", with(status("in_progress"))},
		{"taken-by-a-nameless-agent", "taken", with(status("in_progress"), func(v *View) {
			v.Author = Person{Name: "guardia@ejemplo.test", Address: "guardia@ejemplo.test",
				Agent: true}
		})},
		{"taken-to-agent", "taken", with(toAgent, status("in_progress"))},
		{"reminder", "reminder", with(status("waiting"), buttons("history", "close"),
			func(v *View) { v.CloseAt = at.AddDate(0, 0, 7) })},
		{"reminder-to-agent", "reminder", with(toAgent, status("waiting"))},
		{"deadline", "deadline", with(toAgent, status("open"),
			func(v *View) { v.Reason, v.CloseAt = "first_answer_near", at.Add(time.Hour) })},
		{"deadline-asks-for-a-person", "deadline",
			with(toAgent, status("open"), func(v *View) { v.Reason = "person_wanted" })},
		{"deadline-of-a-day", "deadline",
			with(toAgent, status("open"), func(v *View) {
				v.Reason, v.Ends = "ticket_overdue",
					at.AddDate(0, 0, -1)
			})},
		{"still_waiting", "still_waiting",
			with(status("open"), func(v *View) {
				v.EscalateTo, v.EscalateIn = "Luis Pérez",
					10*time.Minute
			})},
		{"still_waiting-for-the-last", "still_waiting", with(status("open"))},
		{"reminder-of-the-day", "reminder",
			with(toAgent, status("open"), func(v *View) { v.Reason = "wake" })},
		{"reminder-of-what-it-waited-for", "reminder",
			with(toAgent, status("open"), func(v *View) {
				v.Reason, v.Ticket.OldNumber = "freed",
					98
			})},
		{"closed-as-a-duplicate", "closed",
			with(func(v *View) { v.Reason, v.Ticket.OldNumber = "duplicate", 98 })},
		{"closed-as-a-duplicate-to-agent", "closed",
			with(toAgent, func(v *View) { v.Reason, v.Ticket.OldNumber = "duplicate", 98 })},
		{"accepted", "accepted", with(status("open"),
			func(v *View) { v.Accepted = "USD 60 por hora" })},
		{"merged", "merged", with(func(v *View) { v.Ticket.OldNumber = 98 })},
		{"merged-to-agent", "merged", with(toAgent, func(v *View) { v.Ticket.OldNumber = 98 })},
		{"parted", "parted", with(func(v *View) { v.Ticket.OldNumber = 98 })},
		{"parted-to-agent", "parted", with(toAgent, func(v *View) { v.Ticket.OldNumber = 98 })},
		{"split", "split", with(func(v *View) { v.Ticket.OldNumber = 98 })},
		{"split-to-agent", "split", with(toAgent, func(v *View) { v.Ticket.OldNumber = 98 })},
		{"resolved", "resolved", with(answer, buttons("testing_ok", "still_failing"),
			func(v *View) { v.CloseAt = at.AddDate(0, 0, 7) })},
		{"closed", "closed", with(status("closed"))},
		{"closed-by-silence", "closed", with(func(v *View) { v.Reason = "silence" })},
		{"closed-to-agent", "closed", with(toAgent,
			func(v *View) { v.Author, v.Text = carla, "Testing ok, gracias." })},
		{"closed-to-agent-by-another", "closed",
			with(toAgent, func(v *View) {
				v.Author = Person{Name: "Luis Pérez",
					Address: "luis@ejemplo.test", Agent: true}
			})},
		{"new_number", "new_number", with(func(v *View) {
			v.Ticket.Number, v.Ticket.OldNumber = 130,
				123
		})},
		{"pending", "pending", with(toAgentNew, inside, buttons("approve", "reject"),
			func(v *View) { v.Reason = "leaked"; v.Author.Address = "otra@cliente.test" })},
		{"undelivered", "undelivered", with(toAgent, answer, func(v *View) {
			v.Failed, v.Reason, v.Detail = carla.Address, "no_such_address",
				"550 5.1.1 User unknown"
		})},
		{"unfiled", "unfiled", with(toAgent, func(v *View) {
			v.Ticket = Ticket{Subject: "Factura"}
			v.Author, v.Reason, v.Detail, v.MailID = carla, "attempts",
				"read mail: time is up", "17"
		})},
		{"unfiled-incomplete", "unfiled", with(toAgent, func(v *View) {
			v.Ticket = Ticket{Subject: "Planos"}
			v.Author, v.Reason, v.Detail, v.MailID = carla, "incomplete",
				"the mail has 30000000 bytes, more than max_size", "18"
		})},
		{"mailbox_down", "mailbox_down", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Failed, v.Detail = Ticket{}, Person{}, "soporte",
				"log in: imap: NO [AUTHENTICATIONFAILED] Invalid credentials"
		})},
		{"mailbox_down-partly", "mailbox_down", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Failed, v.Reason = Ticket{}, Person{}, "soporte", "partly"
			v.Detail = "folder Soporte/Web: open: imap: NO [NONEXISTENT] Mailbox doesn't exist"
		})},
		{"mailbox_up", "mailbox_up", with(toAgent,
			func(v *View) { v.Ticket, v.Author, v.Failed = Ticket{}, Person{}, "soporte" })},
		{"secret_ends", "secret_ends", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Failed, v.Ends = Ticket{}, Person{}, "soporte",
				time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
		})},
		{"confirm_agent", "confirm_agent",
			with(toAgent, answer, func(v *View) { v.Reason = "kept_as_note" })},
		{"confirm_agent-pending", "confirm_agent",
			with(toAgent, answer, func(v *View) { v.Reason = "kept_pending" })},
		{"confirm_agent-automatic", "confirm_agent",
			with(toAgent, answer, func(v *View) {
				v.Reason, v.Cause = "kept_pending",
					"automatic"
			})},
		{"confirm_agent-late", "confirm_agent",
			with(toAgent, answer, func(v *View) { v.Reason, v.Cause = "kept_pending", "late" })},
		{"confirm_agent-pending-for-admin", "confirm_agent",
			with(toAgent, answer, func(v *View) {
				v.Reason, v.MailID = "kept_pending_for_admin",
					"55"
			})},
		{"confirm_agent-held-for-admin", "confirm_agent", with(toAgent, held(1), forAdmin)},
		{"confirm_agent-held-many-for-admin", "confirm_agent", with(toAgent, held(3), forAdmin)},
		{"list-bare", "list", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Count = Ticket{}, Person{}, 2
			v.Groups =
				[]Group{{carla, []Entry{{Number: 124, Subject: "No abre", Kind: "new_ticket"},
					{Number: 99, Subject: "Sigue", Kind: "note"}}, 0}}
		})},
		{"answer-list", "answer", with(answering, func(v *View) {
			v.Answer = Answer{Title: "mine", Of: "abiertos",
				Lines: []Remark{{Key: "page_of", N: 1, Of: "2"}},
				Sections: []Section{{Key: "found", Count: 26, Cases: []CaseLine{
					{Ticket: Ticket{Number: 124, Subject: "No abre", Status: "En proceso",
						Severity: 1, ProductionDown: true, Product: "CRM"}, At: at,
						State: "Esperamos el repuesto",
						See:   "mailto:soporte@ejemplo.test?subject=caso%20124",
						Reply: "mailto:soporte+c124@ejemplo.test"},
					{Ticket: Ticket{Number: 99, StatusClass: "open"}, Who: carla,
						At:    at.AddDate(-1, 0, 0),
						Notes: []Remark{{Key: "overdue_since", Of: "2026-03-01"}}},
				}, More: Offer{Words: "mis casos abiertos página 2", Key: "more_by",
					Href: "mailto:soporte@ejemplo.test?subject=mis%20casos%20abiertos%20p%C3%A1gina%202"}}},
				Last: []Remark{{Key: "no_case"}}}
		}, buttons("more", "all_cases", "closed_cases"))},
		{"answer-case", "answer", with(func(v *View) {
			v.Answer = Answer{Title: "case", State: "Esperamos el repuesto",
				Facts: []Detail{{Key: "status", Value: "En proceso"},
					{Key: "sucursal", Name: "Sucursal", Value: "Norte"}},
				Items: []AnswerItem{{Number: "123-2", Type: "Respuesta", Author: ana, At: at,
					Text: "Pruebe ahora.\n\nAna"},
					{Number: "123-1", Type: "Problema", Author: carla, At: at, Text: printer,
						Files: []AnswerFile{{Name: "captura.png", Size: 120_400, Item: "123-1",
							Ask: "mailto:soporte@ejemplo.test?subject=adjunto%20123-1%201"}}}},
				Files: []AnswerFile{{Name: "captura.png", Size: 120_400, Item: "123-1",
					Ask: "mailto:soporte@ejemplo.test?subject=adjunto%20123-1%201"}},
				Changes: []Change{{At: at, Who: "Ana Gómez", What: "status", Old: "Abierto",
					New: "En proceso"}, {At: at, Who: "Carla Ruiz", What: "opened"}}}
		}, buttons("reply", "history"))},
		{"answer-case-to-agent", "answer", with(toAgent, inside, func(v *View) {
			v.Answer = Answer{Title: "case",
				Items: []AnswerItem{{Number: "123-3", Type: "Nota", Author: ana, At: at,
					Text: "Ojo, ya pagó.", Inside: true},
					{Number: "123-4", Type: "Ampliación de información", Author: carla, At: at,
						Text: "Sigue igual.", Notes: []Remark{{Key: "item_pending"}}}}}
		})},
		{"answer-lacks", "answer", with(answering, func(v *View) {
			v.Answer = Answer{Title: "lacks", Lines: []Remark{{Key: "lacks_case", Of: "99"}},
				Last: []Remark{{Key: "no_case"}}}
		})},
		{"answer-search-not-understood", "answer", with(answering, unknownProduct, func(v *View) {
			v.Answer = Answer{Title: "search", Of: "factura",
				Lines: []Remark{{Key: "not_searched"}},
				Last:  []Remark{{Key: "search_help"}, {Key: "no_case"}}}
		})},
		{"answer-help", "answer", with(answering, func(v *View) {
			v.Answer = Answer{Title: "help", Lines: []Remark{{Key: "help_intro"}},
				Last: []Remark{{Key: "help_reply"}},
				Offers: []Offer{{Words: "mis casos", Key: "help_mine",
					Href: "mailto:soporte@ejemplo.test?subject=mis%20casos"}}}
		})},
		{"answer-access", "answer", with(answering, func(v *View) {
			v.Answer = Answer{Title: "access", Of: desk.Name,
				Lines: []Remark{{Key: "access_key"}}, Last: []Remark{{Key: "me_help"}},
				Facts: []Detail{{Key: "name", Value: carla.Name},
					{Key: "addresses", Value: carla.Address}}}
		}, buttons("my_tickets", "add_address", "help"))},
		{"answer-panel", "answer", with(toAgent, answering, func(v *View) {
			v.Answer = Answer{Title: "panel_day", Of: "martes 3 de marzo",
				Bars:  []Bar{{"Abierto", 7, 100}, {"En proceso", 3, 43}, {"Cerrado", 212, 100}},
				Facts: []Detail{{Key: "overdue", Value: "1"}},
				Listings: []Listing{
					{Key: "undelivered", Count: 1, Lines: []string{"carla@cliente.test · #124"}},
					{Key: "quarantine", Count: 0}},
				Sections: []Section{{Key: "overdue_title", Count: 1, Cases: []CaseLine{
					{Ticket: Ticket{Number: 99, Subject: "Sigue", StatusClass: "open"}, Who: carla,
						At:    at.AddDate(0, -1, 0),
						Notes: []Remark{{Key: "overdue_since", Of: "2026-03-01"}}}}},
					{Name: "Abierto", Count: 7, More: Offer{Words: "casos abiertos",
						Key:  "more_by",
						Href: "mailto:soporte@ejemplo.test?subject=casos%20abiertos"}}},
				Last: []Remark{{Key: "panel_why"}}}
		}, buttons("pending", "my_tickets"))},
		{"answer-digest", "answer", with(toAgent, answering, func(v *View) {
			v.Answer = Answer{Title: "digest", Of: "martes 3 de marzo",
				Lines: []Remark{{Key: "digest_intro", N: 2}},
				Sections: []Section{{Cases: []CaseLine{
					{Ticket: Ticket{Number: 124, Subject: "No abre", Status: "En proceso",
						StatusClass: "open"}, Who: carla, At: at,
						Items: []AnswerItem{{Number: "124-2", Type: "Respuesta", Author: carla,
							At: at, Text: printer}},
						See:   "mailto:soporte@ejemplo.test?subject=caso%20124",
						Reply: "mailto:soporte+c124@ejemplo.test"}}}},
				Last: []Remark{{Key: "digest_how"}}}
		}, buttons("my_tickets", "my_data"))},
		{"answer-canned", "answer", with(toAgent, answering, func(v *View) {
			v.Answer = Answer{Title: "canned",
				Canned: []CannedText{{"Saludo", "#plantilla Saludo",
					"Hola:\n\nrecibimos su pedido."}}}
		})},
		{"confirm_agent-no-ticket", "confirm_agent",
			with(toAgent, answer, func(v *View) { v.Ticket, v.Reason = Ticket{}, "kept_pending" })},
		{"ack-several", "ack", with(func(v *View) {
			v.Others = []Ticket{{Number: 124, Subject: "No abre"},
				{Number: 131, Subject: "Otra vez"}}
		})},
		{"ack-several-no-echo", "ack", with(func(v *View) {
			v.Answers, v.EchoSubject = true, false
			v.Others = []Ticket{{Number: 124, Subject: "No abre"}}
		})},
		{"list", "list", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Count, v.More = Ticket{}, Person{}, 214, 200
			v.Groups = []Group{
				{carla, []Entry{{Number: 124, Subject: "No abre", Kind: "new_ticket",
					ReplyTo: "soporte+c124.p7.a2@ejemplo.test"},
					{Number: 99, Subject: "Sigue", Kind: "item",
						ReplyTo: "soporte+c99.p7.a3@ejemplo.test"}}, 10},
				{Person{Address: "x@otra.test"},
					[]Entry{{Number: 125, Subject: "Hola", Kind: "pending"},
						{MailID: "17", Subject: "?", Kind: "unfiled"}}, 0},
			}
		})},
		{"list-production-down", "list", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Count, v.Reason = Ticket{}, Person{}, 2, "production_down"
			v.Groups = []Group{{carla, []Entry{{Number: 124, Subject: "No factura",
				Kind: "production_down"},
				{Number: 125, Subject: "No factura", Kind: "production_down"}}, 0}}
		})},
		{"alarm-breaker", "alarm", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason, v.Failed, v.EscalateIn = Ticket{}, Person{},
				"breaker_domain", "cliente.test", 15*time.Minute
		})},
		{"alarm-set-aside", "alarm", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason, v.Failed, v.MailID = Ticket{OldNumber: 123}, Person{},
				"set_aside", carla.Address, "40"
		})},
		{"alarm-relay", "alarm", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason, v.Detail = Ticket{}, Person{}, "relay",
				"535 5.7.8 authentication failed"
		})},
		{"alarm-guesses", "alarm", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason, v.Failed = Ticket{}, Person{}, "guesses", "192.0.2.7"
		})},
		{"alarm-agent-missed", "alarm", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason, v.Failed, v.Cause, v.Detail = Ticket{OldNumber: 123},
				Person{}, "agent_missed", "luis@ejemplo.test", "mailbox_full",
				"552 5.2.2 mailbox full"
		})},
		{"hours-near", "hours", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_near"
			v.Contract = Contract{"Soporte oro", "Cliente SA", "15 h 30 min", "20 h",
				"4 h 30 min", "31 de marzo", true}
		})},
		{"hours-gone", "hours", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_gone"
			v.Contract = Contract{"Soporte oro", "Cliente SA", "20 h 15 min", "20 h", "0 min",
				"", false}
		})},
		{"hours-near-customer", "hours", with(func(v *View) {
			v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_near"
			v.Contract = Contract{"Soporte oro", "Cliente SA", "15 h 30 min", "20 h",
				"4 h 30 min", "31 de marzo", true}
		})},
		{"hours-gone-customer", "hours", with(func(v *View) {
			v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_gone"
			v.Contract = Contract{"Soporte oro", "Cliente SA", "20 h 15 min", "20 h", "0 min",
				"31 de marzo", false}
		})},
		{"admission", "admission", with(buttons("admit", "refuse"), func(v *View) {
			v.To, v.Author, v.Ticket = Person{Name: "Eva Sanz", Address: "eva@cliente.test"}, carla,
				Ticket{Organisation: "Cliente SA"}
		})},
		{"admission-to-agent", "admission",
			with(toAgent, buttons("admit", "refuse"),
				func(v *View) { v.Author, v.Ticket = carla, Ticket{} })},
		{"admitted", "admitted", with(func(v *View) {
			v.Author, v.Ticket = carla,
				Ticket{Organisation: "Cliente SA"}
		})},
		{"ack-awaits", "ack", with(welcome, func(v *View) { v.Awaits = "Cliente SA" })},
		{"offered", "offered", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.More = Ticket{},
				Person{Name: "Luis Pérez", Address: "luis@ejemplo.test", Agent: true}, 3
			v.Groups = []Group{{carla, []Entry{{Number: 124, Subject: "No abre", Kind: "offered",
				ReplyTo: "soporte+c124.p7.a2@ejemplo.test"}}, 0}}
		})},
		{"confirm_orders", "confirm_orders", with(toAgent, buttons("yes"), func(v *View) {
			v.Ticket, v.Author, v.Until, v.Proposed, v.More = Ticket{}, Person{},
				v.At.AddDate(0, 0, 1), []string{"1-40: #cerrar", "#bloquear spam.test"}, 3
			v.Held = []Held{{ID: "12", At: v.At, Subject: "control"}}
		})},
		{"confirm_data", "confirm_data", with(buttons("yes"), func(v *View) {
			v.Ticket, v.Author, v.Proposed = Ticket{}, Person{},
				[]string{"Nombre: Carla Ruiz", "Agregar dirección: carla@casa.test"}
		})},
		{"confirm_password", "confirm_password", with(toAgent, buttons("yes"), func(v *View) {
			v.Ticket, v.Author = Ticket{}, Person{}
		})},
		{"new_password", "new_password", with(toAgent, func(v *View) {
			v.Ticket, v.Author, v.Secret = Ticket{}, Person{}, "abcde-fghij-klmno-pqrst"
		})},
		{"confirm_address", "confirm_address", with(buttons("yes"), func(v *View) {
			v.Ticket, v.Author, v.About = Ticket{}, Person{}, carla.Address
		})},
		{"data_changed", "data_changed", with(func(v *View) {
			v.Ticket, v.Author = Ticket{}, Person{}
			v.Commands = []Command{{"Nombre: Carla Ruiz", "data_changed", ""},
				{"Agregar dirección: carla@casa.test", "address_asked", ""}}
			v.Unknown = []Unknown{{Field: "language", Value: "klingon",
				Values: []string{"en", "es"}}}
		})},
		{"data_changed-not", "data_changed", with(func(v *View) {
			v.Ticket, v.Author = Ticket{}, Person{}
			v.Unknown = []Unknown{{Field: "language", Value: "klingon",
				Values: []string{"en", "es"}}}
		})},
		{"agent_welcome", "agent_welcome",
			with(toAgent, answering, buttons("help", "my_tickets", "panel"))},
		{"confirm_agent-held", "confirm_agent", with(toAgent, held(1))},
		{"confirm_agent-held-many", "confirm_agent",
			with(toAgent, held(3), func(v *View) { v.More = 57 })},
		{"receipt", "receipt", with(toAgent, status("resolved"), func(v *View) {
			v.Commands = []Command{{"#resuelto", "resolved", ""},
				{"#asignar luis", "assigned", "Luis Pérez"}}
			v.Unknown = []Unknown{{Field: "command", Value: "#cerar", Values: []string{"#cerrar"}}}
		})},
		{"receipt-not-understood", "receipt", with(toAgent, func(v *View) {
			v.Unknown = []Unknown{{Field: "command", Value: "#cerar", Values: []string{"#cerrar"}}}
		})},
		{"receipt-held", "receipt", with(toAgent, func(v *View) {
			v.Reason, v.Unknown = "held_unknown",
				[]Unknown{{Field: "command", Value: "#resolver", Values: []string{"#resuelto"}}}
		})},
		{"receipt-answered", "receipt", with(toAgent, buttons("send"), func(v *View) {
			v.Reason, v.ActedAt = "held_answered", at
		})},
		{"receipt-taken", "receipt", with(toAgent, buttons("send"), func(v *View) {
			v.Reason, v.ActedAt, v.Took = "held_answered", at, true
		})},
		{"receipt-waits", "receipt", with(toAgent, buttons("cancel"), func(v *View) {
			v.Until = at.Add(30 * time.Second)
		})},
		{"receipt-of-a-case-without-customer", "receipt",
			with(toAgent, func(v *View) {
				v.Reason, v.Readers, v.Followers = "nobody_hears",
					nil, 0
			})},
		{"receipt-to-customer", "receipt", with(files)},
		{"new_ticket-with-a-trace", "new_ticket", with(toAgent, func(v *View) {
			trace := "java.lang.NullPointerException: x\n\tat com.x.Y.z(Y.java:12)\n\tat " +
				"com.x.Y.w(Y.java:14)"
			v.Text, v.Code = "Sale esto:\n\n"+trace+"\n\nDesde ayer.", []string{trace}
			v.Errors, v.Traces, v.Duplicate, v.Unset = []string{"ORA-00942", "HTTP 500"},
				[]string{"java"}, 12, []string{"Producto: CMR"}
			v.Warnings, v.Ticket.Offer = []string{"no_attachment", "secret", "importance"},
				"USD 60 por hora"
		})},
		{"preview", "preview", with(toAgent, func(v *View) {
			v.Commands = []Command{{"#resuelto", "resolved", ""}}
			v.Previews = []Preview{{[]Person{carla}, &Mail{"[Caso #123] No imprime la factura",
				"Cambie el cable.", "", "<p style=\"margin:0 0 16px\">Cambie el cable.</p>"}}}
		})},
		{"preview-of-nothing", "preview",
			with(toAgent, func(v *View) { v.Reason = "view_kept_inside" })},
		{"ack-on-demand", "ack", with(func(v *View) {
			v.Ticket.Offer, v.Hints = "USD 60 por hora",
				[]string{"no_attachment"}
		})},
		{"not_understood", "not_understood", with(func(v *View) {
			v.Unknown = []Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}}}
			v.Hints = []string{"no_attachment", "secret"}
		})},
	}
}

func batch(v *View) {
	v.ToAgent, v.Control, v.Ticket, v.Readers, v.Followers = true, true, Ticket{}, nil, 0
	v.Fates = []Fate{
		{12, "No imprime la factura", "batch_done", "",
			[]Command{{"#producto CRM", "product", "CRM"}, {"#cerrar", "closed", ""}}, nil},
		{15, "Sin red", "batch_undone", "", []Command{{"#cola", "queued", ""}},
			[]Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}}}},
		{99, "", "batch_none", "", nil, nil},
	}
	v.Commands = []Command{{"Hola:", "batch_line", ""}}
}

func forAdmin(v *View) { v.Reason, v.MailID = "kept_in_quarantine_for_admin", "7" }

// held is a question about mails in quarantine.
func held(n int) func(*View) {
	return func(v *View) {
		v.Ticket, v.Reason = Ticket{}, "kept_in_quarantine"
		for i := range n {
			v.Held = append(v.Held, Held{ID: string(rune('7' + i)),
				Subject: "No imprime la factura",
				At:      time.Date(2026, 3, 3, 9, 1+i, 0, 0, time.UTC)})
		}
	}
}
