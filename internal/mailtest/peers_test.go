package mailtest

import (
	"bytes"
	"testing"
)

func TestPostfixDelivers(t *testing.T) {
	sink := NewSmarthost(t, SmarthostOptions{})
	p := Postfix(t, PostfixOptions{Deliver: []string{"cliente.test"},
		Relay: map[string]int{"ejemplo.test": sink.Port()}})
	Send(t, p.Addr, "ana@cliente.test", []string{"luis@cliente.test"}, plain)
	if got := WaitMaildir(t, p.Maildir("cliente.test"), 1)[0]; !bytes.Contains(got,
		[]byte("Delivered-To: luis@cliente.test")) {
		t.Errorf("delivered:\n%s", got)
	}
	sink.Script(RCPT, Reply("450 4.7.1 later"))
	Send(t, p.Addr, "ana@cliente.test", []string{"soporte@ejemplo.test"}, plain)
	if m := sink.Wait(t, 1)[0]; m.From != "ana@cliente.test" || m.To[0] != "soporte@ejemplo.test" ||
		!bytes.HasSuffix(m.Raw, plain) {
		t.Errorf("relayed: %+v", m)
	}
	if err := Submit(p.Addr, "ana@cliente.test", []string{"x@otro.test"}, plain); err == nil {
		t.Error("mail to elsewhere was taken")
	}
}

func TestDovecotServes(t *testing.T) {
	d := Dovecot(t, map[string]string{"soporte@ejemplo.test": "secreto"})
	d.Append(t, "soporte@ejemplo.test", "INBOX", plain)
	if got := d.Messages(t, "soporte@ejemplo.test", "INBOX"); len(got) != 1 ||
		!bytes.Equal(got[0], plain) {
		t.Errorf("%d mails in INBOX: %q", len(got), got)
	}
	d.Create(t, "soporte@ejemplo.test", "Procesados")
	if c := login(t, d.TLSAddr, "tls", d.cert.Pool, "soporte@ejemplo.test",
		"secreto"); !c.Caps().Has("MOVE") {
		t.Errorf("capabilities %v", c.Caps())
	}
}
