package desk

import "testing"

func TestCustomerOrder(t *testing.T) {
	for line, want := range map[string]string{
		"cerrar": "close", "#Cerrar": "close", "«cerrar».": "close", "Cerrar, por favor": "close",
		"Por favor, cerrar el caso. Gracias": "close", "cerrar este ticket": "close",
		"Close the case, please": "close", "please close": "close", "CERRAR CASO 12": "close 12",
		"#cerrar #12": "close 12", "cerrar el caso n.º 12": "close 12", "close case no. 12": "close 12",
		"cerrar 12": "close 12", "testing ok 12": "close 12", "reabrir el caso": "reopen",
		"dejar de seguir este caso": "unfollow", "stop following the case, thanks": "unfollow",
		"seguir caso 7": "follow 7", "#tiempo 45m pruebas": "time 45m pruebas",
		"#tiempo: 45m": "time 45m",
		// what is meant as an order and is none of his
		"#asignar Ana": "?", "#cerrarlo": "?cerrar", "#reabir": "?reabrir", "#nota ojo": "?",
		"#unir 2": "?",
		// text, and fields
		"cerrar la puerta": "", "cerrar el": "", "No cerrar": "", "cerrar mañana": "",
		"seguir así 12": "", "# cerrar": "", "＃cerrar": "", "«# cerrar»": "",
		"#12 factura": "", "#urgente": "", "#severidad 1": "",
		"asignar Ana": "", "gracias": "", "": "", "por favor": "",
	} {
		o, ok := CustomerOrder(line)
		got := string(o.Verb)
		if o.Arg != "" && got != "" {
			got += " " + o.Arg
		} else if ok && got == "" {
			got = "?" + o.Arg
		}
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", line, got, ok, want)
		}
	}
}

func TestMeantQuery(t *testing.T) {
	for line, want := range map[string]Topic{
		"mis casos raros": MyCases, "My cases from yesterday": MyCases, "casos empresa XYZ": CompanyCases,
		"casos proyecto": ProjectCases, "historial": History, "historial de ayer": History,
		"caso": Case, "buscar": Search, "original": Original, "adjunto": File,
		"caso abc": "", "buscar la factura": "", "adjunto factura": "", "original de la factura": "",
		"mis casos no aparecen en la lista": "", "casos raros": "", "panel de hoy": "", "": "",
		"No imprime": "",
	} {
		if o, ok := MeantQuery(line); ok != (want != "") || ok && Topic(o.Arg) != want {
			t.Errorf("%q: %+v %v, want %q", line, o, ok, want)
		}
	}
}
