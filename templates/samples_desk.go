package templates

import "time"

// asked are answers to what was asked.
var asked = []outline{
	{"answer-list", "answer", with{answering, func(v *View) {
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
	}, buttons("more", "all_cases", "closed_cases")}},
	{"answer-case", "answer", with{func(v *View) {
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
	}, buttons("reply", "history")}},
	{"answer-case-to-agent", "answer", with{toAgent, inside, func(v *View) {
		v.Answer = Answer{Title: "case",
			Items: []AnswerItem{{Number: "123-3", Type: "Nota", Author: ana, At: at,
				Text: "Ojo, ya pagó.", Inside: true},
				{Number: "123-4", Type: "Ampliación de información", Author: carla, At: at,
					Text: "Sigue igual.", Notes: []Remark{{Key: "item_pending"}}}}}
	}}},
	{"answer-lacks", "answer", with{answering, func(v *View) {
		v.Answer = Answer{Title: "lacks", Lines: []Remark{{Key: "lacks_case", Of: "99"}},
			Last: []Remark{{Key: "no_case"}}}
	}}},
	{"answer-search-not-understood", "answer", with{answering, unknownProduct, func(v *View) {
		v.Answer = Answer{Title: "search", Of: "factura",
			Lines: []Remark{{Key: "not_searched"}},
			Last:  []Remark{{Key: "search_help"}, {Key: "no_case"}}}
	}}},
	{"answer-help", "answer", with{answering, func(v *View) {
		v.Answer = Answer{Title: "help", Lines: []Remark{{Key: "help_intro"}},
			Last: []Remark{{Key: "help_reply"}},
			Offers: []Offer{{Words: "mis casos", Key: "help_mine",
				Href: "mailto:soporte@ejemplo.test?subject=mis%20casos"}}}
	}}},
	{"answer-help-to-agent", "answer", with{toAgent, answering, func(v *View) {
		v.Answer = Answer{Title: "help", Lines: []Remark{{Key: "help_intro"}},
			Offers: []Offer{{Words: "panel", Key: "help_panel",
				Href: "mailto:soporte@ejemplo.test?subject=panel"}},
			Orders: []Offer{{Words: "#tomar", Key: "order_take"},
				{Words: "#pedir-info", Key: "order_ask_info"},
				{Words: "#ausente hasta 20/12 suplente m@x", Key: "order_away"}}}
	}}},
	{"answer-access", "answer", with{answering, func(v *View) {
		v.Answer = Answer{Title: "access", Of: desk.Name,
			Lines: []Remark{{Key: "access_key"}}, Last: []Remark{{Key: "me_help"}},
			Facts: []Detail{{Key: "name", Value: carla.Name},
				{Key: "addresses", Value: carla.Address}}}
	}, buttons("my_tickets", "add_address", "help")}},
	{"answer-panel", "answer", with{toAgent, answering, func(v *View) {
		v.Answer = Answer{Title: "panel_day", Of: "martes 3 de marzo",
			Bars:  []Bar{{"Abierto", 7, 100}, {"En proceso", 3, 43}, {"Cerrado", 212, 100}},
			Facts: []Detail{{Key: "overdue", Value: "1"}},
			Trend: &Trend{Picture: "trend@buzon", Days: 30, Opened: 41, Closed: 38},
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
	}, buttons("pending", "my_tickets")}},
	{"answer-digest", "answer", with{toAgent, answering, func(v *View) {
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
	}, buttons("my_tickets", "my_data")}},
	{"answer-canned", "answer", with{toAgent, answering, func(v *View) {
		v.Answer = Answer{Title: "canned",
			Canned: []CannedText{{"Saludo", "#plantilla Saludo",
				"Hola:\n\nrecibimos su pedido."}}}
	}}},
}

// trouble is what the desk's people must see to.
var trouble = []outline{
	{"unfiled", "unfiled", with{toAgent, func(v *View) {
		v.Ticket = Ticket{Subject: "Factura"}
		v.Author, v.Reason, v.Detail, v.MailID = carla, "attempts",
			"read mail: time is up", "17"
	}}},
	{"unfiled-incomplete", "unfiled", with{toAgent, func(v *View) {
		v.Ticket = Ticket{Subject: "Planos"}
		v.Author, v.Reason, v.Detail, v.MailID = carla, "incomplete",
			"the mail has 30000000 bytes, more than max_size", "18"
	}}},
	{"mailbox_down", "mailbox_down", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Failed, v.Detail = Ticket{}, Person{}, "soporte",
			"log in: imap: NO [AUTHENTICATIONFAILED] Invalid credentials"
	}}},
	{"mailbox_down-partly", "mailbox_down", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Failed, v.Reason = Ticket{}, Person{}, "soporte", "partly"
		v.Detail = "folder Soporte/Web: open: imap: NO [NONEXISTENT] Mailbox doesn't exist"
	}}},
	{"mailbox_up", "mailbox_up", with{toAgent,
		func(v *View) { v.Ticket, v.Author, v.Failed = Ticket{}, Person{}, "soporte" }}},
	{"secret_ends", "secret_ends", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Failed, v.Ends = Ticket{}, Person{}, "soporte",
			time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	}}},
	{"alarm-breaker", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Failed, v.EscalateIn = Ticket{}, Person{},
			"breaker_domain", "cliente.test", 15*time.Minute
	}}},
	{"alarm-set-aside", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Failed, v.MailID = Ticket{OldNumber: 123}, Person{},
			"set_aside", carla.Address, "40"
	}}},
	{"alarm-relay", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Detail = Ticket{}, Person{}, "relay",
			"535 5.7.8 authentication failed"
	}}},
	{"alarm-relay-other", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Cause, v.Failed, v.Detail = Ticket{}, Person{}, "relay",
			"other", "smtp.ejemplo.test", "535 5.7.8 authentication failed"
	}}},
	{"alarm-relay-mailbox", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Cause, v.Failed, v.Detail = Ticket{}, Person{}, "relay",
			"mailbox", "ventas@ejemplo.test", "535 5.7.8 authentication failed"
	}}},
	{"alarm-guesses", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Failed = Ticket{}, Person{}, "guesses", "192.0.2.7"
	}}},
	{"alarm-agent-missed", "alarm", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason, v.Failed, v.Cause, v.Detail = Ticket{OldNumber: 123},
			Person{}, "agent_missed", "luis@ejemplo.test", "mailbox_full",
			"552 5.2.2 mailbox full"
	}}},
	{"hours-near", "hours", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_near"
		v.Contract = Contract{"Soporte oro", "Cliente SA", "15 h 30 min", "20 h",
			"4 h 30 min", "31 de marzo", true}
	}}},
	{"hours-gone", "hours", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_gone"
		v.Contract = Contract{"Soporte oro", "Cliente SA", "20 h 15 min", "20 h", "0 min",
			"", false}
	}}},
	{"hours-near-customer", "hours", with{func(v *View) {
		v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_near"
		v.Contract = Contract{"Soporte oro", "Cliente SA", "15 h 30 min", "20 h",
			"4 h 30 min", "31 de marzo", true}
	}}},
	{"hours-gone-customer", "hours", with{func(v *View) {
		v.Ticket, v.Author, v.Reason = Ticket{OldNumber: 123}, Person{}, "hours_gone"
		v.Contract = Contract{"Soporte oro", "Cliente SA", "20 h 15 min", "20 h", "0 min",
			"31 de marzo", false}
	}}},
}
