package lapse

import (
	"strings"
	"testing"

	"buzon/store"
)

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"contraseña: Abc123":                           "contraseña: ••••••",
		"Mi clave: perrito.":                           "Mi clave: ••••••.",
		"*Contraseña:* Abc123":                         "*Contraseña:* ••••••",
		"CLAVE：Abc123":                                 "CLAVE：••••••",
		"contrasena = Abc123":                          "contrasena = ••••••",
		"my password is hunter2, thanks":               "my password is ••••••, thanks",
		"Password is swordfish":                        "Password is ••••••",
		"la contraseña es «sol y mar»":                 "la contraseña es «sol y mar»",
		"la clave es Abc123.":                          "la clave es ••••••.",
		"usuario/clave: juan/Secreto1":                 "usuario/clave: juan/••••••",
		"usuario / contraseña juan / Secreto1":         "usuario / contraseña juan / ••••••",
		"Usuario: juan\nContraseña: Secreto1\nGracias": "Usuario: juan\nContraseña: ••••••\nGracias",
		"Contraseña:\nSecreto1":                        "Contraseña:\n••••••",
		"contraseña de admin: Abc123":                  "contraseña de admin: ••••••",
		"pwd: a1b2c3 y pass: d4e5f6":                   "pwd: •••••• y pass: ••••••",
		"https://juan:secreto@host.test/x":             "https://juan:••••••@host.test/x",
		"PIN: 4711":                                    "PIN: ••••••",
		"api key: sk-12345abc":                         "api key: ••••••",
		"Password | Abc123":                            "Password | ••••••",

		"La clave es reiniciar":                "La clave es reiniciar",
		"La clave es que todos lo sepan":       "La clave es que todos lo sepan",
		"Problema con la contraseña: no entra": "Problema con la contraseña: no entra",
		"contraseña incorrecta":                "contraseña incorrecta",
		"Contraseña: incorrecta":               "Contraseña: incorrecta",
		"The password is wrong":                "The password is wrong",
		"my password is expired":               "my password is expired",
		"password: ********":                   "password: ********",
		"palabra clave: factura":               "palabra clave: factura",
		"Olvidé mi contraseña":                 "Olvidé mi contraseña",
		"pin: rojo":                            "pin: rojo",
		"token: vencido":                       "token: vencido",
		"Autoclave: 120 grados":                "Autoclave: 120 grados",
		"":                                     "",
	} {
		if got, found := Mask(text); got != want || found != (got != text) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestMaskTwice: what is masked stays so.
func TestMaskTwice(t *testing.T) {
	once, _ := Mask("clave: Abc123, password is xY9!z")
	if twice, found := Mask(once); found || twice != once {
		t.Errorf("%q, %q", once, twice)
	}
}

func TestCodes(t *testing.T) {
	for text, want := range map[string]string{
		"Sale ORA-00942: table or view does not exist":     "ORA-00942",
		"HTTP 500 al guardar":                              "HTTP 500",
		"HTTP/1.1 503 y luego 502 Bad Gateway":             "HTTP/1.1 503, 502 Bad Gateway",
		"0x80070005":                                       "0x80070005",
		"request id: 7f3c2a10-9b1e-4c55-8a77-0123456789ab": "7f3c2a10-9b1e-4c55-8a77-0123456789ab",
		"SQLSTATE[42S02]: Base table":                      "SQLSTATE[42S02]",
		"ERR_CONNECTION_REFUSED y ECONNREFUSED":            "ERR_CONNECTION_REFUSED, ECONNREFUSED",
		"Error 1064 en la consulta":                        "1064",
		"código de error: E-203":                           "E-203",
		"AADSTS50105 al entrar. ORA-00942 y ORA-00942":     "AADSTS50105, ORA-00942",
		"Request ID: req_8xk2aa11":                         "req_8xk2aa11",
		"La factura FAC-1234 del 500":                      "",
		"Hay 404 clientes y 500 facturas":                  "",
		"COVID-19, ISO-9001":                               "",
		"":                                                 "",
	} {
		if got := strings.Join(Codes(text), ", "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if n := len(Codes(strings.Repeat("ORA-00942 0x1234 HTTP 500 error 77 ", 5000))); n > mostCodes {
		t.Errorf("%d codes", n)
	}
}

func TestSpeaksOfFile(t *testing.T) {
	for _, text := range []string{
		"Adjunto la captura.", "Hola,\nadjunto captura", "Le adjunto el archivo",
		"Se adjunta la factura", "En el adjunto está el error", "Ver adjunto", "Va adjunta la foto",
		"Envío captura adjunta", "No imprime, adjunto la pantalla", "Anexo documento",
		"See attached", "Please find attached the log", "I attached a screenshot",
		"I'm attaching the file", "Attached is the log", "The screenshot is attached",
		"See the attachment",
	} {
		if !SpeaksOfFile(text, store.Words(text, nil)) {
			t.Errorf("%q does not", text)
		}
	}
	for _, text := range []string{
		"", "No imprime.", "Sin adjuntos", "Va sin adjuntos", "No adjunto nada",
		"No puedo adjuntar archivos", "El sistema no me deja adjuntar", "Los adjuntos no abren",
		"El adjunto que me mandaron no abre",
		"> Adjunto la captura", "No attachment", "I could not attach the file",
		"without attachments", "The printer attached to the server fails", "Es el gerente adjunto",
		"The attachments don't open", "Adjuntaré mañana la captura",
	} {
		if SpeaksOfFile(text, store.Words(text, nil)) {
			t.Errorf("%q does", text)
		}
	}
}

func TestLacks(t *testing.T) {
	for _, c := range []struct {
		text    string
		picture bool
		want    string
	}{
		{"No imprime.", false, "happened affected tried"},
		{"It does not print.", true, "happened affected"},
		{"Desde ayer no imprime la impresora de la caja 2: dice «sin papel».", false, ""},
		{"Since 9:30 nobody can log in, it says HTTP 500.", false, ""},
		{"Ayer el servidor se apagó.", false, "tried"},
		{"En el equipo PC-3 sale ORA-00942.", false, "happened"},
	} {
		read := Read(c.text, store.Words(c.text, nil))
		if got := strings.Join(read.Lacks(c.picture), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
