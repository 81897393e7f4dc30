package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// answerMail is an answer to a query as its reader's program shows it.
type answerMail struct {
	takenMail
	text, html string
	files      map[string][]byte
}

// read takes a mail apart.
func (m takenMail) read(t *testing.T) (a answerMail) {
	t.Helper()
	if err := mailtest.Validate(m.raw); err != nil {
		t.Errorf("%s: %v\n%s", m.subject, err, m.raw)
	}
	a = answerMail{takenMail: m, files: map[string][]byte{}}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.raw))
	if err != nil {
		t.Fatal(err)
	}
	a.part(t, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), "",
		parsed.Body)
	return a
}

func (a *answerMail) part(t *testing.T, kind, encoding, disposition string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			a.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"),
				p.Header.Get("Content-Disposition"), p)
		}
	}
	content, err := io.ReadAll(unencoded(encoding, body))
	if err != nil {
		t.Fatal(err)
	}
	_, d, _ := mime.ParseMediaType(disposition)
	switch {
	case d["filename"] != "":
		a.files[d["filename"]] = content
	case media == "text/plain":
		a.text = string(content)
	case media == "text/html":
		a.html = string(content)
	}
}

func unencoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// ask writes a query and returns its answer.
func (d *virtualDesk) ask(from, subject, text string, fields ...string) answerMail {
	d.t.Helper()
	d.next()
	d.clock.Advance(time.Minute)
	d.write(from, d.box(), subject, text, fields...)
	d.settle()
	for _, m := range d.next() {
		if m.to == desk.Canonical(from) && m.header.Get("Auto-Submitted") == "auto-replied" {
			return m.read(d.t)
		}
	}
	d.t.Fatalf("%s asks %q, and is not answered", from, subject)
	return answerMail{}
}

func (d *virtualDesk) box() string { return d.boxes[0].Address }

// outcome is what became of the last mail.
func (d *virtualDesk) outcome() store.Mail {
	d.t.Helper()
	list, err := d.store.Mails(d.t.Context(), store.MailFilter{Limit: 1})
	if err != nil || len(list) == 0 {
		d.t.Fatal("no mail: ", err)
	}
	return list[0]
}

// tags are what a reader of HTML does not see.
var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`)

// has reports what of a text is missing, and what should be.
func (a answerMail) has(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		words, not := strings.CutPrefix(w, "!")
		if strings.Contains(a.text, words) == not {
			t.Errorf("%s: has not %q, or should not:\n%s", a.subject, w, a.text)
		}
		if plain := tags.ReplaceAllString(a.html, ""); not && strings.Contains(plain, words) {
			t.Errorf("%s: the HTML has %q", a.subject, words)
		}
	}
}

const carlaRuiz, evaSanz, ottoLang, anaGomez = "carla@cliente.test", "eva@cliente.test",
	"otto@otra.test", "ana@ejemplo.test"

// askedDesk is a desk with cases of two companies, an answer, a note and files.
func askedDesk(t *testing.T, change ...func(*config)) *virtualDesk {
	d := newVirtualDesk(t, "ejemplo.test", change...)
	ctx := t.Context()
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		for _, e := range []desk.Entry{
			{Kind: desk.Organisations, Names: map[string]string{"es": "Cliente SA"},
				Domains: []string{"cliente.test"}},
			{Kind: desk.Products, Names: map[string]string{"es": "CRM"}},
			{Kind: desk.Projects, Names: map[string]string{"es": "Alfa"}},
			{Kind: desk.Canned, Names: map[string]string{"es": "Saludo"},
				Text: map[string]string{"es": "Hola:\n\nrecibimos su pedido."}},
		} {
			if _, err := tx.Put(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	file := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nFrom: %s\r\nTo: " +
		"%s\r\nSubject: %s\r\nMessage-ID: <f1@cliente.test>\r\nDate: Tue, 3 Mar 2026 09:00:00 " +
		"+0000\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDesde ayer no sale nada.\r\n--b\r\n" +
		"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=registro.txt\r\n" +
		"\r\nError 500\r\n--b--\r\n"
	d.take("carla@cliente.test", d.box(),
		fmt.Sprintf(file, carlaRuiz, d.box(), "No imprime la factura"))
	d.settle()
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PersonByAddress(ctx, carlaRuiz)
		if err == nil {
			err = tx.MarkKnown(ctx, p.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.write(evaSanz, d.box(), "Clave vencida", "No entro al sistema.")
	d.settle()
	d.write(ottoLang, d.box(), "Asunto de Otto", "Secreto de Otto.")
	d.settle()
	notice := d.to("ana@ejemplo.test")[0]
	d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, "Pruebe ahora con otra impresora.")
	d.settle()
	d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject,
		"#nota\nOjo, este cliente debe dos meses.")
	d.settle()
	return d
}

// TestQueriesByMail: each query in Spanish and in English, as the subject, and what its answer has
// and has not ("!").
func TestQueriesByMail(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	for _, c := range []struct {
		from, query string
		want        []string
		subject     string
	}{
		{carlaRuiz, "mis casos", []string{"#1  No imprime la factura", "Esperando respuesta",
			"!Otto", "!Clave vencida", "no abrió ningún caso"}, "Sus casos abiertos"},
		{carlaRuiz, "Re: MIS CASOS cerrados", []string{"No hay ninguno", "!No imprime"},
			"Sus casos cerrados"},
		{carlaRuiz, "my cases all", []string{"No imprime la factura"}, "Todos sus casos"},
		{carlaRuiz, "mis casos esperando respuesta", []string{"No imprime la factura"},
			"Sus casos esperando respuesta"},
		{carlaRuiz, "casos empresa", []string{"#1  No imprime la factura", "#2  Clave vencida",
			"eva@cliente.test", "!Otto"}, "Los casos de su empresa, abiertos"},
		{carlaRuiz, "company cases all", []string{"#2  Clave vencida", "!Otto"},
			"Todos los casos de su empresa"},
		{carlaRuiz, "casos proyecto Alfa", []string{"No hay ninguno"},
			"Estos son los casos del proyecto Alfa, abiertos"},
		{carlaRuiz, "buscar impresora", []string{"#1  No imprime la factura", "!#2"},
			"Resultados de la búsqueda «impresora»"},
		{carlaRuiz, "search SISTEMA status:open", []string{"#2  Clave vencida", "!#1"},
			"Resultados de la búsqueda «SISTEMA»"},
		{carlaRuiz, "buscar secreto", []string{"No encontramos casos", "!Otto"},
			"Resultados de la búsqueda «secreto»"},
		{carlaRuiz, "buscar meses", []string{"No encontramos casos", "!#1"},
			"Resultados de la búsqueda «meses»"},
		{carlaRuiz, `buscar "otra impresora"`, []string{"#1"},
			`Resultados de la búsqueda «"otra impresora"»`},
		{carlaRuiz, `buscar "impresora otra"`, []string{"!#1"},
			`Resultados de la búsqueda «"impresora otra"»`},
		{carlaRuiz, "buscar severidad:2 desde:2026-03-01 hasta:2026-03-31 de:eva@cliente.test",
			[]string{"#2", "!#1"}, "Resultados de la búsqueda"},
		{carlaRuiz, "buscar hasta:2026-03-01", []string{"!#1"}, "Resultados de la búsqueda"},
		{carlaRuiz, "buscar factura producto:CMR",
			[]string{"No conocemos el producto «CMR». Puede ser: CRM", "No buscamos nada", "!#1"},
			"Resultados de la búsqueda «factura»"},
		{carlaRuiz, "buscar factura desde:2026-02-31",
			[]string{"No entendimos la fecha «2026-02-31»", "!#1"},
			"Resultados de la búsqueda «factura»"},
		{carlaRuiz, "caso 1", []string{"Estado: Esperando respuesta", "1-1 · Incidente",
			"Desde ayer no sale nada", "1-2 · Respuesta · Ana Gómez", "Documentos asociados",
			"registro.txt", "!dos meses", "!#nota"}, "[Caso #1] No imprime la factura"},
		{carlaRuiz, "case n.º 2", []string{"No entro al sistema"}, "[Caso #2] Clave vencida"},
		{carlaRuiz, "historial 1", []string{"Historial de actividad", "caso abierto",
			"Estado: Abierto → Esperando respuesta", "!dos meses", "!Agente"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "history 1", []string{"Desde ayer no sale nada"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "original 1-1", []string{"tal como lo envió"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "original 1-2", []string{"va adjunto como correo"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "adjunto 1-1 registro.txt", []string{"Adjuntamos 1-1 · registro.txt"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "attachment 1-1 1", []string{"registro.txt"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "adjunto 1-1 otro.txt", []string{"No encontramos ese archivo", "registro.txt"},
			"[Caso #1] No imprime la factura"},
		{carlaRuiz, "mis datos", []string{"carla@cliente.test", "Cliente SA",
			"Esperando respuesta: 1"}, "Sus datos en Soporte"},
		{carlaRuiz, "my data", []string{"carla@cliente.test"}, "Sus datos en Soporte"},
		{carlaRuiz, "ayuda", []string{"mis casos", "historial 123", "casos empresa", "!panel",
			"!#tomar"}, "Lo que puede pedir por correo"},
		{carlaRuiz, "help", []string{"mis casos"}, "Lo que puede pedir por correo"},
		{anaGomez, "panel", []string{"Abierto: 2", "Esperando respuesta: 1", "Vencidos: 0",
			"#3  Asunto de Otto", "Los más viejos"}, "Panel de la mesa"},
		{anaGomez, "#dashboard", []string{"#3"}, "Panel de la mesa"},
		{anaGomez, "mis casos", []string{"#1", "!#2"}, "Sus casos abiertos"},
		{anaGomez, "casos todos", []string{"#1", "#2", "#3"}, "Todos los casos de la mesa"},
		{anaGomez, "caso 1", []string{"Nota interna", "Ojo, este cliente debe dos meses",
			"Su respuesta quedará entre ustedes"}, "[Caso #1] No imprime la factura"},
		{anaGomez, "historial 1", []string{"dos meses"}, "[Caso #1] No imprime la factura"},
		{anaGomez, "original 1-3", []string{"correo original"}, "[Caso #1] No imprime la factura"},
		{anaGomez, "ficha carla@cliente.test", []string{"Cliente SA", "#1  No imprime", "!#2"},
			"Datos de carla@cliente.test"},
		{anaGomez, "card Cliente SA", []string{"cliente.test", "#1", "#2", "!#3"},
			"Datos de Cliente SA"},
		{anaGomez, "ficha nadie@otra.test", []string{"No conocemos a nadie"},
			"No encontramos lo que pidió"},
		{anaGomez, "plantillas", []string{"Saludo", "recibimos su pedido"},
			"Plantillas que puede usar"},
		{anaGomez, "pendientes", []string{"Nada espera"}, "Lo que espera aprobación"},
		{anaGomez, "vencidos", []string{"!#1"}, "Lista de vencidos"},
		{anaGomez, "buscar empresa:Cliente", []string{"No conocemos la empresa «Cliente»"},
			"Resultados de la búsqueda"},
		{anaGomez, `buscar empresa:"Cliente SA"`, []string{"#1", "#2", "!#3"},
			"Resultados de la búsqueda"},
		{anaGomez, "ayuda", []string{"panel", "#tomar", "ficha"}, "Lo que puede pedir por correo"},
	} {
		a := d.ask(c.from, c.query, "")
		if !strings.HasPrefix(a.subject, c.subject) || strings.Contains(a.subject, "«»") {
			t.Errorf("%q: the subject is %q, want %q", c.query, a.subject, c.subject)
		}
		a.has(t, c.want...)
		if m := d.outcome(); m.Outcome != store.OutcomeQuery || m.Rule != "11a" || m.Ticket != 0 {
			t.Errorf("%q became %+v", c.query, m)
		}
		c, err := d.store.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if q, ok := desk.ReadQuery(c, threading.WithoutPrefixes("Re: "+a.subject), true); ok {
			t.Errorf("the subject %q asks %+v: a responder would ask on", a.subject, q)
		}
	}
}

// TestQueriesInEnglish: whoever has written in English is answered in it.
func TestQueriesInEnglish(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	d.write("jo@client.test", d.box(), "Printer is broken",
		"Hello, the printer has not printed anything since yesterday and we need it. Please help "+
			"us with this.")
	d.settle()
	for query, want := range map[string][]string{
		"my cases": {"Your cases: open", "#1  Printer is broken", "opened no case"},
		"case 1": {"[Case #1] Printer is broken", "Status: Open",
			"Reply to this mail to add something"},
		"history 1":    {"[Case #1]", "case opened", ".mbox"},
		"original 1-1": {"[Case #1]", "as you sent it"},
		"search xyzzy": {"Results of the search", "We found no cases", "!xyzzy"},
		"case 77": {"We did not find what you asked for",
			"case 77 among those that you may see"},
		"my data":      {"Your data at Soporte", "jo@client.test"},
		"my cases all": {"All your cases", "#1  Printer is broken"},
		"help": {"What you can ask for by mail", "search invoice", "history 123",
			"!factura"},
	} {
		a := d.ask("jo@client.test", query, "")
		if !strings.HasPrefix(a.subject, want[0]) {
			t.Errorf("%q: the subject is %q", query, a.subject)
		}
		a.has(t, want[1:]...)
	}
}

// TestNoQuery: what tells something is filed, and whoever may not ask is answered with no data.
func TestNoQuery(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	for _, c := range []struct {
		name, from, subject, text string
		want                      store.Outcome
	}{
		{"a report about it", carlaRuiz, "Mis casos no aparecen", "Entro al portal y no veo nada.",
			store.OutcomeTicket},
		{"words below", carlaRuiz, "mis casos", "No los veo desde ayer.", store.OutcomeTicket},
		{"help, and for what", carlaRuiz, "Ayuda", "No puedo entrar al sistema.",
			store.OutcomeTicket},
		{"help under a subject", carlaRuiz, "Se cayó la impresora", "Ayuda", store.OutcomeTicket},
		{"first line, and more", carlaRuiz, "Hola", "mis casos\n¿Por qué no veo el del lunes?",
			store.OutcomeTicket},
		{"an agent's query of a customer's", carlaRuiz, "panel", "", store.OutcomeTicket},
		{"a stranger's", "nadie@nuevo.test", "mis casos", "", store.OutcomeTicket},
		{"a stranger's about a case", "nadie2@nuevo.test", "caso 1", "", store.OutcomeTicket},
	} {
		d.next()
		d.clock.Advance(time.Minute)
		d.write(c.from, d.box(), c.subject, c.text)
		d.settle()
		if m := d.outcome(); m.Outcome != c.want {
			t.Errorf("%s became %s by rule %s", c.name, m.Outcome, m.Rule)
		}
		for _, m := range d.next() {
			a := m.read(t)
			if m.to == c.from && (strings.Contains(a.text, "No imprime") ||
				strings.Contains(a.text, "Desde ayer")) {
				t.Errorf("%s is told\n%s", c.name, a.text)
			}
		}
	}
	a := d.ask(carlaRuiz, "Una cosa", "Buenas tardes:\n\nmis casos\n\nGracias")
	a.has(t, "#1")
	// in reply to a notice, a customer asks and his case gets no item
	notice := d.to(carlaRuiz)[1]
	d.next()
	d.write(carlaRuiz, notice.replyTo(), "Re: "+notice.subject, "historial 1")
	d.settle()
	if m := d.outcome(); m.Outcome != store.OutcomeQuery {
		t.Errorf("in a reply it became %+v", m)
	}
}

// TestAnswersGoToTheRegisteredAddress: never to where the mail asks to be answered.
func TestAnswersGoToTheRegisteredAddress(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	a := d.ask(carlaRuiz, "mis casos", "", "Reply-To: ladron@otra.test\r\n",
		"Disposition-Notification-To: ladron@otra.test\r\n")
	if a.to != carlaRuiz || len(d.to("ladron@otra.test")) != 0 {
		t.Errorf("answered to %s", a.to)
	}
	for field, want := range map[string]string{"Auto-Submitted": "auto-replied",
		"X-Auto-Response-Suppress": "All", "Precedence": "bulk"} {
		if got := a.header.Get(field); got != want {
			t.Errorf("%s: %q", field, got)
		}
	}
}

// TestWhatIsNotTheirs: a number that is another's, of what agents said among themselves, or of
// nothing has one answer, but for the number.
func TestWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	same := func(queries ...string) {
		t.Helper()
		first := ""
		for _, q := range queries {
			a := d.ask(carlaRuiz, q, "")
			number := q[strings.Index(q, " ")+1:]
			got := strings.ReplaceAll(a.subject+"\n"+a.text+a.html, "caso "+number+" ", "caso N ")
			if len(a.files) > 0 || a.header.Get("X-Buzon-Caso") != "" ||
				!strings.Contains(got, "caso N ") {
				t.Errorf("%q: %s", q, a.raw)
			}
			if first == "" {
				first = got
			} else if got != first {
				t.Errorf("%q is answered otherwise:\n%s\nthan\n%s", q, got, first)
			}
		}
	}
	same("caso 3", "caso 99", "historial 3", "historial 99")
	same("original 3-1", "original 9-1", "original 1-3", "original 1-9", "adjunto 3-1",
		"adjunto 9-9")
}

// TestManyQueries: thirty an hour are answered; of what is more the last, when the hour is over,
// and nothing is lost without a word.
func TestManyQueries(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	d.next()
	for range 35 {
		d.clock.Advance(time.Second)
		d.write(carlaRuiz, d.box(), "caso 1", "")
		d.settle()
	}
	count := func(to string) (n int) {
		for _, m := range d.next() {
			if m.to == to {
				n++
			}
		}
		return n
	}
	if n := count(carlaRuiz); n != 30 {
		t.Errorf("%d answers in a minute", n)
	}
	d.pass(2*time.Hour, 10*time.Minute)
	last := d.to(carlaRuiz)
	if n := count(carlaRuiz); n != 1 {
		t.Errorf("%d answers in the hours after", n)
	}
	last[len(last)-1].read(t).has(t, "Otras 4 quedaron sin respuesta")
	d.write(carlaRuiz, d.box(), "No abre el sistema", "Desde hoy no abre.")
	d.settle()
	if n := count(carlaRuiz); n != 1 {
		t.Errorf("%d acknowledgements of a case after many queries", n)
	}
}

// TestPages: 25 cases a page, the newest first, and a link that asks for the next.
func TestPages(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	for i := range 30 {
		d.write(carlaRuiz, d.box(), fmt.Sprintf("Asunto %02d", i+1),
			fmt.Sprintf("Pasa algo en la caja %d de la sucursal.", i+1))
		d.settle() // in this order
	}
	d.pass(2*time.Hour, 30*time.Minute) // her acknowledgements
	a := d.ask(carlaRuiz, "mis casos", "")
	a.has(t, "Casos: 30", "Página 1 de 2", "#30  Asunto 30", "#6  Asunto 06", "!Asunto 05",
		"mis casos abiertos página 2")
	if !strings.Contains(
		a.html, "mailto:soporte@ejemplo.test?subject=mis%20casos%20abiertos%20p%C3%A1gina%202") {
		t.Errorf("no link to the next page:\n%s", a.html)
	}
	d.ask(carlaRuiz, "mis casos abiertos página 2", "").has(t, "Página 2 de 2", "#5  Asunto 05",
		"#1  Asunto 01", "!Asunto 06")
	d.ask(carlaRuiz, "buscar caja sucursal página 2", "").has(t, "#5  Asunto 05", "!Asunto 06")
	d.ask(carlaRuiz, "mis casos página 7", "").has(t, "No hay más páginas")
}

// TestOriginals: one's own mail comes back as it was sent; of others what the item shows, and an
// agent gets all but the reply keys of others.
func TestOriginals(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	own := string(d.ask(carlaRuiz, "original 1-1", "").files["original-1-1.eml"])
	if !strings.Contains(own, "Message-ID: <f1@cliente.test>") ||
		!strings.Contains(own, "Error 500") {
		t.Errorf("one's own: %s", own)
	}
	answer := string(d.ask(carlaRuiz, "original 1-2", "").files["original-1-2.eml"])
	if !strings.Contains(answer, "otra impresora") || strings.Contains(answer, "soporte+c") ||
		strings.Contains(answer, anaGomez) {
		t.Errorf("an agent's: %s", answer)
	}
	colleague := string(d.ask(evaSanz, "original 1-1", "").files["original-1-1.eml"])
	if !strings.Contains(colleague, "Desde ayer") ||
		strings.Contains(colleague, "f1@cliente.test") {
		t.Errorf("a colleague's: %s", colleague)
	}
	notice := d.to(carlaRuiz)[0]
	d.write(carlaRuiz, notice.replyTo(), "Re: "+notice.subject,
		"Probé y sigue igual.\n\n> escriba a "+notice.replyTo()+"\n")
	d.settle()
	key := strings.TrimSuffix(notice.replyTo(), "@ejemplo.test")
	hers := string(d.ask(carlaRuiz, "original 1-4", "").files["original-1-4.eml"])
	agents := string(d.ask("luis@ejemplo.test", "original 1-4", "").files["original-1-4.eml"])
	box := string(d.ask("luis@ejemplo.test", "historial 1", "").files["caso-1.mbox"])
	if !strings.Contains(hers, key) || strings.Contains(agents, key) ||
		strings.Contains(box, key) || !strings.Contains(agents, "sigue igual") {
		t.Errorf("hers:\n%s\nan agent's:\n%s\n%s", hers, agents, box)
	}
	if strings.Contains(box, d.to(anaGomez)[0].replyTo()) || !strings.Contains(box, "dos meses") {
		t.Errorf("another agent's key in\n%s", box)
	}
}

// TestAgentsAskInAReply: with "#", among his orders; the receipt says that the answer comes apart.
func TestAgentsAskInAReply(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	notice := d.to(anaGomez)[0]
	before := len(d.to(carlaRuiz))
	for text, want := range map[string]string{"#panel": "Panel de la mesa", "#caso": "[Caso #1]",
		"#historial 2": "[Caso #2]", "#mis casos": "Sus casos", "#buscar sistema": "Resultados"} {
		d.next()
		d.clock.Advance(time.Minute)
		d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, text)
		d.settle()
		told := ""
		for _, m := range d.next() {
			if m.to == anaGomez {
				told += m.subject + "\n" + m.read(t).text
			}
		}
		if !strings.Contains(told, want) ||
			!strings.Contains(told, "va la respuesta en otro correo") {
			t.Errorf("%s: told\n%s", text, told)
		}
	}
	// without "#" they are words for the customer
	d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, "caso 2")
	d.settle()
	if got := len(d.to(carlaRuiz)) - before; got != 1 {
		t.Errorf("the customer got %d mails", got)
	}
}

// TestSearchTellsNoHiddenField: a case is not found by what its reader does not see of it.
func TestSearchTellsNoHiddenField(t *testing.T) {
	t.Parallel()
	d := askedDesk(t, func(c *config) {
		c.Mailbox[0].Profile = "poco"
		c.Profile = []profileConfig{{Name: "poco", Sees: []string{"own"},
			Shown: []string{"status"}}}
	})
	d.ask(carlaRuiz, "buscar severidad:2", "").has(t, "No encontramos casos", "!#1")
	d.ask(carlaRuiz, "buscar estado:todos factura", "").has(t, "#1  No imprime la factura",
		"!severidad")
	d.ask(carlaRuiz, "caso 1", "").has(t, "Estado: ", "!Severidad", "!Tipo")
}

// TestHiddenStatusIsNotTold: whoever does not see a status learns it by no list, search or count.
func TestHiddenStatusIsNotTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, close string
		mine, all   string
	}{
		{carlaRuiz, "#cerrar", "mis casos", "Todos sus casos"},
		{carlaRuiz, "#close", "my cases", "Todos sus casos"},
	} {
		d := askedDesk(t, func(c *config) {
			c.Mailbox[0].Profile = "poco"
			c.Profile = []profileConfig{{Name: "poco", Sees: []string{"own", "organisation"},
				Shown: []string{"product"}}}
		})
		ask := func() (said []string) {
			for _, q := range []string{c.mine, c.mine + " abiertos", c.mine + " cerrados",
				c.mine + " esperando respuesta",
				"company cases closed", "casos empresa", "casos cerrados",
				"buscar estado:cerrado factura", "buscar factura estado:abierto", "mis datos"} {
				a := d.ask(c.from, q, "")
				a.has(t, "!Esperando", "!Cerrado", "!Abierto")
				said = append(said, q+": "+a.subject+" "+fmt.Sprint(strings.Count(a.text, "#1 "),
					strings.Count(a.text, "#2 ")))
			}
			return said
		}
		before := ask()
		if !strings.Contains(before[0], c.all+" 1 ") {
			t.Errorf("it answers %q", before[0])
		}
		notice := d.to("ana@ejemplo.test")[0]
		d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, c.close)
		d.settle()
		d.clock.Advance(time.Hour)
		if after := ask(); !slices.Equal(before, after) {
			t.Errorf("closing shows:\n%s\n%s", strings.Join(before, "\n"),
				strings.Join(after, "\n"))
		}
	}
}
