package desk

import (
	"fmt"
	"strings"
	"testing"
)

func TestWorked(t *testing.T) {
	for text, want := range map[string]string{
		"45m motivo": "45 motivo", "45 min": "45 ",
		"45min: llamada con el cliente": "45 llamada con el cliente", "90 minutos": "90 ",
		"1h30": "90 ", "1h30m revisión": "90 revisión", "1 h 30 min Año": "90 Año", "1h": "60 ",
		"1,5 h cambio": "90 cambio", "1.5h": "90 ",
		"0,25 h": "15 ", "1:30 x": "90 x", "2 horas y media de espera": "150 de espera",
		"2 hours and 15 minutes": "135 ",
		"media hora":             "30 ", "hora y media": "90 ", "an hour and a half": "90 ",
		"half an hour on the phone": "30 on the phone", "una hora": "60 ",
		"24h": "1440 ", "25h": "", "0m": "", "0 h": "", "mucho": "", "": "", "45": "", "-5m": "",
		"45 motivos": "", "2 horarios": "",
		"1h - 30 cajas": "60 30 cajas", "1441 min": "",
	} {
		minutes, why, ok := Worked(text)
		got := ""
		if ok {
			got = fmt.Sprintf("%d %s", minutes, why)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if _, why, _ := Worked("5m " + strings.Repeat("ñ", 999)); len([]rune(why)) != whyKept {
		t.Errorf("%d runes are kept", len([]rune(why)))
	}
	for minutes, want := range map[int]string{0: "0 min", 45: "45 min", 60: "1 h",
		135: "2 h 15 min"} {
		if got := Spent(minutes); got != want {
			t.Errorf("%d: %s", minutes, got)
		}
	}
}
