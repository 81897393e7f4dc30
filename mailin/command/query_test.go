package command

import (
	"testing"

	"buzon/store/desk"
)

func TestQuery(t *testing.T) {
	c := desk.NewCatalogue(desk.Shipped())
	read := func(line string) (desk.Query, bool) { return desk.ReadQuery(c, line, false) }
	const carla = "Carla Ruiz"
	for _, m := range []struct {
		name, subject, text string
		replies             bool
		want                desk.Topic
	}{
		{"subject", "mis casos", "", false, desk.MyCases},
		{"subject of a reply", "mis casos", "", true, desk.MyCases},
		{"subject with thanks and a name", "Mis casos",
			"Hola, Ana:\n\nMuchas gracias.\n\nCarla Ruiz\nContadora\nCliente SA", false,
			desk.MyCases},
		{"subject, and again", "mis casos", "mis casos", false, desk.MyCases},
		{"subject and a signature", "historial 5", "Carla", false, desk.History},
		{"subject and words", "mis casos", "No aparecen desde ayer.", false, ""},
		{"subject and a capital word", "mis casos", "Impresora", false, ""},
		{"subject and a question", "mis casos", "Gracias?", false, ""},
		{"help and words", "ayuda", "No puedo imprimir.", false, ""},
		{"help", "ayuda", "", false, desk.Help},
		{"search and words", "Buscar factura", "Necesito que busquen la 123.", false, ""},
		{"case and thanks", "Caso 5", "Gracias", false, ""},
		{"case", "Caso 5", "", false, desk.Case},
		{"first line", "Una cosa", "mis casos", false, desk.MyCases},
		{"first line, greeted and signed", "Una cosa",
			"Buenas tardes\n\nMis casos cerrados\n\nSaludos,\nCarla Ruiz", false, desk.MyCases},
		{"first line and words", "Una cosa", "mis casos\nno los veo", false, ""},
		{"second line", "Una cosa", "Les cuento que no encuentro\nmis casos", false, ""},
		{"help under a subject", "No imprime la factura", "ayuda", false, ""},
		{"help under none", "", "ayuda", false, desk.Help},
		{"help under one that says nothing", "Consulta", "Ayuda", false, desk.Help},
		{"search under a subject", "Factura de marzo", "buscar la factura", false, ""},
		{"case under a subject", "Sigue fallando la caja", "caso 5", false, ""},
		{"case in a reply", "[Caso #5] Factura", "caso 5", true, desk.Case},
		{"help in a reply", "[Caso #5] Factura", "ayuda", true, ""},
		{"nothing", "No imprime", "Desde ayer.", false, ""},
	} {
		got, _ := Query(Asking{Subject: m.subject, Text: m.text, Replies: m.replies,
			Author: carla}, read)
		if got.About != m.want {
			t.Errorf("%s: %q, want %q", m.name, got.About, m.want)
		}
	}
	if got, ok := Query(Asking{Subject: "Una cosa", Text: "mis casos", Places: []bool{false}},
		read); ok {
		t.Errorf("where no order may stand: %+v", got)
	}
}
