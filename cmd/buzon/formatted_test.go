package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-message"

	"buzon/internal/mailtest"
)

// parts are a mail's by their types in the order in which they stand, each decoded; of a picture
// among the words the type and its Content-ID.
func (m takenMail) parts(t *testing.T) (list []string, content map[string]string) {
	t.Helper()
	if err := mailtest.Validate(m.raw); err != nil {
		t.Error(err)
	}
	e, err := message.Read(strings.NewReader(string(m.raw)))
	if err != nil {
		t.Fatal(err)
	}
	content = map[string]string{}
	err = e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil {
			return err
		}
		kind, _, _ := e.Header.ContentType()
		if id := e.Header.Get("Content-ID"); id != "" {
			kind += " " + id
		}
		list = append(list, kind)
		if e.MultipartReader() == nil {
			b, err := io.ReadAll(e.Body)
			content[kind] = string(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, content
}

// written is a mail of text, HTML and a picture that stands in it.
func (d *virtualDesk) written(from, to, subject, text, html string, picture []byte,
	fields ...string) {
	d.t.Helper()
	d.n++
	head := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <w%d@cliente.test>\r\n"+
		"%sMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=r\r\n\r\n",
		from, to, subject, d.n, strings.Join(append(fields, ""), "\r\n"))
	d.take(from, to, head+"--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"+text+
		"\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+html+
		"\r\n--a--\r\n--r\r\nContent-Type: image/png; name=foto.png\r\nContent-ID: <p1@x>\r\n"+
		"Content-Disposition: inline; filename=foto.png\r\nContent-Transfer-Encoding: base64\r\n"+
		"\r\n"+base64.StdEncoding.EncodeToString(picture)+"\r\n--r--\r\n")
	d.settle()
}

// TestFormattingIsKept: bold, lists, tables, links and pictures arrive as they were written, both
// ways; what is not in the text is not in the HTML.
func TestFormattingIsKept(t *testing.T) {
	t.Parallel()
	for language, order := range map[string]string{"es": "#tomar", "en": "#take"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test")
			d.speaks(language, vCarla, vAna)
			picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 9<<10)...)
			d.written(vCarla, d.box(), "No imprime",
				"La caja *7* no imprime. Sale esto:\n\n[image: foto.png]\n\n   - papel\n   - "+
					"tinta\n\n-- \nCarla Ruiz\nGerente",
				`<div dir="ltr">La caja <b style="color:red">7</b> no imprime. Sale esto:<div><img src="cid:p1@x" alt="foto.png" width="300"></div><ul><li>papel</li><li>tinta</li></ul>`+
					`<img src="https://espia.test/t.gif" width=1 height=1><script>x()</script></div><div class="gmail_signature">-- <br><b>Carla Ruiz</b><br>Gerente</div>`, picture)
			m := d.about(vAna, 1)
			list, content := m.parts(t)
			kinds, html := strings.Join(list, " "), content["text/html"]
			_, id, _ := strings.Cut(html, `<img src="cid:`)
			id, _, _ = strings.Cut(id, `"`)
			if id == "" || !strings.Contains(kinds,
				"multipart/alternative text/plain multipart/related text/html image/png <"+id+
					">") || content["image/png <"+id+">"] != string(picture) {
				t.Errorf("parts are %s, the picture is %q", kinds, id)
			}
			for _, want := range []string{"La caja <b>7</b> no imprime",
				"<li style=\"margin:0 0 4px\">papel</li>"} {
				if !strings.Contains(html, want) {
					t.Errorf("HTML lacks %s:\n%s", want, html)
				}
			}
			for _, bad := range []string{"espia.test", "<script", "color:red"} {
				if strings.Contains(html, bad) {
					t.Errorf("HTML has %s", bad)
				}
			}

			d.written(vAna, m.replyTo(), "Re: "+m.subject,
				"Pruebe *ahora*, según la tabla <https://crm.test/t>:\n\nCaja Total\n7 12\n\n"+
					order,
				`<div>Pruebe <b>ahora</b>, según la <a href="https://crm.test/t">tabla</a>:</div><table><tr><td>Caja</td><td>Total</td></tr><tr><td>7</td><td>12</td></tr></table>`+
					`<div><b>`+order+`</b></div><div class="gmail_quote">On x wrote: <b>algo interno</b></div>`, picture, "In-Reply-To: "+m.header.Get("Message-ID"))
			list, content = d.about(vCarla, 1).parts(t)
			html = content["text/html"]
			if !strings.Contains(html, "Pruebe <b>ahora</b>") ||
				!strings.Contains(html, ">Total</td>") || !strings.Contains(html, "(crm.test)") {
				t.Errorf("HTML is\n%s", html)
			}
			for _, bad := range []string{order, "interno", "<img"} {
				if strings.Contains(html, bad) || strings.Contains(content["text/plain"], bad) {
					t.Errorf("the customer is sent %q", bad)
				}
			}
			if strings.Contains(strings.Join(list, " "), "related") {
				t.Errorf("a picture that stands nowhere is among the words: %v", list)
			}
		})
	}
}
