package main

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

// TestRspamd: the daemon asks a real rspamd about each mail. What that refuses is refused, what it
// calls spam becomes what the configuration says, and where it is silent or gone the sender is
// asked to come again. Run with BUZON_TEST_PEERS=1.
func TestRspamd(t *testing.T) {
	filter := mailtest.Rspamd(t)
	d := newLiveDesk(t, liveOptions{Tail: fmt.Sprintf("[milter]\naddress = %q\ntimeout = \"5s\"\n"+
		"spam = \"quarantine\"", "inet:"+filter.Addr)})
	const gtube = "JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
	posted := func(subject, text string) (code int, says string) {
		raw := letter{From: carla, To: soporte, Subject: subject, Text: text}.raw()
		err := mailtest.Submit(d.addr, carla, []string{soporte}, raw)
		var refusal *textproto.Error
		if errors.As(err, &refusal) {
			return refusal.Code, refusal.Msg
		} else if err != nil {
			t.Fatal(err)
		}
		d.filed()
		return 250, d.lastMail().Outcome
	}
	for _, c := range []struct {
		name, text, says string
		code             int
		first            func()
	}{
		{name: "clean", text: "La impresora no imprime.", code: 250, says: "ticket"},
		{name: "GTUBE", text: "X" + gtube, code: 554, says: "Gtube pattern"},
		{name: "called spam", text: "Y" + gtube, code: 250, says: "quarantine"},
		{name: "clean again", text: "Tampoco escanea.", code: 250, says: "ticket"},
		{name: "silent", text: "Hola.", code: 451, says: "4.3.0", first: filter.Freeze},
		{name: "dead", text: "Hola.", code: 451, says: "4.3.0", first: filter.Kill},
	} {
		if c.first != nil {
			c.first()
		}
		if code, says := posted(c.name, c.text); code != c.code || !strings.Contains(says, c.says) {
			t.Errorf("%s: %d %s, want %d %s", c.name, code, says, c.code, c.says)
		}
	}
	if n := len(d.mails()); n != 3 {
		t.Errorf("%d mails are in the journal", n)
	}
}
