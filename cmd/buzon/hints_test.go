package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// TestFirstFormAsksWhatIsMissing: what the text lacks, the product where none is known, and the
// severity with what each means; filled into the quote it is read back.
func TestFirstFormAsksWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, text string
		ask, spare     []string
		filled         string
	}{
		{"es", "La impresora de la caja 2 no anda.",
			[]string{"Cuándo y dónde ocurrió:", "Qué hizo y qué respondió el sistema:",
				"Producto (CRM, ERP):", "Severidad (1 crítica, 2 mayor, 3 menor):",
				"1 crítica: no se puede trabajar, o la producción está detenida. 2 mayor:"},
			[]string{"Equipo y usuarios"},
			"> Cuándo y dónde ocurrió: hoy a las 9\r\n> Qué hizo y qué respondió el sistema:\r\n> " +
				"Producto (CRM, ERP): ERP\r\n> Severidad (1 crítica, 2 mayor, 3 menor): 1 crítica"},
		{"en", "Since 9:00 it says HTTP 500.",
			[]string{"Equipment and users affected:", "Product (CRM, ERP):",
				"Severity (1 critical, 2 major, 3 minor):",
				"1 critical: no work is possible, or production is down."},
			[]string{"When and where", "What you did"},
			"> Equipment and users affected: all\r\n> Product (CRM, ERP): erp\r\n> Severity (1 " +
				"critical, 2 major, 3 minor): 1"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			n := d.opened(vCarla, "No anda", c.text)
			ack := d.about(vCarla, n)
			ack.says(t, c.ask...)
			ack.silent(t, c.spare...)
			d.replies(vCarla, n, "Va abajo.\r\n\r\nEl mar, 3 mar 2026 a las 9:01, Soporte "+
				"(<soporte@ejemplo.test>) escribió:\r\n> Es el caso #1.\r\n> Producto: CRM · "+
				"Tipo: Incidente\r\n"+c.filled)
			if got := d.has(n); got != "1, Incidente, ERP" {
				t.Errorf("it has %s", got)
			}
			items := must(d.store.Items(t.Context(), n))(t)
			if it := items[len(items)-1]; !strings.Contains(it.Text, "(CRM, ERP): ") ||
				strings.Contains(it.Text, "Caso") {
				t.Errorf("the words are %q", it.Text)
			}
		})
	}
}

// TestAQuestionIsAskedLess: what is no trouble needs no report of one, and what is said is not
// asked.
func TestAQuestionIsAskedLess(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es")
	n := d.opened(vCarla, "Una duda",
		"Tipo: Consulta\nProducto: CRM\nSeveridad: 3\n\n¿Se puede exportar?")
	d.about(vCarla, n).silent(t, "Nos ayudaría saber", "Cuándo", "Severidad (", "Producto (")
}

// TestWhatCustomersForget: a file that is not there, a password, an error's code and a stack trace.
func TestWhatCustomersForget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, text, masked         string
		ack, agent                     []string
		trace                          string
		again, answer, quiet, stranger string
	}{
		{"es", "Adjunto la captura. Mi contraseña: Xk9!zz1\r\n\r\nORA-00942\r\njava.lang.Error: " +
			"x\r\n\tat a.B.c(B.java:1)\r\n\tat a.B.d(B.java:2)", "Mi contraseña: ••••••",
			[]string{"Menciona un archivo adjunto y no llegó ninguno", "trae una contraseña"},
			[]string{"Menciona un adjunto y no llegó ninguno.",
				"Traía una contraseña, que ocultamos.", "Código de error: ORA-00942",
				"Traza de error: Java"},
			"java", "Adjunto otra vez.", "Menciona un archivo adjunto",
			"Sigue igual, sin adjuntos.", ""},
		{"en",
			"Please find attached the log. My password is Xk9!zz1\r\n\r\nHTTP 500\r\nTraceback " +
				"(most recent call last):\r\n  File \"a.py\", line 3, in <module>\r\nValueError: x",
			"My password is ••••••",
			[]string{"You mention an attachment, and none arrived", "has a password in it"},
			[]string{"It mentions an attachment, and none arrived.", "It had a password in it",
				"Error code: HTTP 500", "Stack trace: Python"},
			"python", "I attached it again.", "You mention an attachment",
			"Still the same, no attachments.", ""},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			n := d.opened(vCarla, "No anda", c.text)
			d.about(vCarla, n).says(t, c.ack...)
			notice := d.about(vAna, n)
			notice.says(t, append(c.agent, c.masked)...)
			if !strings.Contains(string(notice.raw), "buzon-code") {
				t.Error("the trace is not set apart")
			}
			it := must(d.store.Items(t.Context(), n))(t)[0]
			if it.Seen.Traces[0] != c.trace || strings.Contains(it.Text+it.Seen.Text, "Xk9") {
				t.Errorf("traces %v, text %q", it.Seen.Traces, it.Text)
			}
			for _, words := range []string{"Xk9!zz1", "xk9"} {
				page, _, err := d.store.Find(t.Context(), everything, store.Query{Words: words})
				if err != nil || len(page) > 0 {
					t.Errorf("a search for %s finds it: %v", words, err)
				}
			}
			page, _, err := d.store.Find(t.Context(), everything,
				store.Query{Words: it.Seen.Errors[0]})
			if err != nil || len(page) != 1 {
				t.Errorf("a search for %s finds %d: %v", it.Seen.Errors[0], len(page), err)
			}
			for _, m := range d.to(".test") {
				if strings.Contains(string(m.raw), "Xk9") {
					t.Errorf("to %s the password goes on", m.to)
				}
			}
			mail, err := d.store.Mail(t.Context(), it.Mail)
			if err != nil {
				t.Fatal(err)
			}
			raw := must(d.store.OpenMail(t.Context(), mail))(t)
			defer raw.Close()
			original := make([]byte, raw.Size)
			if raw.ReadAt(original, 0); !strings.Contains(string(original), "Xk9!zz1") {
				t.Error("the original has lost it")
			}
			d.pass(2*time.Minute, 2*time.Minute)
			before := len(d.to(vCarla))
			d.replies(vCarla, n, c.quiet)
			if len(d.to(vCarla)) != before {
				t.Error("he is told of a file that he did not announce")
			}
			d.replies(vCarla, n, c.again)
			d.last(vCarla).says(t, c.answer)
		})
	}
}

// TestImportance: it chooses the severity only where the customer may.
func TestImportance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		field    string
		text     string
		editable []string
		want     int
	}{
		{"high", "X-Priority: 1 (Highest)", "No anda.", nil, 1},
		{"low", "Importance: low", "No anda.", nil, 3},
		{"normal", "X-Priority: 3", "No anda.", nil, 2},
		{"a line goes before it", "Importance: High", "Severidad: 3\n\nNo anda.", nil, 3},
		{"not his to set", "Importance: high", "No anda.", []string{"product"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, "es", func(k *config) {
				if c.editable != nil {
					k.Profile = []profileConfig{{Name: "p", Sees: []string{"own"},
						Editable: c.editable}}
					k.Mailbox[0].Profile = "p"
				}
			})
			d.write(vCarla, d.boxes[0].Address, "No anda", c.text, c.field)
			d.settle()
			if k := d.caseOf(1); k.Severity != c.want {
				t.Errorf("severity %d, want %d", k.Severity, c.want)
			}
		})
	}
}

// TestPossibleDuplicate: agents are offered to join it with the open case of the same person.
func TestPossibleDuplicate(t *testing.T) {
	t.Parallel()
	for language, sentence := range map[string]string{
		"es": "Puede repetir el caso #1, que sigue abierto. Para unirlos: #unir 1",
		"en": "It may repeat case #1, which is open. To join them: #merge 1",
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, language)
			d.opened(vCarla, "No imprime la factura", "No imprime.")
			d.pass(2*time.Minute, 2*time.Minute)
			n := d.opened(vCarla, "Factura: no imprime", "Sigue sin imprimir.")
			m := d.about(vAna, n)
			m.says(t, sentence)
			if !regexp.MustCompile(`(unir|merge)%20(1|=)`).Match(m.raw) {
				t.Error("there is no button")
			}
			d.about(vCarla, n).silent(t, "repetir", "repeat")
			d.pass(2*time.Minute, 2*time.Minute)
			n = d.opened(vPedro, "No imprime la factura", "No imprime.") // somebody else's
			d.about(vAna, n).silent(t, "#unir", "#merge")
		})
	}
}

// TestProductionDownInTheForm: as a line of its own, as the severity, as the topic.
func TestProductionDownInTheForm(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es")
	for i, c := range []struct {
		text string
		want bool
	}{
		{"Producción Caída: sí\n\nNo anda nada.", true},
		{"Severidad: Producción caída\n\nNo anda nada.", true},
		{"Tema: PRODUCCION CAIDA\n\nNo anda nada.", true},
		{"Producción caída: no\n\nUna cosa menor.", false},
		{"Production down: yes\n\nNothing works.", true},
	} {
		n := d.opened(fmt.Sprintf("p%d@c%d.test", i, i), "Aviso", c.text)
		if k := d.caseOf(n); k.ProductionDown != c.want || c.want && k.Severity != 1 {
			t.Errorf("%q: %v, severity %d", c.text, k.ProductionDown, k.Severity)
		}
	}
}
