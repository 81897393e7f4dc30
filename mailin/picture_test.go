package mailin

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"buzon/store/desk"
)

// pictured is a mail whose HTML shows a picture of so many bytes.
func (h *house) pictured(from, to, html, id string, size int) string {
	body := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", size)))
	return fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: x\r\nMessage-ID: <p%d@x>\r\nMIME-Version: "+
		"1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>%s</body></html>\r\n"+
		"--b\r\nContent-Type: image/png; name=image001.png\r\nContent-ID: <%s>\r\n"+
		"Content-Disposition: inline; filename=image001.png\r\n"+
		"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n", from, to, h.clock().UnixNano(),
		html, id, body)
}

// Logos are kept and not listed; what somebody shows is.
func TestPicturesOfSignaturesAreNoAttachments(t *testing.T) {
	t.Parallel()
	const img = `<img src="cid:logo1@x">`
	for _, c := range []struct {
		name, html string
		size       int
		listed     bool
		shown      string
	}{
		{"a screenshot", "<p>No imprime.</p><p>" + img + "</p>", 40_000, true, "[image001.png]"},
		{"a small one that is announced", "<p>Sale esto:</p><p>" + img + "</p><p>Gracias</p>", 900,
			true, "[image001.png]"},
		{"a logo below the name", "<p>No imprime.</p><p>Cordialmente,</p><p><b>Carla</b><br>" +
			img + "</p>", 900, false, ""},
		{"a logo in a signature", `<p>No imprime.</p><div class="gmail_signature">Carla<br>` + img +
			"</div>", 40_000, false, ""},
		{"a picture of a quote",
			`<p>Sigue.</p><div class="gmail_quote">El lun, 2 mar 2026, Ana &lt;ana@ejemplo.test&gt; escribió:<blockquote>Vea ` + img + "</blockquote></div>", 40_000, false, ""},
		{"a picture that the HTML does not show", "<p>Va la foto.</p>", 900, true, ""},
		{"a picture and nothing else", "<p>" + img + "</p>", 40_000, true, ""},
	} {
		h := newHouse(t)
		m := h.file(h.pictured(customer, box, c.html, "logo1@x", c.size))
		it := h.last(m.Ticket)
		if len(it.Attachments) != 1 || it.Attachments[0].Ornament == c.listed {
			t.Errorf("%s: %+v", c.name, it.Attachments)
		}
		if shown := it.Text + it.Seen.Text; strings.Contains(shown,
			"[image001.png]") != (c.shown != "") {
			t.Errorf("%s: shown %q", c.name, shown)
		}
	}
}

// A picture that comes again in the same case is a logo, however large.
func TestPictureThatComesAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const html = `<p>Sigue %s.</p><p>Carla</p><img src="cid:logo1@x">`
	m := h.file(h.pictured(customer, box, strings.Replace(html, "%s", "igual", 1), "logo1@x",
		40_000))
	for i, want := range []bool{true, true} {
		h.file(h.pictured(customer, h.token(m.Ticket, customer),
			strings.Replace(html, "%s", fmt.Sprint("peor ", i), 1), "logo1@x", 40_000))
		if it := h.last(m.Ticket); len(it.Attachments) != 1 || it.Attachments[0].Ornament != want {
			t.Errorf("mail %d: %+v", i+2, it.Attachments)
		}
	}
	if first := h.items(m.Ticket)[0]; first.Attachments[0].Ornament {
		t.Errorf("the first: %+v", first.Attachments)
	}
}

// A logo alone is no answer.
func TestCommandsWithALogoSendNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	h.file(h.pictured(agent, h.token(n, agent),
		`<p>#tomar</p><p>-- <br>Ana<br><img src="cid:logo1@x"></p>`, "logo1@x", 900))
	if it := h.last(n); it.Visibility != desk.Internal {
		t.Errorf("%+v", it)
	}
}
