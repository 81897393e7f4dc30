package origin

import (
	"strings"
	"testing"
)

// person is a mail in which nothing speaks of a machine.
func person(h ...field) Mail {
	return Mail{Header: headerMap(h), EnvelopeFrom: "ana@cliente.test", HasEnvelope: true,
		From: "ana@cliente.test", Subject: "Consulta", Text: "Hola, no puedo entrar.\n"}
}

func TestHeaderFields(t *testing.T) {
	for _, c := range []struct {
		name, value      string
		want             Class
		person, suppress bool
	}{
		{"X-Autoreply", "yes", AutoReply, false, true},
		{"X-Autoreply", "no", Normal, true, false},
		{"x-autorespond", "Re: Consulta", AutoReply, false, true},
		{"X-AutoResponse", "1", AutoReply, false, true},
		{"X-Auto-Reply-From", "x", Normal, true, false},
		{"Precedence", "auto_reply", AutoReply, false, true},
		{"Precedence", "Auto-Reply", AutoReply, false, true},
		{"Precedence", "junk", AutoReply, false, true},
		{"Precedence", "bulk", List, false, true},
		{"Precedence", "BULK (vacation)", List, false, true},
		{"Precedence", "list", List, true, true},
		{"Precedence", "first-class", Normal, true, false},
		{"Precedence", "normal", Normal, true, false},
		{"X-Precedence", "bulk", List, false, true},
		{"Preference", "auto_reply", AutoReply, false, true},
		{"X-FC-MachineGenerated", "true", AutoReply, false, true},
		{"X-FC-MachineGenerated", "false", Normal, true, false},
		{"X-POST-MessageClass", "9; Autoresponder", AutoReply, false, true},
		{"X-Mailer", "vacation 1.2.6.1", AutoReply, false, true},
		{"X-Mailer", "Microsoft Outlook 16.0", Normal, true, false},
		{"Delivered-To", "Autoresponder", AutoReply, false, true},
		{"Delivered-To", "soporte@ayuda.example", Normal, true, false},
		{"X-Apple-Action", "VACATION", AutoReply, false, true},
		{"X-ChoiceMail-Registration-Request", "1", AutoReply, false, true},
		{"X-OTRS-Loop", "yes", AutoReply, false, true},
		{"X-ServiceNow-Generated", "true", AutoReply, false, true},
		{"X-JIRA-FingerPrint", "a1", AutoReply, false, true},
		{"X-FreeScout-Mail-Type", "auto.reply", AutoReply, false, true},
		{"X-FreeScout-Mail-Type", "customer.message", Normal, true, true},
		{"X-Cron-Env", "<SHELL=/bin/sh>", AutoReply, false, true},
		{"X-Redmine-Host", "tareas.test", AutoReply, false, true},
		{"List-Id", "<usuarios.lista.test>", List, false, true},
		{"List-Id", "", Normal, true, false},
		{"List-Post", "<mailto:usuarios@lista.test>", List, true, true},
		{"List-Post", "NO (only the owner posts)", List, false, true},
		{"List-Unsubscribe", "<https://x.test/baja>", List, false, true},
		{"Mailing-List", "list x@lista.test", List, true, true},
		{"X-Campaign", "77", List, false, true},
		{"X-CSA-Complaints", "abuso@x.test", List, false, true},
		{"X-Auto-Response-Suppress", "DR, OOF, AutoReply", Normal, true, true},
		{"X-Auto-Response-Suppress", "All", Normal, true, true},
		{"Feedback-ID", "1:eu-west-1:AmazonSES", Normal, true, true},
		{"X-Loop", "ana@cliente.test", Normal, true, true},
		{"X-RT-Loop-Prevention", "rt.x.test", Normal, true, true},
		{"X-Zendesk-From-Account-Id", "1", Normal, true, true},
		{"X-Failed-Recipients", "b@x.test", Normal, true, true},
		{"X-Buzon-Loop", "forged", Normal, true, false},
		{"X-Spam-Flag", "NO", Normal, true, false},
		{"Disposition-Notification-To", "ana@cliente.test", Normal, true, false},
	} {
		v := Judge(person(field{c.name, c.value}))
		if v.Class != c.want || v.Person != c.person || v.Suppress != c.suppress {
			t.Errorf("%s: %s: got %s person=%t suppress=%t (%s), want %s %t %t", c.name, c.value,
				v.Class, v.Person, v.Suppress, v.Reason, c.want, c.person, c.suppress)
		}
		if v.Class != Normal && !strings.Contains(strings.ToLower(v.Reason),
			strings.ToLower(c.name)) {
			t.Errorf("%s: the reason %q does not name the field", c.name, v.Reason)
		}
	}
}

func TestTwoFields(t *testing.T) {
	for _, c := range []struct {
		name   string
		header headerMap
		want   Class
		person bool
	}{
		{"the second Precedence counts",
			headerMap{{"Precedence", "normal"}, {"Precedence", "bulk"}}, List, false},
		{"a newsletter that names a list for posts",
			headerMap{{"List-Id", "<n.x.test>"}, {"List-Post", "<mailto:n@x.test>"},
				{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}}, List, false},
		{"a list sets bulk on every post",
			headerMap{{"List-Id", "<n.x.test>"}, {"List-Post", "<mailto:n@x.test>"},
				{"Precedence", "bulk"}}, List, true},
		{"a person answers on a list that only has an id",
			headerMap{{"List-Id", "<n.x.test>"}, {"In-Reply-To", "<a@x.test>"}}, List, true},
		{"a responder on a list", headerMap{{"List-Id", "<n.x.test>"}, {"X-Autoreply", "yes"}},
			List, false},
		{"RT's correspondence", headerMap{{"Precedence", "bulk"}, {"RT-Ticket", "x.test #1"}},
			AutoReply, false},
		{"a vacation script that answers and says bulk",
			headerMap{{"Precedence", "bulk"}, {"In-Reply-To", "<a@x.test>"}}, AutoReply, false},
		{"a vacation script that only says bulk",
			headerMap{{"Precedence", "bulk"}, {"Subject", "Out of Office"}}, AutoReply, false},
	} {
		m := person(c.header...)
		if s := c.header.first("Subject"); s != "" {
			m.Subject = s
		}
		if v := Judge(m); v.Class != c.want || v.Person != c.person || !v.Suppress {
			t.Errorf("%s: got %+v, want %s person=%t", c.name, v, c.want, c.person)
		}
	}
}

func TestSenders(t *testing.T) {
	for _, c := range []struct {
		name, envelope, from, returnPath string
		has                              bool
		want                             Class
		suppress                         bool
	}{
		{"person", "ana@cliente.test", "ana@cliente.test", "", true, Normal, false},
		{"null envelope", "", "ana@cliente.test", "", true, AutoReply, true},
		{"null envelope in brackets", "<>", "ana@cliente.test", "", true, AutoReply, true},
		{"the envelope outweighs Return-Path", "ana@cliente.test", "ana@cliente.test", "<>", true,
			Normal, false},
		{"null Return-Path", "", "ana@cliente.test", "<>", false, AutoReply, true},
		{"null Return-Path with blanks", "", "ana@cliente.test", " < > ", false, AutoReply, true},
		{"no envelope, no Return-Path", "", "ana@cliente.test", "", false, Normal, false},
		{"mailer-daemon", "x@cliente.test", "MAILER-DAEMON@mx.cliente.test", "", true,
			AutoReply, true},
		{"mailer_daemon with a tag", "x@cliente.test", "Mailer_Daemon+x@cliente.test", "", true,
			AutoReply, true},
		{"mailer-daemon in the envelope alone", "MAILER-DAEMON", "ana@cliente.test", "", true,
			AutoReply, true},
		{"a list's own words", "todos-bounces@listas.test", "todos-bounces@listas.test", "", true,
			AutoReply, true},
		{"a person's post to it", "todos-bounces@listas.test", "ana@cliente.test", "", true, Normal,
			false},
		{"an empty address in From", "x@cliente.test", "<>", "", true, AutoReply, true},
		{"Exchange's own address", "x@cliente.test",
			"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@cliente.test", "", true,
			AutoReply, true},
		{"postmaster may be a person", "postmaster@cliente.test", "postmaster@cliente.test", "",
			true, Normal, true},
		{"no-reply", "b@cliente.test", "no-reply@cliente.test", "", true, Normal, true},
		{"noreply with a department", "b@cliente.test", "ventas-noreply@cliente.test", "", true,
			Normal, true},
		{"no responder", "b@cliente.test", "no.responder@cliente.test", "", true, Normal, true},
		{"a company called Servicio de Correo", "x@correo.test", "entregas@correo.test", "", true,
			Normal, false},
		{"daemonio is a name", "daemonio@cliente.test", "daemonio@cliente.test", "", true, Normal,
			false},
	} {
		m := person()
		m.EnvelopeFrom, m.HasEnvelope, m.From = c.envelope, c.has, c.from
		m.Header = headerMap{{"From", c.name + " <" + c.from + ">"}}
		if c.returnPath != "" {
			m.Header = headerMap{{"Return-Path", c.returnPath}}
		}
		if v := Judge(m); v.Class != c.want || v.Suppress != c.suppress {
			t.Errorf("%s: got %s suppress=%t (%s), want %s %t", c.name, v.Class, v.Suppress,
				v.Reason, c.want, c.suppress)
		}
	}
}

func TestSubjectIsWeak(t *testing.T) {
	thread := field{"In-Reply-To", "<c1@ayuda.example>"}
	quiet := field{"X-Auto-Response-Suppress", "All"}
	for _, c := range []struct {
		subject string
		header  headerMap
		want    Class
	}{
		{"Respuesta automática: Consulta", nil, Normal},
		{"Respuesta automática: Consulta", headerMap{thread}, AutoReply},
		{"Respuesta automática: Consulta", headerMap{quiet}, AutoReply},
		{"Re: Respuesta automática: Consulta", headerMap{thread, quiet}, Normal},
		{"RV: Fuera de la oficina", headerMap{thread}, Normal},
		{"Automatic reply: Consulta", headerMap{thread}, AutoReply},
		{"Out of Office AutoReply: Consulta", headerMap{thread}, AutoReply},
		{"Abwesenheitsnotiz: Anfrage", headerMap{thread}, AutoReply},
		{"Réponse automatique : Demande", headerMap{thread}, AutoReply},
		{"Resposta automàtica: Consulta", headerMap{thread}, AutoReply},
		{"Otomatik Yanıt: Soru", headerMap{thread}, AutoReply},
		{"Automatisch antwoord: Vraag", headerMap{thread}, AutoReply},
		{"Odpowiedź automatyczna: Pytanie", headerMap{thread}, AutoReply},
		{"Automatiskt svar: Fråga", headerMap{thread}, AutoReply},
		{"Autosvar: Fråga", headerMap{thread}, AutoReply},
		{"Автоматический ответ: Вопрос", headerMap{thread}, AutoReply},
		{"自動応答: 質問", headerMap{thread}, AutoReply},
		{"자동 회신: 질문", headerMap{thread}, AutoReply},
		{"Fuera de la oficina mañana, hablar con Marta", headerMap{thread}, Normal},
		{"Undelivered Mail Returned to Sender", nil, Normal},
		{"No se puede entregar: Consulta", headerMap{thread}, Normal},
		{"Respuesta automática: Consulta",
			headerMap{{"X-Auto-Response-Suppress", "DR, OOF, AutoReply"}}, Normal},
		{"Ausencia: del 3 al 5 de mayo", headerMap{quiet}, Normal},
		{"Por favor confirme su mensaje", headerMap{thread}, AutoReply},
		{"Aceptado: presupuesto", headerMap{thread}, Normal},
		{"Leído: informe", headerMap{thread}, Normal},
	} {
		m := person(c.header...)
		m.Subject = c.subject
		if v := Judge(m); v.Class != c.want {
			t.Errorf("%q %v: got %s (%s), want %s", c.subject, c.header, v.Class, v.Reason, c.want)
		}
	}
}

func TestLoop(t *testing.T) {
	own := func(a string) bool {
		return a == "soporte@ayuda.example" ||
			strings.HasPrefix(a, "soporte+")
	}
	mark := func(v string) bool { return v == "inst.mac" }
	id := func(v string) bool { return v == "<c1.i1@ayuda.example>" }
	for _, c := range []struct {
		name string
		mail Mail
		want Class
	}{
		{"From", Mail{From: "Soporte@Ayuda.example"}, Normal},
		{"plus form in the envelope", Mail{From: "ana@cliente.test",
			EnvelopeFrom: "soporte+b1.x@ayuda.example", HasEnvelope: true}, Normal},
		{"Return-Path", Mail{From: "ana@cliente.test",
			Header: headerMap{{"Return-Path", "<soporte@ayuda.example>"}}}, Normal},
		{"Sender", Mail{From: "ana@cliente.test",
			Header: headerMap{{"Sender", "Soporte <soporte@ayuda.example>"}}}, Normal},
		{"Message-ID alone is left", Mail{From: "ana@cliente.test",
			Header: headerMap{{"Message-Id", "<c1.i1@ayuda.example>"}}}, Loop},
		{"valid mark", Mail{From: "ana@cliente.test",
			Header: headerMap{{"X-Buzon-Loop", "x.y"}, {"X-Buzon-Loop", " inst.mac "}}}, Loop},
		{"forged mark", Mail{From: "ana@cliente.test",
			Header: headerMap{{"X-Buzon-Loop", "inst.forged"}}}, Normal},
		{"our id in In-Reply-To is an answer",
			Mail{From: "ana@cliente.test",
				Header: headerMap{{"In-Reply-To", "<c1.i1@ayuda.example>"}}}, Normal},
		{"ours, and it calls itself automatic",
			Mail{From: "soporte@ayuda.example",
				Header: headerMap{{"Auto-Submitted", "auto-replied"}}}, AutoReply},
	} {
		c.mail.Own, c.mail.LoopMark, c.mail.OwnMessageID = own, mark, id
		v := Judge(c.mail)
		if v.Class != c.want {
			t.Errorf("%s: got %+v, want %s", c.name, v, c.want)
		}
		if own(strings.ToLower(c.mail.From)) && !v.Silent(own) {
			t.Errorf("%s: we answer ourselves: %+v", c.name, v)
		}
		// as `buzon parse` reads, without a configuration
		c.mail.Own, c.mail.LoopMark, c.mail.OwnMessageID = nil, nil, nil
		if v := Judge(c.mail); v.Class == Loop {
			t.Errorf("%s: a loop without anything to tell it by: %+v", c.name, v)
		}
	}
}

// TestAnswersGoToUs: a person's mail whose Reply-To is ours must not be answered automatically, and
// must not be dropped.
func TestAnswersGoToUs(t *testing.T) {
	m := person(field{"Reply-To", "Ana <ana@cliente.test>, soporte@ayuda.example"})
	m.Own = func(a string) bool { return a == "soporte@ayuda.example" }
	if v := Judge(m); v.Class != Normal || !v.Person || !v.Suppress {
		t.Errorf("got %+v", v)
	}
}

func TestMachine(t *testing.T) {
	for c, want := range map[Class]bool{Normal: false, "": false, AutoReply: true, Bounced: true,
		Delay: true, List: true, Receipt: true, Abuse: true, Calendar: true, Loop: true} {
		if c.Machine() != want {
			t.Errorf("%q.Machine() = %t, want %t", c, !want, want)
		}
	}
}

func TestEmptyMail(t *testing.T) {
	if v := Judge(Mail{}); v.Class != Normal || !v.Person {
		t.Errorf("an empty mail: %+v", v)
	}
}

// TestNullSenderIsNoBounce: responders use the null sender too, and write of addresses and of what
// does not exist.
func TestNullSenderIsNoBounce(t *testing.T) {
	for _, c := range []struct{ subject, text string }{
		{"Re: Consulta",
			"Juan ya no trabaja aquí y su buzón no existe. Escriba a ana@cliente.test.\n"},
		{"Su mensaje no será leído hasta el lunes", "Vuelvo el lunes.\n"},
		{"Your message to sales", "We have received it.\n"},
		{"Oficina cerrada",
			"Ese interno no existe. Llame al 555 4410 o escriba a\nana@cliente.test\n"},
		{"No disponible: Consulta", "El usuario no existe o no fue entregado: ana@cliente.test\n"},
	} {
		m := person()
		m.EnvelopeFrom, m.Subject, m.Text = "", c.subject, c.text
		if v := Judge(m); v.Class != AutoReply {
			t.Errorf("%q: got %s (%s)", c.subject, v.Class, v.Reason)
		}
	}
}

// TestParcelIsNoBounce: shops and carriers write of deliveries that failed.
func TestParcelIsNoBounce(t *testing.T) {
	for _, from := range []string{"no-reply@envios.test", "avisos@envios.test",
		"notificaciones@envios.test", "smtp@envios.test"} {
		m := person()
		m.From, m.EnvelopeFrom, m.Subject, m.Text = from, from, "Delivery failed: your parcel 4410",
			"We could not deliver your parcel to ana@cliente.test.\n"
		if v := Judge(m); v.Class != Normal {
			t.Errorf("%s: got %s (%s)", from, v.Class, v.Reason)
		}
	}
}
