package proof

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/idna"
)

var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false))

// header holds the fields of a mail as they were signed: nothing is mended.
type header []field

// field is one with its folds and the end of its last line, each as CRLF.
type field string

var errHeader = errors.New("header too long")

// readHeader reads the fields up to the first empty line, and says where the body begins.
func readHeader(r io.Reader) (h header, body int64, err error) {
	in := bufio.NewReader(io.LimitReader(r, maxHeader+1))
	for {
		line, err := in.ReadString('\n')
		if body += int64(len(line)); body > maxHeader {
			return nil, 0, errHeader
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		switch {
		case line == "":
			return h, body, nil
		case len(h) > 0 && (line[0] == ' ' || line[0] == '\t'):
			h[len(h)-1] += field(line + "\r\n")
		default:
			h = append(h, field(line+"\r\n"))
		}
		if err != nil {
			return h, body, nil
		}
	}
}

func (f field) name() string {
	name, _, _ := strings.Cut(string(f), ":")
	return strings.TrimSpace(name)
}

func (f field) is(name string) bool { return strings.EqualFold(f.name(), name) }

// value is what the field says, on one line.
func (f field) value() string {
	_, value, _ := strings.Cut(string(f), ":")
	return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", ""))
}

func (h header) all(name string) (list []field) {
	for _, f := range h {
		if f.is(name) {
			list = append(list, f)
		}
	}
	return list
}

// from reports whether the one From is what the reader of the mail took for it.
func (h header) from(author string) bool {
	list := h.all("From")
	return len(list) == 1 && author != "" && strings.Contains(list[0].value(), author)
}

// once are the fields that a mail may have once (RFC 5322 section 3.6, RFC 2045). Of two, one
// reader shows the first and another the last, and only one of them was signed.
var once = []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To",
	"References", "Subject", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
	"Content-Disposition"}

// twice names a field that stands there more often than it may, "" for none.
func (h header) twice() string {
	for _, name := range once {
		if len(h.all(name)) > 1 {
			return name
		}
	}
	return ""
}
