package threading

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCleanSubject(t *testing.T) {
	for _, c := range []struct{ subject, want string }{
		{"No imprime", "No imprime"},
		{"Re: No imprime", "No imprime"},
		{"RE: No imprime", "No imprime"},
		{"re:No imprime", "No imprime"},
		{"Re : No imprime", "No imprime"},
		{"Re\u00a0: No imprime", "No imprime"},
		{"  Re:   No imprime  ", "No imprime"},
		{"\u200eRe: \u200fNo imprime", "No imprime"},
		{"RE[2]: No imprime", "No imprime"},
		{"Re (3): No imprime", "No imprime"},
		{"Re^2: No imprime", "No imprime"},
		{"Re*4: No imprime", "No imprime"},
		{"Re: RE: RV: Fwd: Re: No imprime", "No imprime"},
		{"Re:Re:Re:No imprime", "No imprime"},
		{"RV: No imprime", "No imprime"},
		{"Rv: No imprime", "No imprime"},
		{"RES: Não imprime", "Não imprime"},
		{"ENC: Não imprime", "Não imprime"},
		{"Fwd: x", "x"},
		{"FW: x", "x"},
		{"TR: x", "x"},
		{"AW: x", "x"},
		{"WG: x", "x"},
		{"SV: x", "x"},
		{"VS: x", "x"},
		{"Antw: x", "x"},
		{"Odp: x", "x"},
		{"R: x", "x"},
		{"I: x", "x"},
		{"RIF: x", "x"},
		{"回复: x", "x"},
		{"回复：x", "x"},
		{"答复: x", "x"},
		{"转发：x", "x"},
		{"轉寄: x", "x"},
		{"返信: x", "x"},
		{"Ｒｅ：x", "x"},
		{"Respuesta: x", "x"},
		{"Reenv: x", "x"},
		{"Reenvío: x", "x"},
		{"Reenvio: x", "x"},
		{"Réponse: x", "x"},
		{"Ynt: x", "x"},
		{"İlt: x", "x"},
		{"Odpověď: x", "x"},
		{"Отв: x", "x"},
		{"ΑΠ: x", "x"},
		{"ΣΧΕΤ: x", "x"},
		{"رد: x", "x"},
		{"답장: x", "x"},
		// our tag
		{"[Caso #123] No imprime", "No imprime"},
		{"Re: [Caso #123] No imprime", "No imprime"},
		{"Re: [Caso #123] Re: No imprime", "No imprime"},
		{"[Caso #123] RE: [Caso #123] RV: No imprime", "No imprime"},
		{"No imprime [Caso #123]", "No imprime"},
		{"No imprime [Caso #123] la factura", "No imprime la factura"},
		{"[caso#123]No imprime", "No imprime"},
		{"[Caso #123]", ""},
		{"Re: [Caso #123]", ""},
		{"Re:", ""},
		{"", ""},
		// what is not ours to take
		{"Factura: error al imprimir", "Factura: error al imprimir"},
		{"Ref: factura 12", "Ref: factura 12"},
		{"Receta: x", "Receta: x"},
		{"Rex: x", "Rex: x"},
		{"Re x: y", "Re x: y"},
		{"Re[x]: y", "Re[x]: y"},
		{"Re", "Re"},
		{"Resumen", "Resumen"},
		{"Producción: caída", "Producción: caída"},
		{"URGENTE: Re: x", "URGENTE: Re: x"},
		{"[Ticket#9] x", "[Ticket#9] x"},
		{"[EXTERNO] Re: x", "[EXTERNO] Re: x"},
		{"[Caso #1234567890] x", "[Caso #1234567890] x"},
		{"[Caso #１２] x", "[Caso #１２] x"},
		{"[Caso de uso 12] x", "[Caso de uso 12] x"},
		{"[foo [Caso #12]] x", "[foo] x"},
		{"[a] b [c", "[a] b [c"},
		{"caso 123: sigue igual", "caso 123: sigue igual"},
		{"a  b", "a  b"},
		{"\xff: x", "\xff: x"},
	} {
		if got := CleanSubject(c.subject, ""); got != c.want {
			t.Errorf("CleanSubject(%q) = %q, want %q", c.subject, got, c.want)
		}
	}
	if got := CleanSubject("Re: [Solicitud #9] [Caso #8] x", "Solicitud"); got != "[Caso #8] x" {
		t.Errorf("own tag: got %q", got)
	}
}

func TestCleanSubjectIsDone(t *testing.T) {
	part := rapid.SampledFrom([]string{"Re:", "RV: ", "[Caso #12] ", "Fwd (2): ", "回复：", "x", " ",
		"[", "]", "no: ", "\u200b"})
	rapid.Check(t, func(t *rapid.T) {
		subject := strings.Join(rapid.SliceOf(part).Draw(t, "parts"), "")
		once := CleanSubject(subject, "")
		for _, more := range []string{"Re: ", "[Caso #9] ", "RES: ENC: "} {
			if got := CleanSubject(more+subject, ""); got != once {
				t.Fatalf("CleanSubject(%q) = %q, without %q %q", more+subject, got, more, once)
			}
		}
	})
}

func TestCleanSubjectManyPrefixes(t *testing.T) {
	if got := CleanSubject(strings.Repeat("Re: ", 50_000)+"x", ""); got != "x" {
		t.Errorf("got %d octets, want x", len(got))
	}
}
