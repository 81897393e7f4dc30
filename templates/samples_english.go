package templates

import (
	"cmp"
	"reflect"
	"strings"
	"time"
)

// translate puts English into what people and desks of the samples write.
func translate(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(cmp.Or(inEnglish[v.String()], v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			translate(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			translate(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			translate(v.Field(i))
		}
	}
}

// inEnglish are the words of the samples' people and desks.
var inEnglish = map[string]string{
	"31 de marzo":           "31 March",
	"Soporte oro":           "Gold support",
	"Soporte Ejemplo":       "Example Support",
	"Caso":                  "Case",
	"No imprime la factura": "The invoice does not print",
	"Problema":              "Problem",
	printer: "Good morning,\n\nsince yesterday the invoice comes out blank on the till's " +
		"printer. I tried another one, the same: " +
		"https://crm.cliente.test/facturas?id=20&copia=1.\n\n  Error 0x1F   on till-2\n\nThanks,\n" +
		"Carla",
	repair: "Hello Carla,\n\nwe found the cause: the driver was paused. Restart the " +
		"computer and try again.",
	"captura.png": "screenshot.png",
	stepsText: "Do this, in order:\n\n1. Restart the till.\n2. Open the guide " +
		"<https://crm.cliente.test/guia>.\n\nTill | State\n7 | no paper",
	stepsHTML: strings.NewReplacer("Haga esto, <b>en orden", "Do this, <b>in order",
		"Reinicie la caja", "Restart the till", "Abra la", "Open the", "guía<", "guide<", "Caja",
		"Till", "Estado", "State", "sin papel", "no paper").
		Replace(stepsHTML),
	"registro.txt":                        "log.txt",
	"No factura":                          "No invoicing",
	"No podemos facturar desde las 9:00.": "We have not been able to invoice since 9:00.",
	"La impresora nueva quedó instalada.": "The new printer is installed.",
	"Es la misma falla del lunes.":        "It is the same fault as on Monday.",
	"2, tardaron una semana.":             "2, it took you a week.",
	"Testing ok, gracias.":                "Testing ok, thanks.",
	"Sucursal":                            "Branch",
	"Lun":                                 "Mon",
	"Norte":                               "North",
	"Factura":                             "Invoice",
	"Planos":                              "Plans",
	"No abre":                             "It does not open",
	"Sigue":                               "It goes on",
	"Hola":                                "Hello",
	"Hola:":                               "Hello:",
	"Otra vez":                            "Again",
	"Sin red":                             "No network",
	"En proceso":                          "In progress",
	"Abierto":                             "Open",
	"Esperamos el repuesto":               "Waiting for the spare part",
	"abiertos":                            "open",
	"factura":                             "invoice",
	"Respuesta":                           "Answer",
	"martes 3 de marzo":                   "Tuesday 3 March",
	"Nota":                                "Note",
	"Ampliación de información":           "More information",
	"Pruebe ahora.\n\nAna":                "Try now.\n\nAna",
	"Ojo, ya pagó.":                       "Mind, he has paid.",
	"Sigue igual.":                        "Still the same.",
	"mis casos":                           "my cases",
	"mis casos abiertos página 2":         "my cases open page 2",
	"Saludo":                              "Greeting",
	"#plantilla Saludo":                   "#template Greeting",
	"Hola:\n\nrecibimos su pedido.":       "Hello,\n\nwe have your order.",
	"Nombre: Carla Ruiz":                  "Name: Carla Ruiz",
	"Agregar dirección: carla@casa.test":  "Add address: carla@casa.test",
	"USD 60 por hora":                     "USD 60 an hour",
	"#resuelto":                           "#resolved",
	"#asignar luis":                       "#assign luis",
	"#cerar":                              "#clos",
	"#cerrar":                             "#close",
	"#resolver":                           "#resolv",
	"#producto CRM":                       "#product CRM",
	"limte producto:CRM":                  "limt product:CRM",
	"limite producto:CMR":                 "limit product:CMR",
	"Producto: CMR":                       "Product: CMR",
	"Cerrado":                             "Closed",
	"casos abiertos":                      "open cases",
	"#tomar":                              "#take",
	"#pedir-info":                         "#ask-info",
	"#ausente hasta 20/12 suplente m@x":   "#away until 20/12 substitute m@x",
	"1-40: #cerrar":                       "1-40: #close",
	"#bloquear spam.test":                 "#block spam.test",
	"Cambie el cable.":                    "Change the cable.",
	"[Caso #123] No imprime la factura":   "[Case #123] The invoice does not print",
	"<p style=\"margin:0 0 16px\">Cambie el cable.</p>": "<p style=\"margin:0 0 16px\">" +
		"Change the cable.</p>",
}
