package command

import (
	"fmt"
	"testing"
)

func TestScore(t *testing.T) {
	for text, want := range map[string]string{
		"5": `5 ""`, " 4 ": `4 ""`, "1.": `1 ""`, "«3»": `3 ""`, "(2)": `2 ""`, "5/5": `5 ""`,
		"4 de 5": `4 ""`, "4 out of 5": `4 ""`, "3 estrellas": `3 ""`,
		"5, gracias": `5 ""`, "5 gracias Ana": `5 ""`, "5!": `5 ""`,
		"5\n\nCarla Ruiz\nContadora": `5 ""`, "Hola Ana,\n\n4\n\nSaludos,\nCarla": `4 ""`,
		"5, muy rápidos": `5 "muy rápidos"`, "2 - nadie me avisó": `2 "nadie me avisó"`,
		"1\nTardaron una semana en responder.": `1 "Tardaron una semana en responder."`,
		"2: lento\ny caro":                     `2 "lento\ny caro"`, "5. Gracias": `5 ""`,
		"★★★★": `4 ""`, "⭐⭐⭐": `3 ""`, "★★★☆☆": `3 ""`, "★★★★★★": "-",
		"bien": `4 ""`, "Excelente": `5 ""`, "¡Excelente!": `5 ""`,
		"Excelente atención, gracias": `5 ""`, "muy bien": `5 ""`, "Mal.": `2 ""`, "Pésimo": `1 ""`,
		"Regular":                   `3 ""`,
		"La atención fue muy buena": `5 ""`, "good": `4 ""`, "Very good, thanks": `5 ""`,
		"cinco": `5 ""`, "Four stars": `4 ""`, "tres, gracias": `3 ""`, "Uno": `1 ""`,
		"dos cajas no abren": "-", "One more thing": "-",
		"Bad": `2 ""`, "Excellent service": `5 ""`,
		"awful\nNobody ever called.": `1 "Nobody ever called."`,
		"":                           "-", "0": "-", "6": "-", "10": "-", "55": "-",
		"3 facturas no salen":          "-",
		"1. No imprime\n2. No escanea": "-", "1-2 días después volvió a fallar": "-",
		"Gracias": "-", "Mal, sigue fallando la impresora": "-", "bien, pero sigue fallando": "-",
		"¿5?": "-", "Sigue igual": "-", "5 de marzo": "-", "> 5": "-", "👍": "-",
	} {
		score, comment, ok := Score(text)
		got := "-"
		if ok {
			got = fmt.Sprintf("%d %q", score, comment)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
