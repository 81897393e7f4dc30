package main

import (
	"strings"
	"testing"
	"time"
)

// customersWrong are orders and lines of a customer that can't be carried out, each with words of
// the answer, in both languages: to the case that he has open ("1"), that was
// merged into the first ("4") and that a colleague has ("5"), or as the subject of a new mail ("").
var customersWrong = []struct{ to, es, en, sayEs, sayEn string }{
	{"1", "Severidad: 9", "Severity: 9", "No conocemos la severidad «9». Puede ser: 1 (crítica)",
		"We don't know the severity “9”. It could be: 1 (critical)"},
	{"1", "#criticidad 9", "#priority 9", "No conocemos la severidad «9»",
		"We don't know the severity “9”"},
	{"1", "PRODUCTO = CMR", "PRODUCT = CMR", "No conocemos el producto «CMR». Puede ser: CRM, ERP",
		"We don't know the product “CMR”. It could be: CRM, ERP"},
	{"1", "Módulo: Nada", "Module: Nothing", "No conocemos el módulo «Nada»",
		"We don't know the module “Nothing”"},
	{"1", "Tipo de ticket: Queja", "Type: Complaint", "No conocemos el tipo «Queja»",
		"We don't know the type “Complaint”"},
	{"1", "Compra: 31/02/2026", "Compra: 2026-02-31",
		"No entendimos el valor de «Compra 31/02/2026»",
		"“Compra 2026-02-31”"},
	{"1", "Severidda: 1", "Severty: 1", "No conocemos el campo «Severidda». Puede ser: Severidad",
		"We don't know the field “Severty”. It could be: Severity"},
	{"1", "Servidor: web1\r\nProducto: CMR", "Host: web1\r\nProduct: CMR",
		"No conocemos el producto «CMR». Puede ser: CRM", "“CMR”. It could be: CRM, ERP"},
	{"1", "Turno: tarde", "Turno: noon", "«Turno tarde». Puede ser: Mañana, Noche",
		"“Turno noon”"},
	{"1", "Debe controlar: zoe@nada.test", "Must check: zoe@nada.test", "zoe@nada.test",
		"zoe@nada.test"},
	{"1", "Solicitante: pedro@otra.test", "Requester: pedro@otra.test",
		"no conocemos al solicitante «pedro@otra.test»",
		"don't know the requester “pedro@otra.test”"},
	{"1", "Solicitante: nadie@otra.test", "Requester: nobody@otra.test",
		"no conocemos al solicitante «nadie@otra.test»",
		"don't know the requester “nobody@otra.test”"},
	{"1", "#asignar Ana", "#assign Ana",
		"No conocemos la orden «#asignar Ana». Puede ser: cerrar, reabrir, seguir, dejar de seguir",
		"We don't know the command “#assign Ana”. It could be: close, reopen, follow, unfollow"},
	{"1", "#unir 2", "#merge 2", "No conocemos la orden «#unir 2»",
		"We don't know the command “#merge 2”"},
	{"1", "#unir 99", "#merge 99", "No conocemos la orden «#unir 99»",
		"We don't know the command “#merge 99”"},
	{"1", "#espera 31/2", "#wait 31/2", "No conocemos la orden «#espera 31/2»",
		"We don't know the command “#wait 31/2”"},
	{"1", "#cerrarlo", "#closee", "No conocemos la orden «#cerrarlo». Puede ser: cerrar",
		"We don't know the command “#closee”. It could be: close"},
	{"1", "cerrar caso 2", "close case 2", // another's, and one that there is not
		"Lo de otro caso se pide en respuesta a un correo de ese caso, así que no se hizo: «cerrar " +
			"caso 2»", "so it was not done: “close case 2”"},
	{"1", "cerrar caso 99", "close case 99", "así que no se hizo: «cerrar caso 99»",
		"so it was not done: “close case 99”"},
	{"1", "#reabrir #3", "#reopen #3", "así que no se hizo: «#reabrir #3»",
		"so it was not done: “#reopen #3”"},
	{"1", "dejar de seguir", "unfollow", "Para terminarlo, responda «cerrar»",
		"To end it, reply “close”"},
	{"1", "#tiempo 2h", "#time 2h", "En este caso no puede anotar tiempo", "You cannot log time"},
	{"4", "Severidad: 9", "Severity: 9", "está en el caso #1 tal como lo escribió",
		"is in case #1 as you wrote it"},
	{"4", "cerrar caso 3", "close case 3", "así que no se hizo", "so it was not done"},
	{"3", "cerrar", "close", "El caso #3 quedó cerrado.", "Case #3 is closed."},
	{"3", "Por favor, cerrar el caso 3", "Please close this ticket, thanks",
		"El caso #3 quedó cerrado.", "Case #3 is closed."},
	{"5", "cerrar", "close", "El caso lo cierra quien lo pidió", "A case is closed by whoever"},
	{"", "caso 2", "case 2", "No encontramos el caso 2 entre los que usted puede ver",
		"We did not find case 2 among those that you may see"},
	{"", "caso 99", "case 99", "No encontramos el caso 99 entre los que usted puede ver",
		"We did not find case 99 among those that you may see"},
	{"", "historial 2", "history 2", "No encontramos el caso 2", "We did not find case 2"},
	{"", "original 99-1", "original 99-1", "No encontramos el caso 99-1",
		"We did not find case 99-1"},
	{"", "buscar desde:31/2/2026", "search since:31/2/2026", "No entendimos la fecha «31/2/2026»",
		"We did not understand the date “31/2/2026”"},
	{"", "buscar estado:raro", "search status:odd", "No conocemos el estado «raro»",
		"We don't know the status “odd”"},
}

// TestCustomersWrongOrdersChangeNothing: the customer hears what is wrong and what would be right,
// in his language, and of another's case no more than of one that there is not; no case changes but
// by the words.
func TestCustomersWrongOrdersChangeNothing(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"es", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := customersDesk(t, language)
			notices := map[string]takenMail{"1": d.about(vCarla, 1), "3": d.about(vCarla, 3),
				"4": d.about(vCarla, 4), "5": d.about(vCarla, 5)}
			for _, c := range customersWrong {
				words, say := c.es, c.sayEs
				if language == "en" {
					words, say = c.en, c.sayEn
				}
				before := d.stands()
				d.next()
				d.clock.Advance(90 * time.Minute)
				if c.to == "" {
					d.says(vCarla, d.box(), words, "")
				} else {
					d.answer(notices[c.to], words)
				}
				told := ""
				for _, m := range d.next() {
					if m.to == vCarla {
						told += strings.Join(strings.Fields(wordsOf(t, m)), " ")
					} else if m.to == vPedro {
						t.Errorf("%q: %s hears of it", words, m.to)
					}
				}
				if !strings.Contains(told, say) || strings.Contains(told, "Ajeno") {
					t.Errorf("%q: no %q in\n%s", words, say, told)
				}
				if after := d.stands(); after != before {
					t.Errorf("%q makes of\n%s\n%s", words, before, after)
				}
			}
		})
	}
}

// customersDesk has cases of Carla's: open, closed and merged; one of a colleague's that she
// follows; and one of somebody else's.
func customersDesk(t *testing.T, language string) *virtualDesk {
	d := catalogued(t, language)
	d.opened(vCarla, "No imprime", "La caja no imprime.")
	d.opened(vPedro, "Ajeno", "De otra empresa.")
	d.opened(vCarla, "Cerrado", "Listo.")
	d.clock.Advance(7 * time.Minute)
	d.settle()
	d.opened(vCarla, "Repetido", "La caja.")
	d.opened("eva@cliente.test", "De Eva", "Otra cosa.")
	d.replies(vAna, 3, "#cerrar")
	d.replies(vAna, 5, "#seguidor "+vCarla)
	d.replies(vAna, 5, "Lo vemos.")
	d.replies("eva@cliente.test", 5, "Sigue igual.")
	d.clock.Advance(7 * time.Minute)
	d.settle()
	d.replies(vAna, 4, "#unir 1")
	return d
}

// stands is how the first cases are, but for when they were last written to.
func (d *virtualDesk) stands() (all string) {
	for n := int64(1); n <= 5; n++ {
		all += d.standing(n) + "\n"
	}
	return all
}
