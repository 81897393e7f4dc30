package message

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// fragments are what mails are made of, and unmade by.
var fragments = []string{
	"\r\n", "\n", "\r", "\r\n\r\n", "\n\n", " ", "\t", "--", "--b\n", "--b--\n", "--c\r\n",
	"--c--\r\n", "\x00", "\xff", "ñ", "\xf1", "=", "=3D", "=C3", "==",
	"Subject: ", "From: ", "To: ", "Date: Mon, 5 Jan 2026 10:00:00 -0500\n", "Message-ID: <a@b>\n",
	"References: <a@b> <c\n",
	"=?utf-8?Q?", "=?iso-2022-jp?B?GyRC", "?=", "?", "<a@b.example>", "\"", "(", ")", "<", ">", ",",
	";", ":", "@", "\\",
	"Content-Type: multipart/mixed; boundary=b\n",
	"Content-Type: multipart/alternative; boundary=c\n",
	"Content-Type: multipart/related; boundary=\"b\"\n",
	"Content-Type: text/plain; charset=utf-16\n", "Content-Type: text/html; charset=\"iso-8859-1\n",
	"Content-Type: message/rfc822\n", "Content-Type: text/calendar; method=REQUEST\n",
	"Content-Type: text/plain; format=flowed; delsp=yes\n", "Content-Type: application/ms-tnef\n",
	"Content-Type: image/png; name*0*=utf-8''a%F1; name*1=b\n",
	"Content-Type: text/plain; charset=utf-7\n",
	"Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n",
	"Content-Transfer-Encoding: x-uuencode\n",
	"Content-Disposition: attachment; filename=a b.txt\n", "aG9sYQ==", "aG9sYQ",
	"begin 644 a.txt\n", "$:&]L80``\n", "end\n", "hola ", "> hola \n", "\x78\x9f\x3e\x22\x01\x00",
	"BEGIN:VEVENT\nSUMMARY:x\n", "+AAA-", "\x1b$B", "From x\n", "\xef\xbb\xbf", "\xff\xfe",
}

func anyMail() *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.SampledFrom(fragments), rapid.SampledFrom(fragments), rapid.String())
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), "")
	})
}

type failer interface {
	Errorf(format string, args ...any)
}

// checkMail reads a mail twice and tests what holds for any.
func checkMail(t failer, mail []byte) {
	lim := Limits{Depth: 6, Parts: 40, Text: 4 << 10, Header: 8 << 10}
	m, err := Read(context.Background(), bytes.NewReader(mail), int64(len(mail)), lim)
	if err != nil || m == nil {
		t.Errorf("Read: %v", err)
		return
	}
	again, _ := Read(context.Background(), bytes.NewReader(mail), int64(len(mail)), lim)
	if !reflect.DeepEqual(facts(m), facts(again)) {
		t.Errorf("read twice, read differently:\n%+v\n%+v", facts(m), facts(again))
	}
	checkStrings(t, "Message", reflect.ValueOf(facts(m)))
	for _, s := range []string{m.Subject, m.MessageID} {
		if strings.ContainsFunc(s, unicode.IsControl) {
			t.Errorf("control characters in %q", s)
		}
	}
	for i := range m.Parts {
		checkOpens(t, m.Parts[i].Open())
	}
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if n := checkOpens(t, a.Open()); n != a.Size {
			t.Errorf("%s: %d octets, Size is %d", a.Filename, n, a.Size)
		}
		checkName(t, a.Filename)
		if a.Filename == "" || len(a.SHA256) != 64 {
			t.Errorf("attachment without name or hash: %+v", a)
		}
	}
}

func checkOpens(t failer, r io.Reader) int64 {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		t.Errorf("Open: %v", err)
	}
	return n
}

// facts is what of a message can be compared.
func facts(m *Message) any {
	var list []any
	for name, v := range m.Header.Fields() {
		list = append(list, name, v)
	}
	for _, a := range m.Attachments {
		list = append(list, a.Filename, a.RawName, a.ContentType, a.ContentID, a.SHA256, a.Size)
	}
	for _, p := range m.Parts {
		list = append(list, p.Type, p.Within, p.RawName, p.ContentID, p.Params)
	}
	return append(list, m.Subject, m.From, m.To, m.Cc, m.MessageID, m.InReplyTo, m.References,
		m.Text, m.HTML, m.Warnings, m.Params, m.ContentType)
}

// checkStrings finds strings that are not valid UTF-8 or hold NUL.
func checkStrings(t failer, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			t.Errorf("%s: %q", path, s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkStrings(t, path, v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			checkStrings(t, path, k)
			checkStrings(t, path, v.MapIndex(k))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			checkStrings(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Interface:
		checkStrings(t, path, v.Elem())
	}
}

func TestAnyMail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkMail(t, []byte(anyMail().Draw(t, "mail"))) })
}

func FuzzRead(f *testing.F) {
	for _, s := range fragments {
		f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + s + "\nhola\n--b--\n"))
		f.Add([]byte(s + s))
	}
	f.Add(latin1Mail())
	f.Fuzz(func(t *testing.T, mail []byte) { checkMail(t, mail) })
}

// checkName tests what a cleaned name promises.
func checkName(t failer, name string) {
	ext := name[max(strings.LastIndexByte(name, '.'), 0):]
	switch {
	case len(name) > maxName, !utf8.ValidString(name), !norm.NFC.IsNormalString(name),
		strings.ContainsAny(name, `/\<>:"|?*`), strings.ContainsFunc(name, unicode.IsControl),
		strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cf, r) }),
		strings.HasPrefix(name, "."), strings.HasSuffix(name, "."), strings.Trim(name, " ") != name:
		t.Errorf("unsafe name %q", name)
	case strings.Contains(name, ".") && len(ext) > maxExtension:
		t.Errorf("extension of %q too long", name)
	case CleanName(name) != name:
		t.Errorf("CleanName(%q) = %q: not stable", name, CleanName(name))
	}
	if stem, _, _ := strings.Cut(name, "."); reserved(strings.TrimSpace(stem)) {
		t.Errorf("reserved name %q", name)
	}
}

func TestAnyName(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{".", "/", "\\", " ", "CON", "aux", "\u200b",
		"\u202e", ":", "C:", "..", "\u0303", "n", "\x00", "com¹", "\u0301", "x"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		checkName(t, CleanName(strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), "")))
	})
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.txt", "../../etc/passwd", `C:\x`, "\u200b.htaccess", "CON",
		"aux .txt", strings.Repeat("x.", 200), "a\u0303.\u202etxt", "．"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) { checkName(t, CleanName(raw)) })
}
