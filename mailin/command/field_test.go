package command

import (
	"strings"
	"testing"

	"buzon/store/desk"
)

// knownHere knows a few fields: product and type are chosen.
func knownHere(name, value string) (string, Fit) {
	chosen := func(values ...string) Fit {
		for _, v := range values {
			if desk.Same(v, value) {
				return Fits
			}
		}
		return Unknown
	}
	switch desk.Fold(name) {
	case "producto", "product", "para":
		return "product", chosen("CRM", "ERP")
	case "tipo", "type":
		return "type", chosen("Problema", "SaaS – Infraestructura")
	case "tema", "asunto", "subject":
		return "subject", Free
	case "severidad", "severity":
		return "severity", chosen("1", "2")
	case "telefono":
		return "telefono", Free
	case "tipo de item":
		return "item", chosen("Testing OK")
	case "descripcion", "fecha y hora":
		return "", Label
	}
	return "", Alien
}

func TestFields(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"top", "Producto: CRM\nTipo: Problema\n\nNo imprime.", "product=CRM, type=Problema"},
		{"top, the words right below", "Producto: CRM\nNo imprime.", "product=CRM"},
		{"below a greeting", "Hola, Ana:\n\nProducto: CRM\n\nNo imprime.", "product=CRM"},
		{"bottom", "No imprime.\n\nProducto: CRM\nSeveridad: 2", "product=CRM, severity=2"},
		{"bottom, above thanks and a name", "No imprime.\n\nProducto: CRM\n\nGracias\nCarla Ruiz",
			"product=CRM"},
		{"both", "Tema: Impresora\n\nNo imprime.\n\nProducto: CRM",
			"subject=Impresora, product=CRM"},
		{"nothing else", "Tipo de ítem: Testing OK", "item=Testing OK"},
		{"accents, case, blanks", "PRODUCTO : crm\n\u00a0Tipo\u00a0:\u00a0 problema\u00a0\nx",
			"product=crm, type=problema"},
		{"full-width colon", "Producto：CRM\nx", "product=CRM"},
		{"bold as text", "*Producto:* CRM\n*Tipo*: *Problema*\n\nx", "product=CRM, type=Problema"},
		{"a table", "Producto: | CRM\nSeveridad | 1\n\nx", "product=CRM, severity=1"},
		{"a table with a head", "Campo | Valor\nProducto | CRM\nSeveridad | 1\n\nx",
			"product=CRM, severity=1"},
		{"several on a line", "Producto: CRM, Tipo: Problema; Severidad: 1\n\nx",
			"product=CRM, type=Problema, severity=1"},
		{"several between bars", "Producto: CRM | Tema: a, b | Severidad: 1\n\nx",
			"product=CRM, subject=a, b, severity=1"},
		{"several, one unknown", "Producto: CMR, Tipo: Problema\n\nx", "product=CMR, type=Problema"},
		{"several in a topic", "Tema: se ve Producto: CRM, Tipo: Problema\n\nx",
			"subject=se ve Producto: CRM, Tipo: Problema"},
		{"several in a sentence", "Para: ventas, que el tipo: no sé\n\nx", ""},
		{"a list", "- Producto: CRM\n• Tipo: Problema\n1. Severidad: 1\n\nx",
			"product=CRM, type=Problema, severity=1"},
		{"choices behind the label", "Severidad (1 crítica, 2 mayor): 2\nx", "severity=2"},
		{"left empty", "Producto:\nTipo: Problema\n\nx", "type=Problema"},
		{"labels of a form between", "Fecha y hora: ayer\nProducto: CRM\nDescripción: no imprime",
			"product=CRM"},
		{"English", "Product: CRM\nSeverity: 1\n\nIt does not print.", "product=CRM, severity=1"},
		{"unknown value", "Producto: CMR\n\nNo imprime.", "product=CMR"},
		{"en dash", "Tipo: SaaS – Infraestructura\n\nx", "type=SaaS – Infraestructura"},

		{"below a name that there is not", "Servidor: web1\nProducto: CRM\n\nx", "product=CRM"},
		{"around a name that there is not", "Producto: CRM\nServidor: web1\nTipo: Problema\nx",
			"product=CRM, type=Problema"},
		{"at the bottom, above a name that there is not", "x\n\nProducto: CRM\nServidor: web1",
			"product=CRM"},
		{"more names that there are not than are", "Host: a\nError: 500\nProducto: CRM\n\nx", ""},
		{"below a sentence with a colon", "Hola, soy Eva: no imprime\nProducto: CRM\n\nx", ""},
		{"as an agent's order", "#severidad 1\n#Producto: CRM\n\nx", "severity=1, product=CRM"},
		{"as an agent's order, of no field", "#asignar Ana\n\nx", ""},
		{"in the middle", "No imprime.\n\nProducto: CRM\n\nDesde ayer.", ""},
		{"within prose", "No imprime.\nProducto: CRM\nDesde ayer.", ""},
		{"right below prose, at the end", "Le cuento que\nProducto: CRM", ""},
		{"prose with a colon", "Problema: no imprime\n\nx", ""},
		{"prose behind a key", "Para: que lo sepan todos, no imprime\n\nx", ""},
		{"a short sentence behind a key", "Tipo: no sé\n\nx", ""},
		{"a long sentence behind a key",
			"Producto: dejó de imprimir facturas desde el lunes\n\nx", ""},
		{"a signature", "No imprime.\n\nSaludos,\nCarla Ruiz\n\nTeléfono: 123", ""},
		{"a signature in one", "No imprime.\n\nCarla Ruiz\nTeléfono: 123", ""},
		{"a quoted header", "Mire:\n\nDe: Ana\nEnviado: lunes\nPara: CRM\nAsunto: Otra cosa", ""},
		{"a quoted header on top", "From: Ana\nTo: CRM\nSubject: Other\n\nHello", ""},
		{"a key in a longer one", "El producto: CRM\n\nx", ""},
		{"a question", "¿Producto: CRM?", ""},
		{"an address", "http://producto:CRM\nx", ""},
		{"a quote", "> Producto: CRM\nx", ""},
		{"hidden letters", "Pro\u200bducto: CRM\nx", "product=CRM"},
		{"too long", "Tema: " + strings.Repeat("x", 300) + "\n\nx", ""},
		{"nothing", "", ""},
	} {
		var got []string
		for _, o := range Fields(c.text, nil, knownHere) {
			arg := o.Arg
			if o.Verb == desk.VerbItem {
				arg = "item=" + arg
			}
			got = append(got, arg)
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %q\ngot  %s\nwant %s", c.name, c.text, got, c.want)
		}
	}
}

func TestFieldsOnlyInTheirPlaces(t *testing.T) {
	if list := Fields("Producto: CRM\nTipo: Problema\nx", []bool{false, true, true},
		knownHere); len(list) > 0 {
		t.Errorf("%v", list)
	}
}

func TestFilled(t *testing.T) {
	list := Filled([]string{"Fecha y hora: ayer", "Producto (CRM, ERP): ERP", "Otra: x"}, knownHere)
	if len(list) != 1 || list[0].Arg != "product=ERP" ||
		list[0].Line != "Producto (CRM, ERP): ERP" {
		t.Errorf("%v", list)
	}
}
