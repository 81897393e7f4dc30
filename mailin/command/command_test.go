package command

import (
	"fmt"
	"strings"
	"testing"

	"buzon/store/desk"
)

// show writes orders on one line.
func show(o Orders) string {
	var list []string
	name := func(v desk.Verb) string {
		if word := desk.Word(v, "es"); word != "" {
			return strings.TrimPrefix(word, "#")
		}
		return "unavailable"
	}
	for _, c := range o.Commands {
		list = append(list, strings.TrimSpace(name(c.Verb)+" "+c.Arg))
	}
	for _, m := range o.Unknown {
		list = append(list, "?"+m.Nearest)
	}
	for _, c := range o.Misplaced {
		list = append(list, "!"+name(c.Verb))
	}
	return fmt.Sprintf("[%s] %q", strings.Join(list, ", "), o.Text)
}

func TestAgent(t *testing.T) {
	long := "Para terminar el trámite tiene que escribir en el asunto"
	for _, c := range []struct{ name, text, want string }{
		{"words", "Hola.", `[] "Hola."`},
		{"top", "#cerrar\nHola.", `[cerrar] "Hola."`},
		{"blank lines around", "\n\n#cerrar\n\n#severidad 2\n\nHola.\n\n",
			`[cerrar, severidad 2] "Hola."`},
		{"end", "Hola.\n\n#resuelto\n#avance 100", `[resuelto, avance 100] "Hola."`},
		{"both", "#tomar\nHola.\n#cola", `[tomar, cola] "Hola."`},
		{"upper case and accents", "#CERRAR\n#Módulo Ventas", `[cerrar, modulo Ventas] ""`},
		{"point and colon", "#resuelto.\n#severidad: 1\nHola.", `[resuelto, severidad 1] "Hola."`},
		{"blank behind", "#cerrar \t\u00a0\nHola.", `[cerrar] "Hola."`},
		{"CR", "#cerrar\r\nHola.", `[cerrar] "Hola."`},
		{"words behind the verb", "#resuelto Ya quedó, gracias.\nAna",
			`[resuelto] "Ya quedó, gracias.\nAna"`},
		{"two on a line", "#nota #tomar", `[nota, tomar] ""`},
		{"two words of argument", "#asignar Luis Pérez", `[asignar Luis Pérez] ""`},
		{"queries, and others", "#unir 12\n#mis casos\n#historial 12\n#campo A=B\n#due mañana",
			`[unir 12, mis casos, historial 12, campo A=B, vence mañana] ""`},
		{"in the middle", "Hola.\n#cerrar\nChau.", `[!cerrar] "Hola.\n#cerrar\nChau."`},
		{"above a sign-off", "Hola.\n#cerrar\nSaludos cordiales,\n\nAna Gómez\nSoporte Ejemplo",
			`[cerrar] "Hola.\nSaludos cordiales,\n\nAna Gómez\nSoporte Ejemplo"`},
		{"above one without a name", "Done.\n\n#resuelto\n\nThanks!",
			`[resuelto] "Done.\n\nThanks!"`},
		{"mistyped above it", "Hola.\n\n#cerar\n\nGracias\nAna",
			`[?cerrar] "Hola.\n\n#cerar\n\nGracias\nAna"`},
		{"above more than that", "Hola.\n\n#cerrar\n\nGracias por todo lo de ayer,\nAna",
			`[!cerrar] "Hola.\n\n#cerrar\n\nGracias por todo lo de ayer,\nAna"`},
		{"words behind, at the end", "Hola.\n#cerrar con llave", `[] "Hola.\n#cerrar con llave"`},
		{"wrapped by the client", long + "\n#cerrar", `[!cerrar] "` + long + `\n#cerrar"`},
		{"a full line before", long + ".\n#cerrar", `[cerrar] "` + long + `."`},
		{"blank before the verb", "# cerrar\nHola.", `[?cerrar] "# cerrar\nHola."`},
		{"blank before the mark", " #cerrar\nHola.", `[?cerrar] "#cerrar\nHola."`},
		{"NBSP before the mark", "\u00a0#cerrar\nHola.", `[?cerrar] "#cerrar\nHola."`},
		{"NBSP before the verb", "#\u00a0cerrar\nHola.", "[?cerrar] \"#\\u00a0cerrar\\nHola.\""},
		{"zero width", "#\u200bcerrar\nHola.", `[?cerrar] "#\u200bcerrar\nHola."`},
		{"full-width mark", "＃cerrar\nHola.", `[?cerrar] "＃cerrar\nHola."`},
		{"full-width letters", "#ｃｅｒｒａｒ\nHola.", `[?cerrar] "#ｃｅｒｒａｒ\nHola."`},
		{"code", "```\n#cerrar\n```", "[!cerrar] \"```\\n#cerrar\\n```\""},
		{"in quotes", "“#tomar”", `[?tomar] "“#tomar”"`},
		{"in stars", "*#tomar.*\nHola.", `[?tomar] "*#tomar.*\nHola."`},
		{"in a list", "- #tomar\n- #cerrar", `[?tomar] "- #tomar\n- #cerrar"`},
		{"in quotes, of what to write", "Responda con\n«#cerrar»", `[] "Responda con\n«#cerrar»"`},
		{"in quotes, in a sentence", "«#cerrar» cierra el caso.", `[] "«#cerrar» cierra el caso."`},
		{"in a list, of no order", "- #12\nHola.", `[] "- #12\nHola."`},
		{"quoted", "> #cerrar\nHola.", `[] "> #cerrar\nHola."`},
		{"mistyped", "#resulto\nHola.", `[?resuelto] "#resulto\nHola."`},
		{"nothing like it", "#facturacionelectronica\nHola.",
			`[?] "#facturacionelectronica\nHola."`},
		{"mistyped alone", "#cerar", `[?cerrar] ""`},
		{"all mistyped", "#cerar\n\n#pepe", `[?cerrar, ?] ""`},
		{"mistyped above a command", "#tomr\n#resuelto\nHola.", `[resuelto, ?tomar] "Hola."`},
		{"mistyped below a command", "#resuelto\n#asignr luis\nHola.",
			`[resuelto, ?asignar] "Hola."`},
		{"mistyped at the end", "Hola.\n#cerrar\n#pepe", `[cerrar, ?] "Hola."`},
		{"mistyped before the end", "Hola.\n\n#pepe\n#cerrar", `[cerrar, ?] "Hola."`},
		{"mistyped at the end, alone", "Hola.\n#pepe", `[?] "Hola.\n#pepe"`},
		{"a sentence among commands", "#resuelto\n#caja cuatro ya abre bien\nHola.",
			`[resuelto, ?] "#caja cuatro ya abre bien\nHola."`},
		{"only a sentence", "#gracias por todo lo de ayer", `[?] "#gracias por todo lo de ayer"`},
		{"number", "#123 es el otro caso", `[] "#123 es el otro caso"`},
		{"heading", "# Pasos a seguir\n1. Hola", `[] "# Pasos a seguir\n1. Hola"`},
		{"verb in a longer word", "#cerrarlo\nHola.", `[?cerrar] "#cerrarlo\nHola."`},
		{"empty", "", `[] ""`},
		{"only the mark", "#", `[] "#"`},
	} {
		if got := show(Agent(c.text, nil, nil)); got != c.want {
			t.Errorf("%s: %q\ngot  %s\nwant %s", c.name, c.text, got, c.want)
		}
	}
}

func TestInternal(t *testing.T) {
	for text, want := range map[string]bool{
		"Hola.": false, "#nota\nx": true, "#note x": true, "x\n#nota": true, "x\n#nota y\nz": true,
		"# nota\nx": true, "＃nota x": true, "#notas\nx": true,
		"#Nota: x": true, "#nta\nx": true, "Una nota.": false, "#cerrar\nx": false,
		"x\n\n#nota clave 1": true, "La nota #4": false, "#cerar": false, "* #nota": false,
		"nota: no paga": true, "Nota interna: x": true, "NOTA - x": true, "Note: x": true,
		"nota\nx": true, "**Nota**: x": true, "[Interno] x": true, "interno: x": true,
		"Internal note: x": true, "Nota para Luis: x": true, "＃interno x": true,
		"#interno\nx": true, "#Nota interna\nx": true, "#nota-interna x": true,
		"\u200bnota: x":        true,
		"Notamos que falla: x": false, "Hola.\nnota: x": false, "La nota: x": false,
		"Noté un error: x": false, "Interno 214, por favor": false, "Not: x": false,
		"#publico\nx": false, "#publico\nnota: x": true,
	} {
		if got := Agent(text, nil, nil).Internal; got != want {
			t.Errorf("%q: internal %v, want %v", text, got, want)
		}
	}
}

func TestHeld(t *testing.T) {
	for text, want := range map[string]bool{
		"#resolver\nYa quedó.": true, "Ya quedó.\n#resolver": true, "#resolver Ya quedó.": true,
		"#cerar": true, "#cerrar\n#cerar": true, "#gracias por todo": true,
		"#resolve it\nx": false, "Ya quedó.": false, "#nota\n#cerar\nx": false, "#ntoa\nx": false,
		"Pasos:\n#resolver\nlisto": false, "#123 es el otro": false,
		"# Pasos\nx": false, "#resuelto\nx": false,
	} {
		if got := Agent(text, nil, nil).Held(); got != want {
			t.Errorf("%q: held %v, want %v", text, got, want)
		}
	}
}

func TestCustomer(t *testing.T) {
	for text, want := range map[string]desk.Verb{
		"cerrar": desk.VerbClose, "Cerrar.": desk.VerbClose, "#cerrar": desk.VerbClose,
		"«cerrar»": desk.VerbClose, "Testing OK": desk.VerbClose,
		"testing ok\n\nGracias": desk.VerbClose, "Ya anda.\n\ncerrar": desk.VerbClose,
		"REABRIR": desk.VerbReopen, "seguir": desk.VerbFollow, "Dejar de seguir": desk.VerbUnfollow,
		"close": desk.VerbClose, "stop following": desk.VerbUnfollow,
		"testing ok!": desk.VerbClose, "¡Cerrar!": desk.VerbClose, "": "",
		"Quiero cerrar el caso": "", "¿cerrar?": "", "Hola\ncerrar\nChau": "", "> cerrar": "",
		"no cerrar":           "",
		"#tiempo 45m pruebas": desk.VerbTime, "Listo.\n\n#time 1h": desk.VerbTime, "tiempo 45m": "",
		"# tiempo 45m": "",
	} {
		if got, _ := Customer(text, nil); got.Verb != want {
			t.Errorf("%q: %q, want %q", text, got.Verb, want)
		}
	}
}

func TestOnly(t *testing.T) {
	for text, want := range map[string]bool{"seguir": true, " #Seguir.\n": true,
		"Seguir este caso, por favor": true, "seguir así": false,
		"seguir\nGracias": false, "": false} {
		if got := Only(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestMine(t *testing.T) {
	for text, want := range map[string]bool{
		"Soy yo": true, "Sí, fui yo.": true, "It's me": true, "es mío": true, "No soy yo": false,
		"soy yo y adjunto el archivo": false, "": false,
	} {
		if got := Mine(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestThanks(t *testing.T) {
	for text, want := range map[string]bool{
		"Gracias": true, "¡Muchas gracias, Ana!": true, "Perfecto, gracias.\n\nCarla Ruiz": true,
		"Ok, todo bien": true, "Thank you very much": true,
		"": false, "Gracias, pero sigue fallando": false, "Gracias. ¿Y el otro?": false,
		"Gracias\nsigue igual": false, "Listo\nFalta la otra": false,
		"No": false, "Gracias\n\nSaludos cordiales": true,
	} {
		if got := Thanks(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzAgent(f *testing.F) {
	for _, s := range []string{"#cerrar\nHola", "Hola\n#nota x", "＃x", "#", "#\xff",
		"a\n\n#severidad 1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := Agent(text, nil, nil)
		for _, c := range o.Commands {
			if strings.TrimSpace(c.Line) == "" || !strings.Contains(text, c.Line) {
				t.Errorf("%q: command %+v is not in it", text, c)
			}
		}
		for line := range strings.SplitSeq(o.Text, "\n") {
			if !strings.Contains(text, line) {
				t.Errorf("%q: %q was not written", text, line)
			}
		}
		Customer(text, nil)
		Thanks(text)
	})
}
