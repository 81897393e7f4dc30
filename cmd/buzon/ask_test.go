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
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
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
	a.part(t, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), "", parsed.Body)
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
			a.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-Disposition"), p)
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

// has reports what of a text is missing, and what should be.
func (a answerMail) has(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		words, not := strings.CutPrefix(w, "!")
		if strings.Contains(a.text, words) == not {
			t.Errorf("%s: %q there: %v\n%s", a.subject, words, !not, a.text)
		}
		if plain := strings.NewReplacer("&#34;", `"`, "\u00a0", " ").Replace(a.html); not && strings.Contains(plain, words) {
			t.Errorf("%s: the HTML has %q", a.subject, words)
		}
	}
}

const carlaRuiz, evaSanz, ottoLang, anaGomez = "carla@cliente.test", "eva@cliente.test", "otto@otra.test", "ana@ejemplo.test"

// askedDesk is a desk with cases of two companies, an answer, a note and files.
func askedDesk(t *testing.T) *virtualDesk {
	d := newVirtualDesk(t, "ejemplo.test")
	ctx := t.Context()
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		for _, e := range []desk.Entry{
			{Kind: desk.Organisations, Names: map[string]string{"es": "Cliente SA"}, Domains: []string{"cliente.test"}},
			{Kind: desk.Products, Names: map[string]string{"es": "CRM"}},
			{Kind: desk.Projects, Names: map[string]string{"es": "Alfa"}},
			{Kind: desk.Canned, Names: map[string]string{"es": "Saludo"}, Text: map[string]string{"es": "Hola:\n\nrecibimos su pedido."}},
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
	file := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nFrom: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <f1@cliente.test>\r\nDate: Tue, 3 Mar 2026 09:00:00 +0000\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDesde ayer no sale nada.\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=registro.txt\r\n\r\nError 500\r\n--b--\r\n"
	d.take("carla@cliente.test", d.box(), fmt.Sprintf(file, carlaRuiz, d.box(), "No imprime la factura"))
	d.settle()
	d.write(evaSanz, d.box(), "Clave vencida", "No entro al sistema.")
	d.settle()
	d.write(ottoLang, d.box(), "Asunto de Otto", "Secreto de Otto.")
	d.settle()
	notice := d.to("ana@ejemplo.test")[0]
	d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, "Pruebe ahora con otra impresora.")
	d.settle()
	d.write(anaGomez, notice.replyTo(), "Re: "+notice.subject, "#nota\nOjo, este cliente debe dos meses.")
	d.settle()
	return d
}

func TestQueriesByMail(t *testing.T) {
	t.Parallel()
	d := askedDesk(t)
	a := d.ask(carlaRuiz, "mis casos", "")
	fmt.Println(a.subject, "\n", a.text)
	a = d.ask(carlaRuiz, "caso 1", "")
	fmt.Println(a.subject, "\n", a.text)
	a = d.ask(carlaRuiz, "historial 1", "")
	fmt.Println(a.subject, "\n", a.text)
	for n, b := range a.files {
		fmt.Println(n, string(b))
	}
}
