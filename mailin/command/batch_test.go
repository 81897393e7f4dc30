package command

import (
	"fmt"
	"strings"
	"testing"
)

// showBatch writes a batch on one line.
func showBatch(b Batch) string {
	var list []string
	if b.Dry {
		list = append(list, "dry")
	}
	for _, g := range b.Guards {
		list = append(list, fmt.Sprintf("only %s=%s", g.Field, g.Value))
	}
	if b.Unclear != "" {
		list = append(list, "unclear "+b.Unclear)
	}
	for _, l := range b.Lines {
		var orders []string
		for _, o := range l.Orders {
			orders = append(orders, strings.TrimSpace(string(o.Verb)+" "+o.Arg))
		}
		text := fmt.Sprint(l.Tickets, orders)
		if l.Text != "" {
			text += fmt.Sprintf("%q", l.Text)
		}
		if l.Inside {
			text += " inside"
		}
		if l.Wrong != "" {
			text = strings.TrimSpace(l.Wrong + " " + l.Nearest)
		}
		list = append(list, text)
	}
	return strings.Join(list, " | ")
}

func TestReadBatch(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"12: #cerrar":                      "[12] [close]",
		"12, 15, 20-24: #cerrar":           "[12 15 20 21 22 23 24] [close]",
		"12 15 y 16: #close":               "[12 15 16] [close]",
		"casos #12 - #14, 12: #tomar":      "[12 13 14] [take]",
		"12; 13 #cerrar":                   "[12 13] [close]",
		"Case 12: #severity 2 #take":       "[12] [severity 2 take]",
		"12: #nota Llamó el cliente.":      `[12] [note]"Llamó el cliente." inside`,
		"12: #resuelto Ya quedó.":          `[12] [resolve]"Ya quedó."`,
		"12: #nota ver el #15":             `[12] [note]"ver el #15" inside`,
		"12: #resuelto Ya quedó. #cola":    "batch_words",
		"12: #resuelto Ya quedó. #factura": "batch_words",
		"12: #cerrar #cerar":               "batch_verb cerrar",
		"12: #xyzzy":                       "batch_verb",
		"12:":                              "batch_line",
		"12: cerrar":                       "batch_line",
		"Hola:":                            "batch_line",
		"#cerrar":                          "batch_line",
		"12-: #cerrar":                     "batch_range",
		"24-20: #cerrar":                   "batch_range",
		"1-99999999: #cerrar":              "batch_range",
		"12x: #cerrar":                     "batch_range",
		"99999999999: #cerrar":             "batch_range",
		"1-150: #cola\n201-300: #cola":     fmt.Sprint(numbers(1, 150), " [queue] | batch_range"),
		"// nada\n; nada\n# 12: #cerrar\n> 13: #cerrar\n\n": "",
		"ensayo\n12: #cola":            "dry | [12] [queue]",
		"12: #cola\n\nDry run.":        "dry | [12] [queue]",
		"¡ENSAYO!\n12: #cola":          "dry | [12] [queue]",
		"ensay\n12: #cola":             "unclear ensay | [12] [queue]",
		"dry\n12: #cola":               "unclear dry | [12] [queue]",
		"limite producto:CRM":          "only producto=CRM",
		"Límite: producto: CRM Web":    "only producto=CRM Web",
		"limit product:CRM type:Query": "only product=CRM | only type=Query",
		`limite producto:"CRM: Web", debe controlar:a@b.test`: "only producto=CRM: Web | only " +
			"debe controlar=a@b.test",
		"limite":                       "unclear limite",
		"limite CRM\n1: #cola":         "unclear limite CRM | [1] [queue]",
		"limte producto:CRM\n1: #cola": "unclear limte producto:CRM | [1] [queue]",
	} {
		if got := showBatch(ReadBatch(text, nil)); got != want {
			t.Errorf("%q\ngot  %s\nwant %s", text, got, want)
		}
	}
	if got := showBatch(ReadBatch("12: #cola\n13: #cola",
		[]bool{true, false})); got != "[12] [queue] | batch_line" {
		t.Errorf("where none may stand: %s", got)
	}
}

func numbers(from, to int) (list []int) {
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

func FuzzReadBatch(f *testing.F) {
	f.Add("ensayo\nlimite producto:CRM\n12, 15-20: #cerrar #nota x")
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for _, l := range ReadBatch(text, nil).Lines {
			n += len(l.Tickets)
		}
		if n > MaxBatch {
			t.Errorf("%d tickets", n)
		}
	})
}
