package milter

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-milter"
)

// filter is a milter that notes what it is told and answers as the test wants.
type filter struct {
	milter.NoOpMilter
	told   []string
	header func(name, value string) milter.Response
	body   func(*milter.Modifier) (milter.Response, error)
}

func (f *filter) say(format string, a ...any) { f.told = append(f.told, fmt.Sprintf(format, a...)) }

func (f *filter) Connect(host, family string, _ uint16, addr net.IP,
	_ *milter.Modifier) (milter.Response, error) {
	f.say("connect %s %s %s", host, family, addr)
	return milter.RespContinue, nil
}

func (f *filter) Helo(name string, _ *milter.Modifier) (milter.Response, error) {
	f.say("helo %s", name)
	return milter.RespContinue, nil
}

func (f *filter) MailFrom(from string, m *milter.Modifier) (milter.Response, error) {
	f.say("mail %s %s", from, m.Macros["{auth_authen}"])
	return milter.RespContinue, nil
}

func (f *filter) RcptTo(to string, _ *milter.Modifier) (milter.Response, error) {
	f.say("rcpt %s", to)
	return milter.RespContinue, nil
}

func (f *filter) Header(name, value string, _ *milter.Modifier) (milter.Response, error) {
	f.say("%s=%q", name, value)
	if f.header != nil {
		return f.header(name, value), nil
	}
	return milter.RespContinue, nil
}

func (f *filter) Headers(textproto.MIMEHeader, *milter.Modifier) (milter.Response, error) {
	return milter.RespContinue, nil
}

func (f *filter) BodyChunk(chunk []byte, _ *milter.Modifier) (milter.Response, error) {
	f.say("body %d", len(chunk))
	return milter.RespContinue, nil
}

func (f *filter) Body(m *milter.Modifier) (milter.Response, error) {
	if f.body != nil {
		return f.body(m)
	}
	return milter.RespAccept, nil
}

func serve(t *testing.T, f *filter) Filter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &milter.Server{NewMilter: func() milter.Milter { return f },
		Actions: milter.OptAddHeader | milter.OptQuarantine | milter.OptChangeHeader}
	done := make(chan struct{})
	go func() { s.Serve(l); close(done) }()
	t.Cleanup(func() { l.Close(); <-done })
	return Filter{Network: "tcp", Address: l.Addr().String(), Timeout: 5 * time.Second}
}

const raw = "Received: from a\r\n\tby b\r\nSubject: Hola\r\nX:\r\n\r\nHola\r\n"

func ask(t *testing.T, f Filter, raw string) (Finding, error) {
	return f.Check(t.Context(), Mail{Hostname: "mx.ejemplo.test", Helo: "cliente.test",
		Remote: netip.MustParseAddr("192.0.2.1"),
		User:   "ana", From: "a@cliente.test", To: []string{"soporte@ejemplo.test"}, QueueID: "Q1",
		Raw: strings.NewReader(raw)})
}

// TestWhatIsTold: envelope, fields as they stand there, and the whole body.
func TestWhatIsTold(t *testing.T) {
	f := &filter{}
	if _, err := ask(t, serve(t, f), raw+strings.Repeat("x", 200_000)); err != nil {
		t.Fatal(err)
	}
	want := []string{"connect [192.0.2.1] tcp4 192.0.2.1", "helo cliente.test",
		"mail a@cliente.test ana", "rcpt soporte@ejemplo.test", `Received="from a\n\tby b"`,
		`Subject="Hola"`, `X=""`}
	size := 0
	for _, line := range f.told {
		var n int
		if fmt.Sscanf(line, "body %d", &n); n == 0 && !slices.Contains(want, line) {
			t.Errorf("told %q, want %q", line, want)
		}
		size += n
	}
	if size != 200_006 || len(f.told) < len(want) {
		t.Errorf("%d bytes of body, told %q", size, f.told)
	}
	for _, odd := range []string{"", "sin cuerpo", "X: 1", " doblado\r\nX: 1\r\n\r\n",
		strings.Repeat("X: "+strings.Repeat("y", 90_000)+"\r\n", 3)} {
		if _, err := ask(t, serve(t, &filter{}), odd); err != nil {
			t.Errorf("%.20q: %v", odd, err)
		}
	}
}

// TestFindings: what a filter may say, and what comes of it.
func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		filter filter
		want   string
	}{
		"good": {filter{}, "{[]  0 }"},
		"refused": {filter{body: func(*milter.Modifier) (milter.Response,
			error) {
			return milter.RespReject, nil
		}}, "{[]  550 5.7.1 Refused by the filter}"},
		"later": {filter{header: func(string,
			string) milter.Response {
			return milter.RespTempFail
		}}, "{[]  451 4.7.1 The filter asks you to try again later}"},
		"thrown away": {filter{body: func(*milter.Modifier) (milter.Response,
			error) {
			return milter.RespDiscard, nil
		}},
			"{[] the filter would have thrown it away 0 }"},
		"in its own words": {filter{body: func(*milter.Modifier) (milter.Response, error) {
			return milter.NewResponseStr('y', "554 5.7.1 Spam"), nil
		}}, "{[]  554 5.7.1 Spam}"},
		"marked and apart": {filter{body: func(m *milter.Modifier) (milter.Response, error) {
			m.AddHeader("X-Spam", "Yes")
			m.Quarantine("virus")
			return milter.RespAccept, nil
		}}, "{[{X-Spam Yes}] the filter: virus 0 }"},
	} {
		f, err := ask(t, serve(t, &c.filter), raw)
		if got := fmt.Sprint(f); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, c.want)
		}
	}
}

// TestDeadFilter: one that is not there, that says nothing, or that only says that it is busy, is
// an error in time.
func TestDeadFilter(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
		}
	}()
	for _, f := range []Filter{{Network: "tcp", Address: l.Addr().String(),
		Timeout: 50 * time.Millisecond}, {Network: "unix", Address: "/nonexistent/milter.sock"}} {
		if _, err := ask(t, f, raw); err == nil {
			t.Errorf("%+v: no error", f)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := serve(t, &filter{}).Check(ctx, Mail{Raw: strings.NewReader(raw)}); err == nil {
		t.Error("a door that stops waits for the filter")
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"inet:127.0.0.1:11332": "tcp 127.0.0.1:11332", "127.0.0.1:11332": "tcp 127.0.0.1:11332",
		"unix:/run/x.sock": "unix /run/x.sock",
		"/run/x.sock":      "unix /run/x.sock", "inet6:[::1]:1": "tcp [::1]:1", "unix:x": "",
		"inet:x": "", "": "",
	} {
		f, err := Parse(text)
		if got := f.Network + " " + f.Address; (err != nil) != (want == "") || err == nil &&
			got != want {
			t.Errorf("%q: %s, %v, want %q", text, got, err, want)
		}
	}
}
