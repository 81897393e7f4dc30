package mailtest

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-message/mail"
)

// gallery is the index of this run's mails, in the directory that BUZON_GALLERY names.
var gallery struct {
	sync.Mutex
	index *os.File
}

// picture is a mail of the gallery.
type picture struct {
	File     string // without its ending
	To, From string
	Subject  string
	HTML     bool
}

// pictures are a test's; browsers read the list without its end, so each test writes its own.
var pictures = template.Must(template.New("").Parse(`<h3>{{.Test}}</h3><table>{{range .Mails}}
<tr><td><a href="{{.File}}.txt">txt</a> {{if .HTML}}<a href="{{.File}}.html">html</a>{{end}}
	<a href="{{.File}}.eml">eml</a><td>{{.To}}<td>{{.Subject}}<td>{{.From}}{{end}}
</table>
`))

// Gallery writes the mails that a test has seen leave into the directory BUZON_GALLERY, for people
// to read: each as it left, its text and its HTML, and an index of the run. Without the variable it
// does nothing.
func Gallery(t testing.TB, mails [][]byte) {
	t.Helper()
	dir := os.Getenv("BUZON_GALLERY")
	if dir == "" || len(mails) == 0 {
		return
	}
	name := strings.ReplaceAll(t.Name(), "/", ".")
	check(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	var list []picture
	for i, raw := range mails {
		p := picture{File: fmt.Sprintf("%s/%03d", name, i+1)}
		check(t, p.write(dir, raw))
		list = append(list, p)
	}
	gallery.Lock()
	defer gallery.Unlock()
	if gallery.index == nil {
		var err error
		gallery.index, err = os.Create(filepath.Join(dir, "index.html"))
		check(t, err)
		fmt.Fprintln(gallery.index, `<!doctype html><meta charset="utf-8"><title>Gallery</title>`)
	}
	check(t, pictures.Execute(gallery.index, map[string]any{"Test": t.Name(), "Mails": list}))
}

// write puts the mail into files of its name.
func (p *picture) write(dir string, raw []byte) error {
	save := func(end string, content []byte) error {
		return os.WriteFile(filepath.Join(dir, p.File+end), content, 0o644)
	}
	if err := save(".eml", raw); err != nil {
		return err
	}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, field := range []string{"From", "To", "Reply-To", "Subject"} {
		value, _ := r.Header.Text(field)
		fmt.Fprintf(&text, "%s: %s\n", field, value)
	}
	p.Subject, _ = r.Header.Text("Subject")
	p.To, _ = r.Header.Text("To")
	p.From, _ = r.Header.Text("From")
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			return save(".txt", text.Bytes())
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(part.Body)
		if err != nil {
			return err
		}
		if file, ok := part.Header.(*mail.AttachmentHeader); ok {
			name, _ := file.Filename()
			fmt.Fprintf(&text, "\n[%s, %d bytes]\n", name, len(content))
			continue
		}
		switch kind, _, _ := part.Header.(*mail.InlineHeader).ContentType(); kind {
		case "text/html":
			p.HTML = true
			content = append([]byte(`<meta charset="utf-8">`), content...)
			err = save(".html", content)
		default:
			fmt.Fprintf(&text, "\n%s", content)
		}
		if err != nil {
			return err
		}
	}
}
