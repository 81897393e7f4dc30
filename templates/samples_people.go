package templates

import "time"

// ordered is what an agent's orders come to.
var ordered = []outline{
	{"transcript", "transcript", with{batch}},
	{"transcript-dry", "transcript",
		with{batch, func(v *View) { v.Dry, v.Fates = true, v.Fates[:1] }}},
	{"transcript-unclear", "transcript", with{batch, func(v *View) {
		v.Reason, v.Fates, v.Commands = "batch_unclear", nil,
			[]Command{{"limte producto:CRM", "batch_line", ""}}
	}}},
	{"transcript-limit", "transcript", with{batch, func(v *View) {
		v.Reason, v.Fates = "batch_limit", nil
		v.Commands = []Command{{"limite producto:CMR", "batch_line", ""}}
		v.Unknown = []Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}}}
	}}},
	{"confirm_agent", "confirm_agent",
		with{toAgent, answer, func(v *View) { v.Reason = "kept_as_note" }}},
	{"confirm_agent-pending", "confirm_agent",
		with{toAgent, answer, func(v *View) { v.Reason = "kept_pending" }}},
	{"confirm_agent-automatic", "confirm_agent",
		with{toAgent, answer, func(v *View) {
			v.Reason, v.Cause = "kept_pending",
				"automatic"
		}}},
	{"confirm_agent-late", "confirm_agent",
		with{toAgent, answer, func(v *View) { v.Reason, v.Cause = "kept_pending", "late" }}},
	{"confirm_agent-pending-for-admin", "confirm_agent",
		with{toAgent, answer, func(v *View) {
			v.Reason, v.MailID = "kept_pending_for_admin",
				"55"
		}}},
	{"confirm_agent-held-for-admin", "confirm_agent", with{toAgent, held(1), forAdmin}},
	{"confirm_agent-held-many-for-admin", "confirm_agent", with{toAgent, held(3), forAdmin}},
	{"confirm_agent-no-ticket", "confirm_agent",
		with{toAgent, answer, func(v *View) { v.Ticket, v.Reason = Ticket{}, "kept_pending" }}},
	{"confirm_agent-held", "confirm_agent", with{toAgent, held(1)}},
	{"confirm_agent-held-many", "confirm_agent",
		with{toAgent, held(3), func(v *View) { v.More = 57 }}},
	{"confirm_orders", "confirm_orders", with{toAgent, buttons("yes"), func(v *View) {
		v.Ticket, v.Author, v.Until, v.Proposed, v.More = Ticket{}, Person{},
			v.At.AddDate(0, 0, 1), []string{"1-40: #cerrar", "#bloquear spam.test"}, 3
		v.Held = []Held{{ID: "12", At: v.At, Subject: "control"}}
	}}},
	{"receipt", "receipt", with{toAgent, status("resolved"), func(v *View) {
		v.Commands = []Command{{"#resuelto", "resolved", ""},
			{"#asignar luis", "assigned", "Luis Pérez"}}
		v.Unknown = []Unknown{{Field: "command", Value: "#cerar", Values: []string{"#cerrar"}}}
	}}},
	{"receipt-not-understood", "receipt", with{toAgent, func(v *View) {
		v.Unknown = []Unknown{{Field: "command", Value: "#cerar", Values: []string{"#cerrar"}}}
	}}},
	{"receipt-held", "receipt", with{toAgent, func(v *View) {
		v.Reason, v.Unknown = "held_unknown",
			[]Unknown{{Field: "command", Value: "#resolver", Values: []string{"#resuelto"}}}
	}}},
	{"receipt-answered", "receipt", with{toAgent, buttons("send"), func(v *View) {
		v.Reason, v.ActedAt = "held_answered", at
	}}},
	{"receipt-taken", "receipt", with{toAgent, buttons("send"), func(v *View) {
		v.Reason, v.ActedAt, v.Took = "held_answered", at, true
	}}},
	{"receipt-waits", "receipt", with{toAgent, buttons("cancel"), func(v *View) {
		v.Until = at.Add(30 * time.Second)
	}}},
	{"receipt-of-a-case-without-customer", "receipt",
		with{toAgent, func(v *View) {
			v.Reason, v.Readers, v.Followers = "nobody_hears",
				nil, 0
		}}},
	{"receipt-to-customer", "receipt", with{files}},
	{"preview", "preview", with{toAgent, func(v *View) {
		v.Commands = []Command{{"#resuelto", "resolved", ""}}
		v.Previews = []Preview{{[]Person{carla}, &Mail{"[Caso #123] No imprime la factura",
			"Cambie el cable.", "", "<p style=\"margin:0 0 16px\">Cambie el cable.</p>"}}}
	}}},
	{"preview-of-nothing", "preview",
		with{toAgent, func(v *View) { v.Reason = "view_kept_inside" }}},
	{"list-bare", "list", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Count = Ticket{}, Person{}, 2
		v.Groups =
			[]Group{{carla, []Entry{{Number: 124, Subject: "No abre", Kind: "new_ticket"},
				{Number: 99, Subject: "Sigue", Kind: "note"}}, 0}}
	}}},
	{"list", "list", with{toAgent, func(v *View) {
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
	}}},
	{"list-production-down", "list", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Count, v.Reason = Ticket{}, Person{}, 2, "production_down"
		v.Groups = []Group{{carla, []Entry{{Number: 124, Subject: "No factura",
			Kind: "production_down"},
			{Number: 125, Subject: "No factura", Kind: "production_down"}}, 0}}
	}}},
	{"agent_welcome", "agent_welcome",
		with{toAgent, answering, buttons("help", "my_tickets", "panel")}},
	{"done", "done", with{func(v *View) { v.Commands = []Command{{"seguir", "followed", "#123"}} }}},
	{"done-declined", "done", with{func(v *View) {
		v.Commands = []Command{{"", "declined", "USD 60 por hora"}}
	}}},
	{"done-for-a-person", "done", with{func(v *View) {
		v.Ticket, v.Author = Ticket{}, Person{}
		v.Commands = []Command{{"", "person_refused", "bob@cliente.test"}}
	}}},
	{"not_understood", "not_understood", with{func(v *View) {
		v.Unknown = []Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}}}
		v.Hints = []string{"no_attachment", "secret"}
	}}},
}

// people is who somebody is and what he may.
var people = []outline{
	{"admission", "admission", with{buttons("admit", "refuse"), func(v *View) {
		v.To, v.Author, v.Ticket = Person{Name: "Eva Sanz", Address: "eva@cliente.test"}, carla,
			Ticket{Organisation: "Cliente SA"}
	}}},
	{"admission-to-agent", "admission",
		with{toAgent, buttons("admit", "refuse"),
			func(v *View) { v.Author, v.Ticket = carla, Ticket{} }}},
	{"admitted", "admitted", with{func(v *View) {
		v.Author, v.Ticket = carla,
			Ticket{Organisation: "Cliente SA"}
	}}},
	{"confirm_data", "confirm_data", with{buttons("yes"), func(v *View) {
		v.Ticket, v.Author, v.Proposed = Ticket{}, Person{},
			[]string{"Nombre: Carla Ruiz", "Agregar dirección: carla@casa.test"}
	}}},
	{"confirm_password", "confirm_password", with{toAgent, buttons("yes"), func(v *View) {
		v.Ticket, v.Author = Ticket{}, Person{}
	}}},
	{"new_password", "new_password", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.Secret = Ticket{}, Person{}, "abcde-fghij-klmno-pqrst"
	}}},
	{"confirm_address", "confirm_address", with{buttons("yes"), func(v *View) {
		v.Ticket, v.Author, v.About = Ticket{}, Person{}, carla.Address
	}}},
	{"data_changed", "data_changed", with{func(v *View) {
		v.Ticket, v.Author = Ticket{}, Person{}
		v.Commands = []Command{{"Nombre: Carla Ruiz", "data_changed", ""},
			{"Agregar dirección: carla@casa.test", "address_asked", ""}}
		v.Unknown = []Unknown{{Field: "language", Value: "klingon",
			Values: []string{"English", "español"}}}
	}}},
	{"data_changed-not", "data_changed", with{func(v *View) {
		v.Ticket, v.Author = Ticket{}, Person{}
		v.Unknown = []Unknown{{Field: "language", Value: "klingon",
			Values: []string{"English", "español"}}}
	}}},
}
