package imappoll

import (
	"testing"

	"buzon/internal/mailtest"
)

func TestTakesEachMailOnce(t *testing.T) {
	t.Parallel()
	for _, security := range []string{"none", "starttls", "tls"} {
		t.Run(security, func(t *testing.T) {
			srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{TLS: security,
				Folders: []string{"Soporte/Web"}})
			for i := 1; i <= 3; i++ {
				srv.Append(t, "INBOX", letter(i))
			}
			srv.Append(t, "Soporte/Web", letter(4))
			j := newMemory()
			a := account(j, srv.Port())
			a.TLS, a.CAs, a.Folders = security, srv.CAs, []string{"INBOX", "Soporte/Web"}
			start(t, a)
			j.wait(t, 4)
			eventually(t, "everything moved",
				func() bool { return len(srv.Messages(t, "Procesados")) == 4 })
			srv.Append(t, "INBOX", letter(5))
			exactlyOnce(t, j.wait(t, 5), 5)
			eventually(t, "the inbox empty",
				func() bool { return len(srv.Messages(t, "INBOX")) == 0 })
		})
	}
}
