package mailout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"buzon/internal/mailtest"
	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// fields are the names in a mail's header, each once.
func fields(t testing.TB, raw []byte) (textproto.MIMEHeader, []string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	h := textproto.MIMEHeader(m.Header)
	var names []string
	for name, values := range h {
		if len(values) != 1 {
			t.Errorf("%s stands %d times", name, len(values))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return h, names
}

const (
	always  = "Content-Type Date From Message-Id Mime-Version Subject To X-Buzon-Loop X-Ms-Reactions"
	aTicket = " In-Reply-To References X-Buzon-Caso X-Buzon-Estado X-Buzon-Severidad"
	machine = " Auto-Submitted List-Id X-Auto-Response-Suppress"
)

// TestB02HeaderTable says for each kind of mail which fields it has, and what is said to other
// machines.
func TestB02HeaderTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		kind     desk.Notice
		author   string // of the item
		to       string
		text     string
		plain    bool // no plus addresses
		fields   string
		auto     string
		from     string
		envelope string // "bounce", "" or an address
	}{
		{"ack", desk.Ack, "carla", "carla", "x", false, always + aTicket + machine +
			" Precedence Reply-To", "auto-replied", "Soporte Ejemplo", "bounce"},
		{"ack without plus", desk.Ack, "carla", "carla", "x", true, always + aTicket + machine +
			" Precedence", "auto-replied", "Soporte Ejemplo", ""},
		{"ack production down", desk.AckProductionDown, "carla", "carla", "x", false,
			always + aTicket + machine + " Precedence Reply-To", "auto-replied", "Soporte Ejemplo",
			"bounce"},
		{"new number", desk.NewNumber, "carla", "carla", "x", false, always + aTicket + machine +
			" Precedence Reply-To", "auto-replied", "Soporte Ejemplo", "bounce"},
		{"new ticket", desk.NewTicket, "carla", "ana", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Carla Ruiz · cliente.test", "bounce"},
		{"alert", desk.ProductionDown, "carla", "luis", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Carla Ruiz · cliente.test", "bounce"},
		{"answer", desk.ItemNotice, "ana", "carla", "x", false, always + aTicket + " Reply-To", "",
			"Ana Gómez, Soporte Ejemplo", "bounce"},
		{"answer of files only", desk.ItemNotice, "ana", "carla", "", false, always + aTicket +
			" Reply-To", "", "Ana Gómez, Soporte Ejemplo", "bounce"},
		{"answer without plus", desk.ItemNotice, "ana", "carla", "x", true, always + aTicket, "",
			"Ana Gómez, Soporte Ejemplo", "soporte@ejemplo.test"},
		{"question", desk.InfoRequestNotice, "ana", "carla", "x", false, always + aTicket +
			" Reply-To", "", "Ana Gómez, Soporte Ejemplo", "bounce"},
		{"a customer's words to another", desk.ItemNotice, "carla", "pepe", "x", false,
			always + aTicket + machine + " Reply-To", "auto-generated", "Soporte Ejemplo",
			"bounce"},
		{"a customer's words to an agent", desk.ItemNotice, "carla", "ana", "x", false,
			always + aTicket + machine + " Reply-To", "auto-generated", "Carla Ruiz · cliente.test",
			"bounce"},
		{"note", desk.NoteNotice, "ana", "luis", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"taken", desk.Taken, "ana", "carla", "x", false, always + aTicket + machine + " Reply-To",
			"auto-generated", "Soporte Ejemplo", "bounce"},
		{"resolved with words", desk.ResolvedNotice, "ana", "carla", "x", false, always + aTicket +
			" Reply-To", "", "Ana Gómez, Soporte Ejemplo", "bounce"},
		{"resolved without words", desk.ResolvedNotice, "ana", "carla", "", false,
			always + aTicket + machine + " Reply-To", "auto-generated", "Soporte Ejemplo",
			"bounce"},
		{"closed by an agent", desk.ClosedNotice, "ana", "carla", "", false, always + aTicket +
			machine + " Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"closed by the customer", desk.ClosedNotice, "carla", "ana", "x", false, always + aTicket +
			machine + " Reply-To", "auto-generated", "Carla Ruiz · cliente.test", "bounce"},
		{"opened for you", desk.OpenedForYou, "ana", "carla", "x", false, always + aTicket +
			machine + " Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"pending", desk.PendingNotice, "pepe", "ana", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"confirm", desk.ConfirmAgent, "ana", "ana", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"undelivered", desk.Undelivered, "ana", "ana", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Soporte Ejemplo", "bounce"},
		{"assigned", desk.Assigned, "carla", "ana", "x", false, always + aTicket + machine +
			" Reply-To", "auto-generated", "Carla Ruiz · cliente.test", "bounce"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			h.renderer.Mailboxes[0].Plus = !c.plain
			who := map[string]desk.Person{"ana": h.ana, "luis": h.luis, "carla": h.carla,
				"pepe": h.pepe}
			ticket := h.ticket()
			it := h.item(desk.Item{Ticket: ticket.Number, Author: who[c.author], Text: c.text})
			o := h.owe(c.kind, it, who[c.to])
			raw, out := h.render(o)
			got, names := fields(t, raw)
			want := strings.Fields(c.fields)
			slices.Sort(want)
			if !slices.Equal(names, want) {
				t.Errorf("fields\n%v, want\n%v", names, want)
			}
			if got.Get("Auto-Submitted") != c.auto {
				t.Errorf("Auto-Submitted %q, want %q", got.Get("Auto-Submitted"), c.auto)
			}
			from, err := mail.ParseAddress(got.Get("From"))
			if err != nil || from.Name != c.from || from.Address != "soporte@ejemplo.test" {
				t.Errorf("From %v, %v; want %s", from, err, c.from)
			}
			h.checkWaysBack(t, o, out, got)
			if c.envelope == "bounce" {
				if id, v := h.renderer.Signer.VerifyBounce(out.EnvelopeFrom,
					h.boxes); v != threading.Valid || id != o.ID {
					t.Errorf("envelope sender %q: row %d, %v", out.EnvelopeFrom, id, v)
				}
			} else if out.EnvelopeFrom != c.envelope {
				t.Errorf("envelope sender %q, want %q", out.EnvelopeFrom, c.envelope)
			}
		})
	}
}

// checkWaysBack verifies what is signed in a mail.
func (h *house) checkWaysBack(t *testing.T, o store.Outgoing, out Rendered,
	got textproto.MIMEHeader) {
	t.Helper()
	s := h.renderer.Signer
	kind := threading.Customer
	if o.Person == h.ana.ID || o.Person == h.luis.ID {
		kind = threading.Agent
	}
	if o.Kind == desk.NoteNotice || o.Kind == desk.PendingNotice {
		kind = threading.Inside
	}
	want := threading.Token{Mailbox: "soporte@ejemplo.test", Ticket: o.Ticket, Item: o.Item,
		Person: o.Person, Kind: kind, Key: "a"}
	if token, v := s.VerifyMessageID(got.Get("Message-Id"), h.boxes); v != threading.Valid ||
		token != want || "<"+out.MessageID+">" != got.Get("Message-Id") {
		t.Errorf("Message-ID %v %+v, want %+v", v, token, want)
	}
	root, _, _ := strings.Cut(got.Get("References"), " ")
	if token, v := s.VerifyMessageID(root, h.boxes); v != threading.Valid ||
		token.Ticket != o.Ticket || token.Person != 0 {
		t.Errorf("References begin with %q: %v %+v", root, v, token)
	}
	if reply := got.Get("Reply-To"); reply != "" {
		address, err := mail.ParseAddress(reply)
		if err != nil {
			t.Fatal(err)
		}
		want.Item = 0
		if token, v := s.VerifyAddress(address.Address, h.boxes); v != threading.Valid ||
			token != want {
			t.Errorf("Reply-To %v %+v, want %+v", v, token, want)
		}
	}
	if !s.ValidLoopMark(got.Get("X-Buzon-Loop")) {
		t.Errorf("loop mark %q", got.Get("X-Buzon-Loop"))
	}
}

// Two notices about one item to one person are two mails, and a third; rendered again each keeps
// its own id.
func TestMessageIDsDiffer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.carla, Text: "x"})
	seen := map[string]int64{}
	var rows []store.Outgoing
	for _, kind := range []desk.Notice{desk.PendingNotice, desk.ItemNotice, desk.ClosedNotice} {
		rows = append(rows, h.owe(kind, it, h.ana), h.owe(kind, it, h.luis))
	}
	rows = append(rows, h.unfiled(), h.unfiled())
	for range 2 {
		for _, o := range rows {
			_, out := h.render(o)
			if other := seen[out.MessageID]; other != 0 && other != o.ID {
				t.Errorf("rows %d and %d are both %s", other, o.ID, out.MessageID)
			}
			seen[out.MessageID] = o.ID
			if token, v := h.renderer.Signer.VerifyMessageID(out.MessageID,
				h.boxes); v != threading.Valid || token.Ticket != o.Ticket || o.Ticket != 0 &&
				token.Person != o.Person {
				t.Errorf("%s is %v: %+v", out.MessageID, v, token)
			}
		}
	}
	if len(seen) != len(rows) {
		t.Errorf("%d ids for %d mails", len(seen), len(rows))
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.ticket()
	long := strings.Repeat("x", 230) + "@cliente.test"
	for _, id := range []string{"bien@cliente.test", "sin arroba", "dos@x@y", "ñ@cliente.test",
		"<a@b>", strings.Repeat("x", 300) + "@y", "a\r\nBcc: y@z", long} {
		h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "x", MessageID: id})
	}
	it := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana, Text: "x",
		MessageID: "otro@ejemplo.test"})
	raw, _ := h.render(h.owe(desk.ItemNotice, it, h.carla))
	got, _ := fields(t, raw)
	ids := strings.Fields(got.Get("References"))
	if len(ids) != 3 || ids[1] != "<bien@cliente.test>" || ids[2] != "<"+long+">" ||
		got.Get("In-Reply-To") != ids[2] {
		t.Errorf("References %q, In-Reply-To %q", ids, got.Get("In-Reply-To"))
	}
}

var hostile = []string{
	"a\r\nBcc: evil@x.test", "a\nb", "a\rb", "a\x00b", "a\u2028b\u2029c\u0085d",
	"\u202eevil\u2066x", strings.Repeat("x", 10_000), strings.Repeat("ñ ", 5_000),
	"=?utf-8?q?Hola=0D=0ABcc:_evil@x?=", "=?", "?==?utf-8?b?//8=?=", "{{.Secreto}}", "%(x)s ${x}",
	"<script>alert(1)</script>", `a"b\c`, `ñ\c`, "a@b.test", "\xff\xfe", "", " ",
	"x\r.\r\nMAIL FROM:<>", "\n.\n", ".\r\n", "..", "日本語の件名", "👩‍👩‍👧", `";filename=x.exe`,
	"../../etc/passwd", "a\tb", "--boundary--",
}

// Whatever people are called and write, the mail is valid and has the fields it should have, no
// others.
func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s, s, s, s)
	}
	f.Add("Asunto", "Carla Ruiz", "Hola", "a.png", "x@y")
	h := newHouse(f)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.carla, Text: "x"},
		attachment{"x", "text/plain", []byte("x")})
	rows := []store.Outgoing{h.owe(desk.Ack, it, h.carla), h.owe(desk.NewTicket, it, h.ana),
		h.owe(desk.ItemNotice, it, h.pepe),
		h.owe(desk.Undelivered, it, h.ana, store.Details{Author: h.ana.ID})}
	matters := make([]*matter, len(rows))
	for i, o := range rows {
		var err error
		matters[i], err = h.renderer.matter(context.Background(), o, 0, h.renderer.newBatch())
		h.must(err)
	}
	f.Fuzz(func(t *testing.T, subject, name, text, file, id string) {
		for _, gathered := range matters {
			s := *gathered
			s.ticket.Subject, s.to.Name, s.author.Name, s.before = subject, name, name,
				[]string{id, id}
			s.ticket.Requester.Name, s.item.Text, s.quoted = name, text,
				[]desk.Item{{Author: desk.Person{Name: name}, Text: text}}
			s.item.Attachments = []desk.Attachment{{Filename: file, ContentType: id,
				SHA256: it.Attachments[0].SHA256, Size: 1}}
			s.o.Details.Reason, s.o.Details.Failed, s.o.Details.Diagnostic = text, name, text
			s.links = h.renderer.links(&s)
			h.checkHostile(t, &s)
		}
	})
}

func (h *house) checkHostile(t *testing.T, s *matter) {
	t.Helper()
	var b bytes.Buffer
	if _, err := h.renderer.write(context.Background(), s, &b); err != nil {
		t.Fatal(err)
	}
	if err := mailtest.Validate(b.Bytes()); err != nil {
		t.Fatalf("%s: %v\n%s", s.o.Kind, err, b.Bytes())
	}
	_, names := fields(t, b.Bytes())
	want := strings.Fields(always + aTicket + machine + " Reply-To")
	if s.o.Kind == desk.Ack {
		want = append(want, "Precedence")
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
	if _, html, _ := strings.Cut(b.String(), "text/html"); strings.Contains(html, "<script") {
		t.Errorf("a script in\n%s", html)
	}
}

// What goes out as an attachment is what came in, whatever its sender called it; our own reader is
// the judge.
func TestAttachmentsAreByteExact(t *testing.T) {
	t.Parallel()
	binary := bytes.Repeat([]byte{0, 255, '\r', '\n', 13, 10, 10, '.', '\n'}, 5000)
	for _, c := range []struct {
		name, kind string
		content    []byte
		wantName   string
		wantKind   string
	}{
		{"foto.png", "image/png", binary, "foto.png", "image/png"},
		{"año nuevo – «lista».pdf", "application/pdf", binary, "año nuevo – «lista».pdf",
			"application/pdf"},
		{"日本語.txt", "text/plain", []byte("日本\n"), "日本語.txt", "text/plain"},
		{"latin1.csv", "text/csv", []byte("a\xf1o\n"), "latin1.csv", opaque},
		{"utf16.txt", "text/plain", []byte("h\x00o\x00"), "utf16.txt", opaque},
		{"empty.txt", "text/plain", nil, "empty.txt", "text/plain"},
		{"mail.eml", "message/rfc822", []byte("Subject: x\n\nbare LF\n"), "mail.eml", opaque},
		{"multi.bin", "multipart/mixed; boundary=x", []byte("--x\r\n\r\n--x--\r\n"), "multi.bin",
			opaque},
		{"split.html", "text/html; charset=x\r\nBcc: y", []byte("<p>"), "split.html", opaque},
		{"svg.svg", "image/svg+xml; x=\"><script>\"", []byte("<svg/>"), "svg.svg", "image/svg+xml"},
		{"noslash", "text", []byte("x"), "noslash", opaque},
		{"empty kind", "", []byte("x"), "empty kind", opaque},
		{strings.Repeat("ñ", 300) + ".docx", "application/msword", []byte("x"),
			strings.Repeat("ñ", 72) + ".docx", "application/msword"},
		{`a"b;c=d.txt`, "text/plain", []byte("x"), "a_b;c=d.txt", "text/plain"},
		{"line1\r\nBcc: x.txt", "text/plain", []byte("x"), "line1 Bcc_ x.txt", "text/plain"},
		{"=?utf-8?q?x?=.txt", "text/plain", []byte("x"), "=_utf-8_q_x_=.txt", "text/plain"},
	} {
		t.Run(c.name[:min(20, len(c.name))], func(t *testing.T) {
			h := newHouse(t)
			it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "x"},
				attachment{c.name, c.kind, c.content})
			raw, _ := h.render(h.owe(desk.ItemNotice, it, h.carla))
			m, err := message.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)),
				message.Limits{})
			if err != nil || len(m.Attachments) != 1 {
				t.Fatalf("%v, %d attachments\n%s", err, len(m.Attachments), raw)
			}
			a, sum := m.Attachments[0], sha256.Sum256(c.content)
			if a.RawName != c.wantName || a.ContentType != c.wantKind ||
				a.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("%q %s %s, want %q %s %x\n%s", a.RawName, a.ContentType, a.SHA256,
					c.wantName, c.wantKind, sum, raw)
			}
		})
	}
}

// Past the limit the largest stay behind, and the mail says which.
func TestTooManyAttachments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "x"},
		attachment{"uno.bin", "", make([]byte, 1<<20)},
		attachment{"video.mp4", "video/mp4", make([]byte, 17<<20)},
		attachment{"dos.bin", "", make([]byte, 2<<20)})
	raw, _ := h.render(h.owe(desk.ItemNotice, it, h.carla))
	m, err := message.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), message.Limits{})
	h.must(err)
	if len(m.Attachments) != 2 || m.Attachments[0].RawName != "uno.bin" ||
		m.Attachments[1].RawName != "dos.bin" {
		t.Errorf("%d attachments", len(m.Attachments))
	}
	if want := "video.mp4 (17,8 MB, no cabe en este correo)"; !strings.Contains(m.Text, want) {
		t.Errorf("no %q in\n%s", want, m.Text)
	}
	if want := "con el asunto: adjunto 1-1 2"; !strings.Contains(m.Text, want) {
		t.Errorf("no %q in\n%s", want, m.Text)
	}
}

// A relay that takes less than usual is sent less: the mail names what stays behind, and the query
// that brings it.
func TestMailIsMadeSmaller(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{Extensions: []string{"SIZE 2000000"}})
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Van dos planos."},
		attachment{"uno.bin", "", make([]byte, 1<<20)},
		attachment{"dos.bin", "", make([]byte, 900<<10)})
	h.owe(desk.ItemNotice, it, h.carla)
	h.run(relayTo(t, s))
	got := s.Wait(t, 1)[0]
	m, err := message.Read(t.Context(), bytes.NewReader(got.Raw), int64(len(got.Raw)),
		message.Limits{})
	h.must(err)
	want := fmt.Sprintf("con el asunto: adjunto %d-%d 1", it.Ticket, it.Number)
	if len(got.Raw) > 2_000_000 || len(m.Attachments) != 1 || !strings.Contains(m.Text, want) ||
		!strings.Contains(got.Params, "SIZE=") {
		t.Errorf("%d bytes by %q, %d attachments, and no %q in\n%s", len(got.Raw), got.Params,
			len(m.Attachments), want, m.Text)
	}
}

// What agents write among themselves, and what waits for approval, reaches no customer by any kind
// of mail.
func TestInternalStaysInternal(t *testing.T) {
	t.Parallel()
	const secret = "NOTA-XYZZY"
	file := attachment{secret + ".txt", "text/plain", []byte(secret)}
	for name, hidden := range map[string]desk.Item{
		"note": {Type: desk.Note, Visibility: desk.Internal}, "pending": {State: desk.Pending},
		"automatic": {Type: desk.Automatic, Visibility: desk.Internal},
	} {
		h := newHouse(t)
		ticket := h.ticket()
		h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "público"})
		hidden.Ticket, hidden.Author, hidden.Text, hidden.Quoted = ticket.Number, h.ana,
			secret, secret
		inner := h.item(hidden, file)
		after := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana, Text: "respuesta"})
		for _, kind := range []desk.Notice{desk.Ack, desk.ItemNotice, desk.InfoRequestNotice,
			desk.Taken, desk.ResolvedNotice, desk.ClosedNotice, desk.OpenedForYou, desk.NewNumber} {
			for _, it := range []desk.Item{inner, after} {
				if raw, _ := h.render(h.owe(kind, it, h.carla)); bytes.Contains(raw,
					[]byte(secret)) || bytes.Contains(raw, []byte("Tk9UQS1YWVpaW")) {
					t.Errorf("%s: %s about item %d tells the customer:\n%s", name, kind,
						it.Number, raw)
				}
			}
		}
		if raw, _ := h.render(h.owe(desk.NoteNotice, inner, h.luis)); !bytes.Contains(raw,
			[]byte(secret)) {
			t.Errorf("%s: the agent does not see it", name)
		}
	}
}

// A customer reads below an answer what he wrote or was sent, never what others were.
func TestC06HistoryIsTheReadersOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.ticket()
	mine := h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "de Carla"})
	h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: ticket.Number, Author: h.ana,
		Text: "solo a Pepe"}), h.pepe)
	last := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana, Text: "a los dos"})
	text := func(to desk.Person) string {
		raw, _ := h.render(h.owe(desk.ItemNotice, last, to))
		m, err := message.Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), message.Limits{})
		h.must(err)
		return m.Text
	}
	if got := text(h.carla); !strings.Contains(got, "> de Carla") ||
		strings.Contains(got, "solo a Pepe") {
		t.Errorf("to Carla, of item %d:\n%s", mine.Number, got)
	}
	if got := text(h.pepe); strings.Contains(got, "de Carla") ||
		!strings.Contains(got, "> solo a Pepe") {
		t.Errorf("to Pepe:\n%s", got)
	}
	if got := text(h.luis); !strings.Contains(got, "> de Carla") ||
		!strings.Contains(got, "> solo a Pepe") {
		t.Errorf("to an agent:\n%s", got)
	}
}

// An acknowledgement to somebody who did not prove himself repeats nothing of his but the id he
// must thread by.
func TestAcknowledgementIsNoReflector(t *testing.T) {
	t.Parallel()
	const spam = "COMPRE-YA"
	h := newHouse(t)
	victim := h.person(desk.Person{Name: spam, Addresses: []string{"victima@otra.test"},
		Role: desk.Customer})
	ticket := h.ticket(func(t *desk.Ticket) { t.Subject, t.Requester = spam, victim })
	it := h.item(desk.Item{Ticket: ticket.Number, Author: victim, Text: spam},
		attachment{spam + ".txt", spam, []byte(spam)})
	for _, kind := range []desk.Notice{desk.Ack, desk.AckProductionDown, desk.NewNumber} {
		raw, _ := h.render(h.owe(kind, it, victim, store.Details{Author: victim.ID}))
		if bytes.Contains(raw, []byte(spam)) {
			t.Errorf("%s repeats it:\n%s", kind, raw)
		}
	}
}

// The mail is streamed: what it takes in memory does not grow with its attachments.
func BenchmarkRender(b *testing.B) {
	for _, size := range []int{0, 1 << 20, 16 << 20} {
		b.Run(fmt.Sprintf("attachment=%dMB", size>>20), func(b *testing.B) {
			h := newHouse(b)
			var files []attachment
			if size > 0 {
				files = []attachment{{"video.mp4", "video/mp4",
					bytes.Repeat([]byte("0123456789abcdef"), size/16)}}
			}
			it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: answer},
				files...)
			o := h.owe(desk.ItemNotice, it, h.carla)
			b.ReportAllocs()
			for b.Loop() {
				spool := h.store.NewSpool()
				if _, err := h.renderer.Render(context.Background(), o, spool); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(spool.Size())
				spool.Close()
			}
		})
	}
}
