package mailin

import (
	"bytes"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"buzon/mailin/alert"
	"buzon/mailin/command"
)

// bomb is a text of about n bytes that a reader may choke on; "<" begins those that are HTML.
type bomb func(n int) string

// again repeats a text.
func again(text string) bomb {
	return func(n int) string { return strings.Repeat(text, n/len(text)+1) }
}

// each has a number in each repetition.
func each(format string) bomb {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
}

// noise is octets without an order, with line ends or without.
func noise(lines bool) bomb {
	return func(n int) string {
		b := make([]byte, n)
		rand.New(rand.NewSource(1)).Read(b)
		if !lines {
			b = bytes.Map(func(r rune) rune {
				if r == '\r' || r == '\n' {
					return '.'
				}
				return r
			}, b)
		}
		return string(b)
	}
}

func (one bomb) before(other bomb) bomb {
	return func(n int) string { return one(n/2) + other(n/2) }
}

var bombs = map[string]bomb{
	"noise": noise(false), "noise in lines": noise(true), "not UTF-8": again("\xff"),
	"accents": again("ñ"), "accents apart": again("a\u0301"), "accents alone": again("\u0301"),
	"unseen": again("\u200b"), "Chinese": again("日本語"), "pictures": again("👍🏽"),
	"one word": again("a"), "blanks": again(" "), "empty lines": again("\n"),
	"short lines": again("ab\n"),
	"words":       each("w%d "), "lines": each("w%d\n"), "figures": again("1 "),
	"dates": again("2026-01-01 10:00 "),
	"marks": again(">"), "marked lines": again(strings.Repeat(">", 1000) + " hola\n"),
	"answers between": again("> hola\nsi\n"),
	"attributions":    again("On Mon, Jan 1, 2026 at 10:00, Foo <foo@bar.test> wrote:\n"),
	"attribution":     again("El lun, 1 ene 2026 escribió: "), "header lines": again("De: a\n"),
	"greetings": again("Hola Juan,\n"), "names": again("Juan Paz\n"),
	"telephones": again("Tel. +57 300 123 4567\n"),
	"passwords":  again("password: "), "labels": again("clave:"), "label lines": again("pin: x\n"),
	"labels of one value": again("pin:\n"), "pairs": again("usuario/clave: a/b "),
	"links": again("http://a:b@c "), "schemes": again("://"),
	"errors": again("error 0x80070005 "), "a trace": again("  at com.foo.Bar(Bar.java:10)\n"),
	"orders": again("#cerrar\n"), "fields": again("Estado: cerrado\n"),
	"marks of pictures": again("[cid:a]\n"),
	"cells":             again("<tr><td>a").before(again("<td>b")), "paragraphs": again("<p>a"),
	"lists":         again("<ul><li>a"),
	"open elements": again("<b><p>"), "boxes": again("<div style='border-left:1px solid'>a</div>"),
	"boxes in boxes":   again("<div style='border-left:1px solid'>a"),
	"quotes in quotes": again("<blockquote>a"),
	"links in HTML":    again("<a href=http://a>b</a>"), "brackets": again("<"),
	"one tag": again("<p a=b ").before(again("c=d ")),
	"rules of style": func(n int) string {
		return "<style>" + each(".c%d{display:none}")(n/2) + "</style>" +
			each("<p class=c%d>x")(n/2)
	},
}

// mail makes one of a text; both is a mail with the text twice, as HTML too.
func (one bomb) mail(n int, both bool) string {
	text, kind := one(n), "plain"
	if text[0] == '<' {
		kind = "html"
	}
	part := func(kind, text string) string {
		return "Content-Type: text/" + kind +
			"; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text + "\n"
	}
	head := "From: Ana <ana@cliente.test>\nTo: s@ejemplo.test\nSubject: Hola\nMIME-Version: 1.0\n"
	if !both || kind == "html" {
		return head + part(kind, text)
	}
	return head + "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: " +
		"multipart/alternative; boundary=b\n\n--b\n" +
		part("plain", text) + "--b\n" + part("html", strings.ReplaceAll(text, "\n", "<br>")) +
		"--b--\n--r\n" +
		"Content-Type: image/png; name=a.png\nContent-ID: <a>\n\nx\n--r--\n"
}

// TestReadingIsLinear: eight times as much of a text takes about eight times the work to read and
// to understand. It counts the time of one thread, so that others on the machine don't matter much.
func TestReadingIsLinear(t *testing.T) {
	t.Parallel()
	for name, one := range bombs {
		for _, both := range []bool{false, true} {
			little := work(t, one.mail(3<<10, both))
			most := 8*4*little + 30*time.Millisecond
			much := work(t, one.mail(24<<10, both))
			for try := 0; try < 3 && much > most; try++ {
				much = min(much, work(t, one.mail(24<<10, both)))
			}
			if much > most {
				t.Errorf("%s, both %v: 24 KB take %v, 3 KB %v", name, both, much, little)
			}
		}
	}
}

// work is the processor's time that a mail takes.
func work(t *testing.T, mail string) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := threadTime()
	rd, err := Read(t.Context(), strings.NewReader(mail), int64(len(mail)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rd.Message.Attachments {
		rd.listed(a)
	}
	(&prepared{rd: rd}).understand()
	alert.Read(alert.Mail{Subject: rd.Message.Subject, Text: rd.Text}, alert.Patterns{})
	said := rd.Reply.New()
	command.Confirms(said)
	command.Accepts(said)
	command.Score(said)
	command.Decides(said)
	lines, places := rd.orders()
	command.Agent(lines, places, nil)
	return threadTime() - begin
}

func threadTime() time.Duration {
	var spent unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &spent)
	return time.Duration(spent.Nano())
}
