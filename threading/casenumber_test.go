package threading

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCase(t *testing.T) {
	for _, c := range []struct {
		subject string
		want    int64
	}{
		// our tag, as it comes back
		{"[Caso #123] No imprime la factura", 123},
		{"Re: [Caso #123] No imprime la factura", 123},
		{"RE: RV: Re: [Caso #123] No imprime", 123},
		{"[CASO #123] NO IMPRIME", 123},
		{"[caso #123] no imprime", 123},
		{"[Caso#123]", 123},
		{"[Caso  #123]", 123},
		{"[Caso # 123 ]", 123},
		{"[Caso\u00a0#123] espacio duro", 123},
		{"[Caso\r\n #123] folded", 123},
		{"[Caso 123]", 123},
		{"[Caso: 123]", 123},
		{"[Caso n.º 123]", 123},
		{"[Caso #000123]", 123},
		{"[Caso #999999999]", 999999999},
		{"[EXTERNO] Re: [Caso #123] pantalla", 123},
		{"Consulta[Caso #123]", 123},
		{"[Caso #123", 123},
		{"[Ticket#123] Printer", 123},
		{"[Ticket #123] Printer", 123},
		{"[Case #123] Printer", 123},
		{"[Case: 123]", 123},
		// which one of several
		{"[Caso #123] Re: [Caso #99] anterior", 123},
		{"Caso 99: ver [Caso #123]", 123},
		{"[Ticket#99] vendor [Caso #123]", 123},
		{"[Ticket#99] vendor caso 123", 99},
		{"caso 123 y caso 124", 123},
		{"[Caso #0] caso 123", 123},
		{"[Caso #1234567890] caso 123", 123},
		// people's own words, Spanish
		{"caso 123", 123},
		{"Caso 123", 123},
		{"CASO 123", 123},
		{"caso #123", 123},
		{"caso#123", 123},
		{"caso123", 123},
		{"caso-123", 123},
		{"caso - 123", 123},
		{"caso: 123", 123},
		{"caso n.º 123", 123},
		{"caso n.° 123", 123},
		{"caso nº 123", 123},
		{"caso n° 123", 123},
		{"CASO Nº123", 123},
		{"caso No. 123", 123},
		{"Caso No 123", 123},
		{"caso Nro. 123", 123},
		{"caso nro 123", 123},
		{"caso nro: 123", 123},
		{"caso número 123", 123},
		{"caso nu\u0301mero 123 en NFD", 123},
		{"caso numero 123", 123},
		{"caso núm. 123", 123},
		{"caso num 123", 123},
		{"caso # : 123", 123},
		{"caso id 123", 123},
		{"Caso N.: 123", 123},
		{"Caso N 123", 123},
		{"Caso Nº. 123", 123},
		{"Caso – 123 – impresora", 123},
		{"caso [123]", 123},
		{"caso (123)", 123},
		{"RV: Re: (Caso 123)", 123},
		{"Re: Caso 123.", 123},
		{"Sobre el caso 123, por favor", 123},
		{"¿Novedades del caso 123?", 123},
		{"¡Urgente! caso 123!", 123},
		{"Caso 123: adjunto lo pedido", 123},
		{"Caso 123 - adjunto lo pedido", 123},
		{"Caso 123-urgente", 123},
		{"Caso 123/factura", 123},
		{"caso 123; caso cerrado", 123},
		{"«caso 123»", 123},
		{`"caso 123"`, 123},
		{"<caso 123>", 123},
		{"Reabrir caso 123 de María", 123},
		{"caso 123 de enero no quedó", 0},
		{"Seguimiento a su caso número 4521 abierto ayer", 4521},
		{"Tiquete 123", 123},
		{"tíquete n.º 123", 123},
		{"ticket 123", 123},
		{"Ticket#123", 123},
		{"TICKET ID: 123", 123},
		{"sobre ticket 123 y la factura 456", 123},
		{"factura 456 del ticket 123", 123},
		{"caso 1", 1},
		// English, Portuguese
		{"Case 123", 123},
		{"Re: your case 123", 123},
		{"case no. 123", 123},
		{"case number 123", 123},
		{"Case #123: still failing", 123},
		{"ticket number: 123", 123},
		{"Question in case 4711", 4711},
		{"RES: caso nº 123", 123},
		{"en el caso 123 falta la foto", 123},
		{"no caso 123 falta a foto", 123},
		{"error en caso n.º 123", 123},
		{"error en caso #123", 123},
		{"[Caso - #123]", 123},
		// something else that has a number
		{"", 0},
		{"No imprime la factura", 0},
		{"factura 123", 0},
		{"Factura No. 123", 0},
		{"pedido #123", 0},
		{"#123", 0},
		{"Re: #123", 0},
		{"[#123]", 0},
		{"(#123) algo", 0},
		{"[123]", 0},
		{"123", 0},
		{"orden de trabajo 12", 0},
		{"PR #42 merged", 0},
		{"Testing 123", 0},
		{"incidencia 14675", 0},
		// the word, but another sense
		{"caso de uso 12", 0},
		{"Casos de uso 12", 0},
		{"caso de prueba 14", 0},
		{"caso clínico 7", 0},
		{"mis casos 123", 0},
		{"casos 123 y 124", 0},
		{"ocaso 123", 0},
		{"fracaso 123", 0},
		{"acaso 3 de ellos", 0},
		{"payaso 123", 0},
		{"showcase 123", 0},
		{"staircase 123", 0},
		{"case study 12", 0},
		{"use case 12", 0},
		{"Test case 12 fails", 0},
		{"Test ticket 12 fails", 12},
		{"edge case 3", 0},
		{"just in case 24 arrive", 0},
		{"in any case 5 of them", 0},
		{"en todo caso 15 facturas no cuadran", 0},
		{"En cualquier caso 3 siguen mal", 0},
		{"en el peor caso 12", 0},
		{"ticket de compra 8831", 0},
		{"tickets 123", 0},
		{"e-ticket aéreo 123", 0},
		{"casoteca 123", 0},
		{"caso ciento 123", 0},
		// quantities, dates, times, telephones, decimals, other numbering
		{"caso 3 usuarios sin acceso", 0},
		{"en su caso no 3 usuarios sino 5", 0},
		{"caso #3 usuarios sin acceso", 3},
		{"ticket 20 USD", 0},
		{"caso 5 horas sin servicio", 0},
		{"caso 10 a.m. sin sistema", 0},
		{"caso 10:30", 0},
		{"caso 12/03/2026", 0},
		{"caso 12-03-2026", 0},
		{"caso 2026-01-15", 0},
		{"caso 15.03.2026", 0},
		{"caso 12 de marzo", 0},
		{"caso 2026-0045", 0},
		{"caso 1.234", 0},
		{"caso 123,45", 0},
		{"caso 50%", 0},
		{"ticket $500", 0},
		{"ticket 500€", 0},
		{"caso 1º", 0},
		{"caso 24x7", 0},
		{"caso 3D", 0},
		{"caso 123abc", 0},
		{"caso 123_4", 0},
		{"caso 3001234567", 0},
		{"caso 300 123 4567", 0},
		{"caso +57 300 1234567", 0},
		{"caso@123", 0},
		{"caso 123@ejemplo.test", 0},
		{"caso 0", 0},
		{"[Caso #0]", 0},
		{"[Caso #1234567890]", 0},
		{"[Caso #-]", 0},
		{"[Caso #-5]", 0},
		{"Re: [Caso #−5] Prueba", 0},
		{"caso -5", 0},
		{"caso n.º -5", 0},
		{"caso: -5 grados en la cámara", 0},
		{"en caso 3 equipos fallen", 0},
		{"qué hacer en caso 8 balanzas no respondan", 0},
		{"em caso 2 falhem", 0},
		{"Chamado 4410 parado", 0},
		{"ENC: Chamado #123", 0},
		{"[Caso #]", 0},
		{"caso", 0},
		// look-alikes and the invisible
		{"[Caso #１２３]", 0},
		{"[Caso #1２3]", 0},
		{"[Caso #12３]", 0},
		{"[Caso #١٢٣] Arabic-Indic", 0},
		{"[Caso #1²]", 0},
		{"[Caso #1\u200b23]", 0},
		{"[Caso #123\u200b]", 0},
		{"[Caso #\u200b123]", 0},
		{"[Ca\u200bso #123]", 0},
		{"[Caso\u200b #123]", 0},
		{"[Caso \u202e#123]", 0},
		{"[Caso #123\u0301]", 0},
		{"[Cаso #123] Cyrillic а", 0},
		{"[Caſo #123] long s", 0},
		{"tic\u212aet 123 Kelvin", 0},
		{"[Ｃａｓｏ #123]", 0},
		{"[Caso ＃123]", 0},
		{"caso \x00123", 0},
		{"caso \xff123", 0},
		{"caso 123\xff", 0},
		{"caso 123\x00", 0},
		{"xcaso 123", 0},
		{"éxcaso 123", 0},
		{"ñcaso 123", 0},
	} {
		got, ok := Case(c.subject, "")
		if got != c.want || ok != (c.want != 0) {
			t.Errorf("Case(%q) = %d, %v, want %d", c.subject, got, ok, c.want)
		}
	}
}

func TestCaseTag(t *testing.T) {
	for _, c := range []struct {
		subject, tag string
		want         int64
	}{
		{"[Solicitud #123] x", "Solicitud", 123},
		{"re: solicitud 123", "Solicitud", 123},
		{"[SOP2-123] x", "SOP2", 123},
		{"[Mesa de ayuda #123]", "Mesa de ayuda", 123},
		{"[Petición #123]", "Petición", 123},
		{"[Caso #123]", "Solicitud", 123},
		{"[Caso #99] [Solicitud #123]", "Solicitud", 123},
		{"[Solicitud #123]", "Caso", 0},
		{"[a.b #123]", "a.b", 123},
		{"[axb #123]", "a.b", 0},
		{"[Caso #123]", "  ", 123},
		{"ENC: Chamado nº 123 - impressora", "Chamado", 123},
	} {
		if got, _ := Case(c.subject, c.tag); got != c.want {
			t.Errorf("Case(%q, %q) = %d, want %d", c.subject, c.tag, got, c.want)
		}
	}
}

// What goes out as a tag is read back, whatever surrounds it.
func TestCaseReadsTag(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int64Range(1, maxTicket).Draw(t, "number")
		before := rapid.StringMatching(`[^0-9\[]{0,40}`).Draw(t, "before")
		after := rapid.StringMatching(`[^0-9\[]{0,40}`).Draw(t, "after")
		if got, _ := Case(before+"[Caso #"+decimal(number)+"]"+after, ""); got != number {
			t.Fatalf("got %d, want %d", got, number)
		}
	})
}

func TestCaseLongSubject(t *testing.T) {
	if _, ok := Case(strings.Repeat("caso ", 1<<20), ""); ok {
		t.Error("found a number where none is")
	}
	if got, _ := Case("caso 123 "+strings.Repeat("7 ", 1<<20), ""); got != 123 {
		t.Errorf("got %d, want 123", got)
	}
}

func FuzzCase(f *testing.F) {
	for _, s := range []string{"[Caso #123] x", "RV: Re: (Caso n.º 123)", "caso 12 de marzo",
		"[Caso #１２３]", "caso 300 123 4567", "[", "caso \xff1"} {
		f.Add(s, "Caso")
	}
	f.Fuzz(func(t *testing.T, subject, tag string) {
		number, ok := Case(subject, tag)
		if ok != (number > 0) || number > maxTicket {
			t.Errorf("Case(%q, %q) = %d, %v", subject, tag, number, ok)
		}
		if ok && !strings.Contains(subject, decimal(number)) {
			t.Errorf("Case(%q) = %d, which it does not hold", subject, number)
		}
		clean := CleanSubject(subject, tag)
		if len(clean) > len(subject) {
			t.Errorf("CleanSubject(%q) = %q is longer", subject, clean)
		}
		ProductionDown(subject, nil)
		ProductionDown("Producción Caída", []string{tag})
	})
}
