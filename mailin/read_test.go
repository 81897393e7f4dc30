package mailin

import (
	"strings"
	"testing"
)

func TestShownNamesPicturesAndKeepsTheTelephone(t *testing.T) {
	t.Parallel()
	const mail = `From: Carla <carla@cliente.test>
Subject: Caja 4
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Sale esto:</p><p><img src="cid:uno%40cliente.test"></p><p>¿Qué hago?</p>
<div class="gmail_signature">Carla Ruiz<br>Tel. 555 0144</div>
--b
Content-Type: image/png; name=pantalla.png
Content-Disposition: inline; filename=pantalla.png
Content-ID: <uno@cliente.test>

x
--b--
`
	rd, err := Read(t.Context(), strings.NewReader(mail), int64(len(mail)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rd.Shown(), "Sale esto:\n[pantalla.png]\n\n¿Qué hago?"; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
	if got := rd.Reply.Signature(); !strings.Contains(got, "555 0144") {
		t.Errorf("signature is %q", got)
	}
}
