package origin

import (
	"strings"
	"testing"
)

// TestMarks: a person's mail that came past a list, a rule or a redirection is a person's, and gets
// an automatic answer only where the list or the mailbox is ours.
func TestMarks(t *testing.T) {
	ours := func(a string) bool { return a == "ventas@empresa.test" || a == "soporte@empresa.test" }
	for _, c := range []struct {
		name    string
		header  headerMap
		from    string // envelope
		kind    MarkKind
		address string
		silent  bool
	}{
		{"none", nil, "", "", "", false},
		{"Mailman 3", headerMap{{"List-Id", "Ventas <ventas.empresa.test>"},
			{"List-Post", "<mailto:Ventas@empresa.test>"}, {"Precedence", "list"}},
			"ventas-bounces@empresa.test", ListMark, "ventas@empresa.test", false},
		{"a list without List-Post", headerMap{{"List-Id", "<clientes.empresa.test>"},
			{"Precedence", "list"}, {"List-Unsubscribe", "<https://x.test>"}}, "", ListMark,
			"clientes@empresa.test", true},
		{"another's list", headerMap{{"List-Post", "<mailto:foro@otra.test>"}}, "", ListMark,
			"foro@otra.test", true},
		{"majordomo", headerMap{{"Precedence", "list"}, {"Sender", "owner-foro@otra.test"}},
			"owner-foro@otra.test", ListMark, "", true},
		{"Google Groups", headerMap{{"List-Post", "<mailto:ventas@empresa.test>"},
			{"X-Google-Group-Id", "77"}, {"Precedence", "list"}}, "ventas+bncBC7@empresa.test",
			ListMark, "ventas@empresa.test", false},
		{"rule in Exchange", headerMap{{"X-MS-Exchange-Inbox-Rules-Loop", "soporte@empresa.test"}},
			"", RuleMark, "soporte@empresa.test", false},
		{"rule, and automatic", headerMap{{"X-MS-Exchange-Inbox-Rules-Loop",
			"soporte@empresa.test"}, {"Auto-Submitted", "auto-generated"}}, "", RuleMark,
			"soporte@empresa.test", false},
		{"rule of nobody", headerMap{{"X-MS-Exchange-Generated-Message-Source",
			"Mailbox Rules Agent"}, {"Auto-Submitted", "auto-generated"}}, "", RuleMark, "", true},
		{"redirected by Microsoft 365", nil, "soporte+SRS=x1=AB=cliente.test=ana@empresa.test",
			RedirectMark, "soporte@empresa.test", false},
		{"forwarded by Gmail", headerMap{{"X-Forwarded-To", "caso@mesa.test"},
			{"X-Forwarded-For", "soporte@empresa.test caso@mesa.test"}},
			"soporte+caf_=caso=mesa.test@empresa.test", RedirectMark, "soporte@empresa.test",
			false},
		{"forwarded by another's Gmail",
			headerMap{{"X-Forwarded-For", "luis@otra.test caso@mesa.test"}}, "", RedirectMark,
			"luis@otra.test", true},
		{"resent", headerMap{{"Resent-From", "Luis <luis@otra.test>"},
			{"Resent-To", "soporte@empresa.test"}}, "", RedirectMark, "luis@otra.test", true},
		{"sieve", headerMap{{"X-Sieve-Redirected-From", "soporte@empresa.test"}}, "", RedirectMark,
			"soporte@empresa.test", false},
		{"Auto-Forwarded: FALSE", headerMap{{"Auto-Forwarded", "FALSE"}}, "", "", "", false},
		{"our address in the envelope", nil, "soporte@empresa.test", RedirectMark,
			"soporte@empresa.test", false},
		{"wants no answer besides", headerMap{{"X-Forwarded-For", "soporte@empresa.test"},
			{"X-Auto-Response-Suppress", "All"}}, "", RedirectMark, "soporte@empresa.test", true},
	} {
		m := person(c.header...)
		m.Own = ours
		if c.from != "" {
			m.EnvelopeFrom = c.from
		}
		v := Judge(m)
		if !v.Person || v.Silent(ours) != c.silent {
			t.Errorf("%s: person=%t silent=%t (%s), want a person, silent=%t", c.name, v.Person,
				v.Silent(ours), v.Reason, c.silent)
		}
		if len(v.Marks) == 0 != (c.kind == "") {
			t.Errorf("%s: marks %v, want %q", c.name, v.Marks, c.kind)
			continue
		}
		if c.kind == "" {
			continue
		}
		found := false
		for _, mark := range v.Marks {
			found = found || mark.Kind == c.kind && mark.Address == c.address
		}
		if !found || !v.Suppress {
			t.Errorf("%s: marks %v suppress=%t, want %s of %q", c.name, v.Marks, v.Suppress, c.kind,
				c.address)
		}
	}
}

// TestMarksOfMachines: what a rule passes on may be a machine's all the same, and a mailing is no
// post.
func TestMarksOfMachines(t *testing.T) {
	rule := field{"X-MS-Exchange-Inbox-Rules-Loop", "soporte@empresa.test"}
	generated := field{"Auto-Submitted", "auto-generated"}
	for _, c := range []struct {
		name string
		from string
		head headerMap
		subj string
	}{
		{"no-reply", "no-reply@banco.test", headerMap{rule, generated}, "Su extracto"},
		{"monitor", "zabbix@mon.test", headerMap{rule, generated}, "PROBLEM: disco"},
		{"answered by itself", "ana@cliente.test",
			headerMap{rule, {"Auto-Submitted", "auto-replied"}}, "Re: x"},
		{"absence", "ana@cliente.test", headerMap{rule, generated}, "Respuesta automática: x"},
		{"newsletter", "noticias@tienda.test",
			headerMap{{"List-Id", "<n.tienda.test>"}, {"List-Unsubscribe", "<https://x.test>"}},
			"Ofertas"},
		{"only the owner posts", "noticias@tienda.test",
			headerMap{{"List-Post", "NO"}, {"Precedence", "list"}}, "Ofertas"},
		{"mailing with a list's Precedence", "noticias@tienda.test",
			headerMap{{"List-Id", "<n.tienda.test>"}, {"Precedence", "list"}, {"X-Campaign", "7"}},
			"Ofertas"},
	} {
		m := person(c.head...)
		m.From, m.EnvelopeFrom, m.Subject = c.from, c.from, c.subj
		if v := Judge(m); v.Person || !v.Suppress || v.Marks != nil {
			t.Errorf("%s: got %+v, want a machine", c.name, v)
		}
	}
}

// TestPersonWithToken: "auto-generated" alone, on an answer that a hand has written.
func TestPersonWithToken(t *testing.T) {
	thread, generated := field{"In-Reply-To", "<c1@ayuda.example>"},
		field{"Auto-Submitted", "auto-generated"}
	for _, c := range []struct {
		name, subject, text string
		header              headerMap
		want                bool
	}{
		{"answer from another ticket system", "Re: [Caso #7] Consulta",
			"Ya lo probé y sigue igual.", headerMap{thread, generated}, true},
		{"no thread", "Re: [Caso #7] Consulta", "Ya lo probé.", headerMap{generated}, false},
		{"a subject of its own", "Recibimos su solicitud", "Le responderemos pronto.",
			headerMap{thread, generated}, false},
		{"replied by itself", "Re: [Caso #7] Consulta", "Vuelvo el lunes.",
			headerMap{thread, {"Auto-Submitted", "auto-replied"}}, false},
		{"says so", "Re: [Caso #7] Consulta", "Este es un mensaje automático.",
			headerMap{thread, generated}, false},
		{"a responder's field besides", "Re: [Caso #7] Consulta", "Hola.",
			headerMap{thread, generated, {"X-OTRS-Loop", "yes"}}, false},
		{"bulk besides", "Re: [Caso #7] Consulta", "Hola.",
			headerMap{thread, generated, {"Precedence", "bulk"}}, false},
	} {
		m := person(c.header...)
		m.Subject, m.Text, m.New = c.subject, c.text, c.text
		if v := Judge(m); v.PersonWithToken != c.want || v.Class != AutoReply || !v.Suppress ||
			v.Person {
			t.Errorf("%s: got %+v, want PersonWithToken=%t", c.name, v, c.want)
		}
	}
}

func TestSpam(t *testing.T) {
	for _, c := range []struct {
		field, value string
		spam         bool
	}{
		{"X-Spam-Flag", "YES", true}, {"X-Spam-Flag", "NO", false},
		{"X-Spam-Status", "Yes, score=18.2 required=5.0", true},
		{"X-Spam-Status", "No, score=-1.9", false}, {"X-Spam-Score", "18", false},
		{"X-MS-Exchange-Organization-SCL", "6", true},
		{"X-MS-Exchange-Organization-SCL", "-1", false},
		{"X-MS-Exchange-Organization-SCL", "1", false},
		{"X-Forefront-Antispam-Report",
			"CIP:203.0.113.9;CTRY:US;LANG:es;SCL:5;SFV:SPM;H:x;CAT:SPM;", true},
		{"X-Forefront-Antispam-Report", "CIP:203.0.113.9;SCL:1;SFV:NSPM;CAT:NONE;", false},
		{"X-Rspamd-Action", "add header", true}, {"X-Rspamd-Action", "no action", false},
		{"X-Bogosity", "Ham, tests=bogofilter", false},
		{"X-Barracuda-Spam-Flag", "YES", true},
		{"X-MailScanner-SpamCheck", "not spam, SpamAssassin", false},
		{"Subject", "***SPAM*** Gane ya", true}, {"Subject", "[SPAM] Oferta", true},
		{"Subject", "{Spam?} Oferta", true},
		{"Subject", "*****SPAM(7.2)***** Oferta", true}, {"Subject", "[Posible spam] Oferta", true},
		{"Subject", "[CORREO NO DESEADO] Oferta", true},
		{"Subject", "[SPAM: 08.1] Oferta", true}, {"Subject", "##SPAM## Oferta", true},
		{"Subject", "Re: ***SPAM*** Presupuesto", false}, {"Subject", "Spam en mi bandeja", false},
		{"Subject", "[Spam de un cliente] ayuda", false},
		{"Subject", "SPAM: me llega mucho", false}, {"Subject", "[Caso #7] spam", false},
		{"Subject", "*Urgente*", false},
	} {
		m := person(field{c.field, c.value})
		if c.field == "Subject" {
			m.Subject = c.value
		}
		v := Judge(m)
		if v.Spam != "" != c.spam || v.Class != Normal || !v.Person {
			t.Errorf("%s: %s: spam %q of class %s, want %t", c.field, c.value, v.Spam, v.Class,
				c.spam)
		}
		if c.spam && !v.Silent(func(string) bool { return true }) {
			t.Errorf("%s: %s: spam is answered", c.field, c.value)
		}
	}
	m := person(field{"X-Spam-Flag", "NO"}, field{"X-Spam-Flag", "YES"})
	if v := Judge(m); v.Spam != "" {
		t.Errorf("the filter below counts, not ours: %q", v.Spam)
	}
}

func TestReactions(t *testing.T) {
	for _, c := range []struct {
		text, want string
		class      Class
	}{
		{"👍", "👍", Normal}, {" ❤️ \n", "❤️", Normal}, {"👍🏽", "👍🏽", Normal}, {"👏👏👏", "👏👏👏", Normal},
		{"+1", "+1", Normal}, {":+1:", ":+1:", Normal},
		{"(y)", "(y)", Normal}, {"Ana Gómez reacted to your message:\n👍", "👍", AutoReply},
		{"😀 Ana reacted via Gmail", "😀", AutoReply},
		{"Ana Gómez ha reaccionado a su mensaje:\n", "👍", AutoReply},
		{"Ana reaccionó a tu mensaje: ❤️", "❤️", AutoReply},
		{"Ana reagiu à sua mensagem:\n🎉", "🎉", AutoReply},
		{"Liked “No puedo entrar”", "👍", AutoReply}, {"Le gustó “Ya quedó listo.”", "👍", AutoReply},
		{"A Ana le encantó “Listo”", "❤️", AutoReply},
		{"Gostou de “Pronto”", "👍", AutoReply}, {"Reaccionó con 😂 a “Listo”", "😂", AutoReply},
		{"👍 gracias", "", Normal}, {"", "", Normal}, {"sí", "", Normal}, {"1", "", Normal},
		{"#1", "", Normal}, {"Le gustó al jefe, gracias", "", Normal},
		{"Me gustó “el nuevo informe” pero falta el total", "", Normal},
		{"Un usuario ha reaccionado a tu mensaje: ¿cómo lo quito?", "", Normal},
		{"¿Qué significa Liked “hola”?", "", Normal}, {"...", "", Normal}, {"© 2026", "", Normal},
		{"$", "", Normal},
	} {
		m := person()
		m.Text, m.New = c.text, c.text
		if v := Judge(m); v.Reaction != c.want || v.Class != c.class || !v.Person {
			t.Errorf("%q: got %q, %s person=%t (%s), want %q, %s", c.text, v.Reaction, v.Class,
				v.Person, v.Reason, c.want, c.class)
		}
	}
	m := person()
	m.Parts = []Part{{Type: "text/plain"}, {Type: "text/vnd.google.email-reaction+json",
		Body: []byte(`{"version":1,"emoji":"🎉"}`)}}
	if v := Judge(m); v.Reaction != "🎉" || v.Class != AutoReply || !v.Person || !v.Suppress {
		t.Errorf("Gmail's part: got %+v", v)
	}
}

func TestUnmarkedMachines(t *testing.T) {
	thread := field{"In-Reply-To", "<c1@ayuda.example>"}
	for _, c := range []struct {
		from, subject, text string
		header              headerMap
		want                Class
		suppress            bool
	}{
		{"", "VACACIONES Re: [Caso #61] Consulta", "Vuelvo el 22.", nil, AutoReply, true},
		{"", "Ausente - RE: Consulta", "Vuelvo el 22.", nil, AutoReply, true},
		{"", "OOO: Re: Consulta", "Back on 22.", nil, AutoReply, true},
		{"", "Férias | RE: Consulta", "Volto dia 22.", nil, AutoReply, true},
		{"", "Vacaciones: consulta", "¿Cuántos días me quedan?", nil, Normal, false},
		{"", "Re: Vacaciones", "¿Cuántos días me quedan?", nil, Normal, false},
		{"", "Permiso de acceso Re: factura", "No tengo permiso.", nil, Normal, false},
		{"", "Re: Consulta", "Este es un mensaje automático. Me encuentro fuera de la oficina " +
			"hasta el 22/09.", headerMap{thread}, AutoReply, true},
		{"", "Re: Consulta", "Hola:\n\nThis is an automated message. I am away from the office.",
			headerMap{thread}, AutoReply, true},
		{"", "Re: Consulta", "Salgo de vacaciones el viernes, necesito esto antes. En mi " +
			"ausencia escriban a Nelly.", headerMap{thread}, Normal, false},
		{"", "Consulta", "Me llega uno que dice: Este es un mensaje automático, fuera de la " +
			"oficina.", nil, Normal, false},
		{"", "Consulta", "Mensaje automático duplicado: nuestro sistema envía dos veces la factura.",
			nil, Normal, false},
		{"nagios@mon.cliente.test", "** PROBLEM Service Alert: web02/HTTP is CRITICAL **",
			"State: CRITICAL", nil, AutoReply, true},
		{"zabbix@mon.cliente.test", "Problema: disco lleno en srv-02",
			"Problema iniciado a las 03:20", nil, AutoReply, true},
		{"alertmanager@mon.cliente.test", "[FIRING:1] InstanceDown", "x", nil, AutoReply, true},
		{"zabbix@mon.cliente.test", "Consulta sobre la licencia", "¿Cuánto cuesta?", nil,
			Normal, true},
		{"zabbix@mon.cliente.test", "Re: Problema: disco lleno", "Ya lo vi.", headerMap{thread},
			Normal, true},
		{"ana@cliente.test", "PROBLEMA: disco lleno", "Ayuda.", nil, Normal, false},
		{"montserrat@cliente.test", "Alerta en el sistema", "Ayuda.", nil, Normal, false},
	} {
		m := person(c.header...)
		if c.from != "" {
			m.From, m.EnvelopeFrom = c.from, c.from
		}
		m.Subject, m.Text, m.New = c.subject, c.text, c.text
		if v := Judge(m); v.Class != c.want || v.Suppress != c.suppress {
			t.Errorf("%s %q: got %s suppress=%t (%s), want %s %t", m.From, c.subject, v.Class,
				v.Suppress, v.Reason, c.want, c.suppress)
		}
	}
}

// TestLongTexts: none of these rules reads a text of any length more than once.
func TestLongTexts(t *testing.T) {
	m := person()
	m.New = strings.Repeat("👍 le gusto \"", 1<<16)
	m.Text = m.New
	if v := Judge(m); v.Class != Normal || v.Reaction != "" {
		t.Errorf("got %s %q", v.Class, clip(v.Reaction, 40))
	}
}
