package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// wrongOrders are orders that can't be carried out, each with words of the answer, in both
// languages. "!" before an order: of a closed case.
var wrongOrders = []struct{ es, en, sayEs, sayEn string }{
	{"#espera 31/2", "#wait 31/2", "No entendimos la fecha «31/2». Puede ser: mañana",
		"We did not understand the date “31/2”. It could be: tomorrow"},
	{"#espera 32/13", "#wait 13/32", "No entendimos la fecha «32/13»",
		"We did not understand the date “13/32”"},
	{"#espera ayer", "#wait yesterday", "Ya pasó la fecha «ayer»",
		"This date is past: “yesterday”"},
	{"#espera 3 de marzo de 2025", "#wait March 3rd 2025", "Ya pasó la fecha «3 de marzo de 2025»",
		"This date is past: “March 3rd 2025”"},
	{"#espera 2036-01-01", "#wait 2036-01-01", "Queda demasiado lejos la fecha",
		"This date is too far ahead: “2036-01-01”"},
	{"#vence 30 de febrero", "#due 30 February", "No entendimos la fecha «30 de febrero»",
		"We did not understand the date “30 February”"},
	{"#vence 1/3/2025", "#due 1/3/2025", "Ya pasó la fecha", "This date is past"},
	{"!#espera", "!#wait", "el caso está cerrado: ábralo antes con #reabrir", "the case is closed"},
	{"!#cola", "!#queue", "el caso está cerrado", "the case is closed"},
	{"!#depende 2", "!#depends 2", "el caso está cerrado", "the case is closed"},
	{"#ESTADO Nada", "#STATUS Nothing",
		"No conocemos el estado «Nada». Puede ser: Abierto, En cola",
		"We don't know the status “Nothing”. It could be: Open, Queued"},
	{"#estado", "#status", "Falta algo después de «#estado». Puede ser: Abierto",
		"Something is missing after “#status”. It could be: Open"},
	{"#asignar zoe", "#assign zoe",
		"No conocemos al agente «zoe». Puede ser: Ana Gómez, Luis Pérez",
		"We don't know the agent “zoe”. It could be: Ana Gómez"},
	{"#asignar carla@cliente.test", "#assign carla@cliente.test", "No conocemos al agente",
		"We don't know the agent"},
	{"#asignar", "#assign", "Falta algo después de «#asignar»",
		"Something is missing after “#assign”"},
	{"#criticidad 9", "#priority 9", "No conocemos la severidad «9». Puede ser: 1 (crítica)",
		"We don't know the severity “9”. It could be: 1 (critical)"},
	{"#tipo Queja", "#type Complaint", "No conocemos el tipo «Queja». Puede ser: Consulta",
		"We don't know the type “Complaint”. It could be: Question"},
	{"#producto CMR", "#product CMR", "No conocemos el producto «CMR». Puede ser: CRM, ERP",
		"We don't know the product “CMR”. It could be: CRM, ERP"},
	{"#módulo Nada", "#module Nothing",
		"No conocemos el módulo «Nada». Puede ser: Ventas, Compras",
		"We don't know the module “Nothing”. It could be: Ventas, Compras"},
	{"#proyecto Beta", "#project Beta", "No conocemos el proyecto «Beta». Puede ser: Alfa",
		"We don't know the project “Beta”. It could be: Alfa"},
	{"#etiquetas ¡!", "#tags !!", "No son palabras que sirvan de etiqueta",
		"These are no words for tags"},
	{"#etiqueta", "#tag", "Falta algo después de «#etiqueta»",
		"Something is missing after “#tag”"},
	{"#estado-actual " + longState, "#current-state " + longState,
		"Es demasiado largo para una línea", "It is too long for one line"},
	{"#tiempo mucho", "#time lots", "No entendimos el tiempo «mucho». Puede ser: 45m",
		"We did not understand the time “lots”. It could be: 45m"},
	{"#tiempo -5m", "#time 900h", "No entendimos el tiempo", "We did not understand the time"},
	{"#avance 101", "#progress 101", "No entendimos el avance «101». Puede ser: 0, 60, 100",
		"We did not understand the progress “101”. It could be: 0, 60, 100"},
	{"#campo nada=1", "#field nothing=1",
		"No conocemos el campo «nada». Puede ser: Asunto, Estado, Severidad",
		"We don't know the field “nothing”. It could be: Subject, Status, Severity"},
	{"#campo producto=Zzz", "#field product=Zzz", "No conocemos el producto «Zzz»",
		"We don't know the product “Zzz”"},
	{"#campo producto", "#field product",
		"Falta algo después de «#campo producto». Puede ser: #campo producto=X",
		"Something is missing after “#field product”. It could be: #field product=X"},
	{"#campo Turno=Tarde", "#field Turno=Tarde", "«Turno Tarde». Puede ser: Mañana, Noche",
		"“Turno Tarde”. It could be: Mañana, Noche"},
	{"#campo Puestos=muchos", "#field Puestos=many", "«Puestos muchos». Puede ser: 12",
		"“Puestos many”. It could be: 12"},
	{"#campo Compra=30/2/2026", "#field Compra=30/2/2026",
		"«Compra 30/2/2026». Puede ser: 2026-12-31", "“Compra 30/2/2026”. It could be: 2026-12-31"},
	{"#ítem Queja", "#item Complaint", "No conocemos el tipo de ítem «Queja». Puede ser: Visita",
		"We don't know the item type “Complaint”. It could be: Visita"},
	{"#cliente luis@ejemplo.test", "#customer luis@ejemplo.test",
		"porque no es la dirección de un cliente: luis@ejemplo.test",
		"since this is no customer's address: luis@ejemplo.test"},
	{"#cliente pepe", "#customer pepe",
		"No conocemos al solicitante «pepe». Puede ser: #cliente m@x",
		"We don't know the requester “pepe”. It could be: #customer m@x"},
	{"#seguidor pepe", "#follower pepe",
		"No conocemos a la persona «pepe». Puede ser: #seguidor m@x",
		"We don't know the person “pepe”. It could be: #follower m@x"},
	{"#seguidor luis@ejemplo.test", "#follower luis@ejemplo.test",
		"porque no es la dirección de un cliente", "since this is no customer's address"},
	{"#seguidor pedro@otra.test proyecto Beta", "#follower pedro@otra.test project Beta",
		"No conocemos el proyecto «Beta»", "We don't know the project “Beta”"},
	{"#quitar nadie@cliente.test", "#remove nobody@cliente.test", "No conocemos a la persona",
		"We don't know the person"},
	{"#quitar pedro@otra.test", "#remove pedro@otra.test", "ya estaba así", "it was so already"},
	{"#persona carla@cliente.test", "#person carla@cliente.test",
		"Falta algo después de «#persona carla@cliente.test». Puede ser: Nombre",
		"Something is missing after “#person carla@cliente.test”"},
	{"#persona carla@cliente.test Edad: 5", "#person carla@cliente.test Age: 5",
		"No entendimos qué cambiar de la persona", "We did not understand what to change"},
	{"#persona pepe Nombre: Ana", "#person pepe Name: Ana", "No conocemos a la persona «pepe»",
		"We don't know the person “pepe”"},
	{"#ausente", "#away", "no entendimos hasta cuándo ni quién lo suple",
		"we did not understand until when"},
	{"#ausente hasta 31/2 suplente luis@", "#away until 31/2 substitute luis@",
		"No entendimos la fecha «31/2»", "We did not understand the date “31/2”"},
	{"#ausente hasta mañana suplente zoe@", "#away until tomorrow substitute zoe@",
		"No conocemos al agente «zoe@»", "We don't know the agent “zoe@”"},
	{"#ausente hasta mañana suplente ana@", "#away until tomorrow substitute ana@",
		"No conocemos al agente «ana@»", "We don't know the agent “ana@”"},
	{"#bloquear com", "#block com", "No conocemos a la persona «com»",
		"We don't know the person “com”"},
	{"#plantilla nada", "#canned nothing", "No conocemos la plantilla «nada». Puede ser: Saludo",
		"We don't know the canned reply “nothing”. It could be: Saludo"},
	{"#vista nada", "#view nothing", "No conocemos la plantilla «nada»",
		"We don't know the canned reply “nothing”"},
	{"#nuevo pedro@otra.test Hola", "#new pedro@otra.test Hello", "escríbalo en un mensaje nuevo",
		"write it in a new message"},
	{"#unir 99", "#merge 99", "No encontramos el caso «99»", "We did not find the case “99”"},
	{"#unir 1", "#merge #1", "es este mismo caso", "it is this very case"},
	{"#unir 2", "#merge 2", "para que nadie lea lo que es de otro; puede escribir #enlazar " +
		"duplicado 2", "you can write #link duplicate 2"},
	{"#unir 3", "#merge 3", "porque está cerrado el caso 3", "since this case is closed: 3"},
	{"#unir 4", "#merge 4", "es este mismo caso", "it is this very case"},
	{"#separar 99", "#split 99", "No encontramos el ítem «99»",
		"We did not find the item “99”"},
	{"#separar 1", "#split 1", "porque abre este caso el ítem 1",
		"since this case is opened by item 1"},
	{"#separar x", "#split x", "No encontramos el ítem «x»", "We did not find the item “x”"},
	{"#enlazar 99", "#link 99", "No encontramos el caso «99»", "We did not find the case “99”"},
	{"#enlazar duplicado 1", "#link duplicate 1", "es este mismo caso", "it is this very case"},
	{"#enlazar odia 2", "#link hates 2",
		"No conocemos el enlace «odia». Puede ser: relacionado, depende, duplicado",
		"We don't know the link “hates”. It could be: related, depends, duplicates"},
	{"#depende 99", "#depends 99", "No encontramos el caso «99»",
		"We did not find the case “99”"},
	{"#depende 1", "#depends 1", "es este mismo caso", "it is this very case"},
	{"#aprobar 99", "#approve 99", "no está pendiente", "it is not pending"},
	{"#rechazar 99", "#reject 99", "no está pendiente", "it is not pending"},
	{"#cancelar 99", "#cancel 99", "no hay nada suyo que espere para salir", "nothing of yours"},
	{"#enviar 99", "#send 99", "no hay nada suyo que espere para salir", "nothing of yours"},
	{"#ficha", "#card", "No entendimos la consulta «#ficha». Puede ser: #ficha m@x",
		"We did not understand the query “#card”. It could be: #card m@x"},
	{"#ficha nadie@x.test", "#card nobody@x.test", "No conocemos a nadie así: nadie@x.test",
		"We know nobody like that: nobody@x.test"},
	{"#caso 99", "#case 99", "No encontramos el caso 99 entre los que usted puede ver",
		"We did not find case 99 among those that you may see"},
	{"#caso abc", "#case abc", "No entendimos la consulta «#caso abc». Puede ser: #caso",
		"We did not understand the query “#case abc”. It could be: #case"},
	{"#historial 99", "#history 99", "No encontramos el caso 99", "We did not find case 99"},
	{"#historial de ayer", "#history of yesterday",
		"No entendimos la consulta «#historial de ayer»",
		"We did not understand the query “#history of yesterday”"},
	{"#original 1-99", "#original 1-99", "No encontramos el caso 1-99",
		"We did not find case 1-99"},
	{"#adjunto 1-1", "#attachment 1-1", "No hay archivos en 1-1.", "There are no files in 1-1."},
	{"#mis perros", "#my dogs", "No entendimos la consulta «#mis perros». Puede ser: #mis casos",
		"We did not understand the query “#my dogs”. It could be: #my cases"},
	{"#casos raros", "#cases odd", "No entendimos la consulta «#casos raros»",
		"We did not understand the query “#cases odd”"},
	{"#buscar", "#search", "No entendimos la consulta «#buscar». Puede ser: #buscar X",
		"We did not understand the query “#search”. It could be: #search X"},
	{"#buscar tipo:Zzz", "#search type:Zzz", "No conocemos el tipo «Zzz»",
		"We don't know the type “Zzz”"},
	{"#buscar desde:31/2", "#search since:31/2", "No entendimos la fecha «31/2»",
		"We did not understand the date “31/2”"},
	{"#panel de hoy", "#dashboard please",
		"No entendimos la consulta «#panel de hoy». Puede ser: #panel",
		"We did not understand the query “#dashboard please”. It could be: #dashboard"},
	{"#vencidos", "#overdue", "No hay ninguno.", "There are none."},
	{"#pendientes de Ana", "#pending of Ana", "No entendimos la consulta",
		"We did not understand the query"},
	{"#plantillas de Ana", "#templates of Ana", "No entendimos la consulta",
		"We did not understand the query"},
	{"#ayuda cerrar", "#help close", "No entendimos la consulta «#ayuda cerrar». Puede ser: #ayuda",
		"We did not understand the query “#help close”. It could be: #help"},
	{"#cerrarlo", "#closee", "No conocemos la orden «#cerrarlo». Puede ser: #cerrar",
		"We don't know the command “#closee”. It could be: #close"},
}

var longState = strings.Repeat("x ", 150)

// TestWrongOrdersChangeNothing: a date that there is not, an unknown person, another's case, a
// closed or a merged one: the agent hears what is wrong and what would be right, in his language;
// the case stays as it is, no person is made and no customer hears of it.
func TestWrongOrdersChangeNothing(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"es", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, language)
			d.put(entry(desk.Projects, "Alfa"), entry(desk.ItemTypes, "Visita"),
				desk.Entry{Kind: desk.Canned, Names: map[string]string{"es": "Saludo"},
					Text: map[string]string{"es": "Hola."}})
			d.opened(vCarla, "No imprime", "La caja no imprime.")
			d.opened(vPedro, "Ajeno", "De otra empresa.")
			d.opened(vCarla, "Viejo", "Ya está.")
			d.opened(vCarla, "Repetido", "La caja.")
			d.opened(vCarla, "Cerrado", "Listo.")
			word := func(v desk.Verb) string { return desk.Word(v, language) }
			d.replies(vAna, 3, word(desk.VerbClose))
			d.replies(vAna, 5, word(desk.VerbClose))
			d.replies(vAna, 4, word("merge")+" 1")
			notices := map[int64]takenMail{1: d.about(vAna, 1), 5: d.about(vAna, 5)}
			for _, c := range wrongOrders {
				order, say, number := c.es, c.sayEs, int64(1)
				if language == "en" {
					order, say = c.en, c.sayEn
				}
				if after, closed := strings.CutPrefix(order, "!"); closed {
					order, number = after, 5
				}
				before := d.standing(number)
				d.next()
				d.clock.Advance(5 * time.Minute)
				d.answer(notices[number], order)
				told := ""
				for _, m := range d.next() {
					if m.to != vAna {
						t.Errorf("%q: %s hears of it:\n%s", order, m.to, m.text(t))
					}
					told += m.text(t) + "\n"
				}
				if !strings.Contains(told, say) {
					t.Errorf("%q: no %q in\n%s", order, say, told)
				}
				if after := d.standing(number); after != before {
					t.Errorf("%q makes of\n%s\n%s", order, before, after)
				}
			}
		})
	}
}

// standing is a case but for when it was last written to, its links and its time, and all people.
func (d *virtualDesk) standing(number int64) string {
	d.t.Helper()
	c := d.caseOf(number)
	c.UpdatedAt = time.Time{}
	links := must(d.store.Links(d.t.Context(), number))(d.t)
	people := must(d.store.Persons(d.t.Context(), desk.Customer))(d.t)
	var list []string
	for _, p := range people {
		list = append(list, p.Address())
	}
	text, err := json.Marshal([]any{c, links, list})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}
