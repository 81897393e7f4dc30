package templates

import "time"

// opening is how a ticket is opened.
var opening = []outline{
	{"ack", "ack", with{files, form, buttons("my_tickets", "close")}},
	{"ack-by-law", "ack", with{func(v *View) { v.CloseAt = at.AddDate(0, 0, 21) }}},
	{"ack-welcome", "ack", with{welcome}},
	{"ack-to-agent", "ack", with{toAgent, welcome}},
	{"ack-not-understood", "ack", with{unknownProduct}},
	{"ack-unverified", "ack", with{unverified}},
	{"ack-no-echo", "ack", with{files, unknownProduct,
		func(v *View) { v.Answers, v.EchoSubject = true, false }}},
	{"ack-several", "ack", with{func(v *View) {
		v.Others = []Ticket{{Number: 124, Subject: "No abre"},
			{Number: 131, Subject: "Otra vez"}}
	}}},
	{"ack-several-no-echo", "ack", with{func(v *View) {
		v.Answers, v.EchoSubject = true, false
		v.Others = []Ticket{{Number: 124, Subject: "No abre"}}
	}}},
	{"ack-awaits", "ack", with{welcome, func(v *View) { v.Awaits = "Cliente SA" }}},
	{"ack-on-demand", "ack", with{func(v *View) {
		v.Ticket.Offer, v.Hints = "USD 60 por hora",
			[]string{"no_attachment"}
	}}},
	{"ack_production_down", "ack_production_down", with{down, form}},
	{"new_ticket", "new_ticket", with{toAgentNew, files,
		buttons("take", "ask_info", "resolved")}},
	{"new_ticket-with-all-that-came", "new_ticket", with{toAgentNew, files, besides}},
	{"new_ticket-empty", "new_ticket", with{toAgentNew, func(v *View) { v.Text = "" }}},
	{"new_ticket-for-a-customer", "new_ticket",
		with{toAgentNew, func(v *View) {
			v.Author = Person{Name: "Luis Pérez",
				Address: "luis@ejemplo.test", Agent: true}
		}}},
	{"new_ticket-everything-odd", "new_ticket", with{toAgentNew, down, unverified, welcome,
		func(v *View) { v.Claimed, v.Ticket.OldNumber = 99, 98 }}},
	{"new_ticket-with-a-trace", "new_ticket", with{toAgent, func(v *View) {
		trace := "java.lang.NullPointerException: x\n\tat com.x.Y.z(Y.java:12)\n\tat " +
			"com.x.Y.w(Y.java:14)"
		v.Text, v.Code = "Sale esto:\n\n"+trace+"\n\nDesde ayer.", []string{trace}
		v.Errors, v.Traces, v.Duplicate, v.Unset = []string{"ORA-00942", "HTTP 500"},
			[]string{"java"}, 12, []string{"Producto: CMR"}
		v.Warnings, v.Ticket.Offer = []string{"no_attachment", "secret", "importance"},
			"USD 60 por hora"
	}}},
	{"production_down", "production_down",
		with{toAgentNew, down, buttons("take"),
			func(v *View) { v.EscalateTo, v.EscalateIn = "Luis Pérez", 5*time.Minute }}},
	{"production_down-last-rung", "production_down",
		with{toAgentNew, down, func(v *View) { v.Ticket.Organisation = "" }}},
	{"opened_for_you", "opened_for_you", with{answer}},
}

// talk is what is written in a ticket.
var talk = []outline{
	{"item-to-agent-with-all-that-came", "item",
		with{toAgentNew, files, besides,
			func(v *View) { v.MeetingEnds = v.Meeting.AddDate(1, 0, 0) }}},
	{"item", "item", with{answer, status("waiting"), files, buttons("history", "close"),
		quoted}},
	{"item-with-its-formatting", "item",
		with{answer, status("waiting"), func(v *View) {
			v.Text, v.Rich = stepsText,
				stepsHTML
		}}},
	{"item-of-another-customer", "item",
		with{fromCarla, func(v *View) {
			v.To = Person{Name: "Eva Sanz",
				Address: "eva@cliente.test"}
		}, status("waiting")}},
	{"item-to-agent", "item", with{toAgentNew, quoted, buttons("resolved", "ask_info")}},
	{"info_request", "info_request", with{answer, form, status("waiting"),
		buttons("reply", "history", "close")}},
	{"note", "note", with{toAgent, inside,
		func(v *View) { v.Text = "Es la misma falla del lunes." }}},
	{"pending", "pending", with{toAgentNew, inside, buttons("approve", "reject"),
		func(v *View) { v.Reason = "leaked"; v.Author.Address = "otra@cliente.test" }}},
	{"undelivered", "undelivered", with{toAgent, answer, func(v *View) {
		v.Failed, v.Reason, v.Detail = carla.Address, "no_such_address",
			"550 5.1.1 User unknown"
	}}},
}

// course is what becomes of a ticket.
var course = []outline{
	{"assigned", "assigned", with{toAgent, func(v *View) { v.Text = printer }}},
	{"offered", "offered", with{toAgent, func(v *View) {
		v.Ticket, v.Author, v.More = Ticket{},
			Person{Name: "Luis Pérez", Address: "luis@ejemplo.test", Agent: true}, 3
		v.Groups = []Group{{carla, []Entry{{Number: 124, Subject: "No abre", Kind: "offered",
			ReplyTo: "soporte+c124.p7.a2@ejemplo.test"}}, 0}}
	}}},
	{"taken_over", "taken_over", with{toAgent, status("in_progress")}},
	{"taken", "taken", with{status("in_progress")}},
	{"taken-by-a-nameless-agent", "taken", with{status("in_progress"), func(v *View) {
		v.Author = Person{Name: "guardia@ejemplo.test", Address: "guardia@ejemplo.test",
			Agent: true}
	}}},
	{"taken-to-agent", "taken", with{toAgent, status("in_progress")}},
	{"reminder", "reminder", with{status("waiting"), buttons("reply", "history", "close"),
		func(v *View) { v.CloseAt = at.AddDate(0, 0, 7) }}},
	{"reminder-to-agent", "reminder", with{toAgent, status("waiting")}},
	{"reminder-of-the-day", "reminder",
		with{toAgent, status("open"), func(v *View) { v.Reason = "wake" }}},
	{"reminder-of-what-it-waited-for", "reminder",
		with{toAgent, status("open"), func(v *View) {
			v.Reason, v.Ticket.OldNumber = "freed",
				98
		}}},
	{"deadline", "deadline", with{toAgent, status("open"),
		func(v *View) { v.Reason, v.CloseAt = "first_answer_near", at.Add(time.Hour) }}},
	{"deadline-asks-for-a-person", "deadline",
		with{toAgent, status("open"), func(v *View) { v.Reason = "person_wanted" }}},
	{"deadline-of-a-day", "deadline",
		with{toAgent, status("open"), func(v *View) {
			v.Reason, v.Ends = "ticket_overdue",
				at.AddDate(0, 0, -1)
		}}},
	{"still_waiting", "still_waiting",
		with{status("open"), func(v *View) {
			v.EscalateTo, v.EscalateIn = "Luis Pérez",
				10*time.Minute
		}}},
	{"still_waiting-for-the-last", "still_waiting", with{status("open")}},
	{"accepted", "accepted", with{status("open"),
		func(v *View) { v.Accepted = "USD 60 por hora" }}},
	{"resolved", "resolved", with{answer, status("resolved"), buttons("testing_ok", "still_failing"),
		func(v *View) { v.CloseAt = at.AddDate(0, 0, 7) }}},
	{"closed-and-asked", "closed", with{status("closed"), func(v *View) {
		v.Rate = true
		for _, n := range []string{"1", "2", "3", "4", "5"} {
			v.Scores = append(v.Scores, Link{n, "mailto:soporte%2Bc123@ejemplo.test?body=" + n})
		}
	}}},
	{"closed-as-a-duplicate", "closed",
		with{func(v *View) { v.Reason, v.Ticket.OldNumber = "duplicate", 98 }}},
	{"closed-as-a-duplicate-to-agent", "closed",
		with{toAgent, func(v *View) { v.Reason, v.Ticket.OldNumber = "duplicate", 98 }}},
	{"closed", "closed", with{status("closed")}},
	{"closed-by-silence", "closed", with{func(v *View) { v.Reason = "silence" }}},
	{"closed-to-agent", "closed", with{toAgent,
		func(v *View) { v.Author, v.Text = carla, "Testing ok, gracias." }}},
	{"closed-to-agent-by-another", "closed",
		with{toAgent, func(v *View) {
			v.Author = Person{Name: "Luis Pérez",
				Address: "luis@ejemplo.test", Agent: true}
		}}},
	{"rated", "rated", with{toAgent, inside, status("closed"),
		func(v *View) {
			v.Author, v.Score, v.Text = v.Ticket.Requester, 2,
				"2, tardaron una semana."
		}}},
	{"alert-recovered", "alert", with{toAgent, status("resolved"), func(v *View) {
		v.Reason, v.Repeats, v.Lasted = "recovered", 5, 42*time.Minute
	}}},
	{"alert-returned", "alert", with{toAgent, func(v *View) { v.Reason = "returned" }}},
	{"alert-worsened", "alert", with{toAgent, func(v *View) { v.Reason = "worsened" }}},
	{"alert-flapping", "alert", with{toAgent, func(v *View) { v.Reason = "flapping" }}},
}

// joined are tickets that become one, or two.
var joined = []outline{
	{"merged", "merged", with{func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"merged-to-agent", "merged", with{toAgent, func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"parted", "parted", with{func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"parted-to-agent", "parted", with{toAgent, func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"split", "split", with{func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"split-to-agent", "split", with{toAgent, func(v *View) { v.Ticket.OldNumber = 98 }}},
	{"new_number", "new_number", with{func(v *View) {
		v.Ticket.Number, v.Ticket.OldNumber = 130,
			123
	}}},
}
