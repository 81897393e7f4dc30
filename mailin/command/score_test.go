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
		"":                           "-",
		// none of the scale
		"0": `0 ""`, "6": `0 ""`, "10": `0 ""`, "7, gracias": `0 ""`, "55": `0 ""`, "-1": `0 ""`,
		"4,5": `0 ""`, "3.5": `0 ""`, "8/5": `0 ""`, "11/10": `0 ""`, "Siete": `0 ""`,
		"7 puntos": `0 ""`, "10\nNadie llamó": `0 "Nadie llamó"`,
		// of another
		"10/10": `5 ""`, "9 de 10": `5 ""`, "6/10": `3 ""`, "0/10": `1 ""`, "100%": `5 ""`,
		"80 %, gracias": `4 ""`, "10/10, nadie tardó": `5 "nadie tardó"`,
		// said otherwise
		"Le doy un 4": `4 ""`, "Mi nota es 5": `5 ""`, "Calificación: 4": `4 ""`, "Un 5": `5 ""`,
		"I'd give it a 5": `5 ""`, "I would rate your support 4 out of 5": `4 ""`,
		"5 estrellas ⭐⭐⭐⭐⭐": `5 ""`, "5 para el servicio": `5 ""`, "Una estrella": `1 ""`,
		"excelente!!": `5 ""`, "muy buena atención": `5 ""`, "Todo excelente, mil gracias": `5 ""`,
		"Muy satisfecha": `5 ""`, "No me gustó": `2 ""`, "malísimo": `1 ""`, "Great job!": `5 ""`,
		"I am very happy with your service": `5 ""`, "Excelente 😀": `5 ""`, "No muy bien": `2 ""`,
		"Muy buen servicio, Ana es muy amable": `5 "Ana es muy amable"`,
		"Pésimo servicio, nadie contesta":      `1 "nadie contesta"`,
		// news
		"4500123": "-", "24, 25 y 26 no abren": "-", "7 facturas no salen": "-", "10/12": "-",
		"12:30": "-", "7. No imprime": "-", "9, pero sigue fallando": "-", "La 5 no imprime": "-",
		"La 5": "-", "5 sigue fallando": "-", "excelente 😡": "-",
		"Excelente trabajo, pero sigue sin abrirse": "-",
		"3 facturas no salen":                       "-",
		"1. No imprime\n2. No escanea":              "-", "1-2 días después volvió a fallar": "-",
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
