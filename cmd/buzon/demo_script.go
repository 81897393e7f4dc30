package main

import (
	"embed"

	"buzon/store"
)

// demoFiles are the mails of the story, each a template of what the client sends, and how clients
// quote.
//
//go:embed demo
var demoFiles embed.FS

// scene is one mail of the story and what must become of it.
type scene struct {
	What     string
	File     string
	From     string // of the envelope; "" is the null sender
	Answers  string // whose mail is answered, the newest that he got about Ticket
	Ticket   int64
	Plain    bool // the client ignores the Reply-To, and with it the signed address
	Rule     string
	Outcome  store.Outcome
	Case     string
	Text     string   // what must be read as the sender's own words
	Internal bool     // no customer may ever read Text
	Tells    []string // kind and address of each mail that it causes, an agent's receipt aside
}

// demoBox is the mailbox of the embedded defaults.
const demoBox = "soporte@ejemplo.test"

// story is what is played, in this order.
var story = []scene{
	{What: "new case, with a screenshot", File: "01-factura", From: "carla@molinos.test",
		Rule: "23", Outcome: store.OutcomeTicket, Case: "1-1",
		Tells: []string{"ack carla@molinos.test", "new_ticket ana@ejemplo.test",
			"new_ticket luis@ejemplo.test"}},
	{What: "new case, in English", File: "02-export", From: "emma@harbor.test",
		Rule: "23", Outcome: store.OutcomeTicket, Case: "2-1",
		Tells: []string{"ack emma@harbor.test", "new_ticket ana@ejemplo.test",
			"new_ticket luis@ejemplo.test"}},
	{What: "Producción Caída, badly encoded", File: "03-caida", From: "jorge@transportes.test",
		Rule: "23", Outcome: store.OutcomeTicket, Case: "3-1",
		Text: "No podemos facturar desde las 9:00 en ninguna sucursal. Al entrar dice “conexión " +
			"rechazada”.\nHay camiones esperando la guía para salir.\n\nJorge Quispe\nInterno 214",
		Tells: []string{"ack_production_down jorge@transportes.test",
			"production_down guardia@ejemplo.test", "new_ticket ana@ejemplo.test",
			"new_ticket luis@ejemplo.test"}},
	{What: "Ana takes it", File: "04-tomar", From: "ana@ejemplo.test", Answers: "ana@ejemplo.test",
		Ticket: 3,
		Rule:   "8", Outcome: store.OutcomeItem, Case: "3-2",
		Tells: []string{"taken jorge@transportes.test", "taken guardia@ejemplo.test"}},
	{What: "Luis answers Carla", File: "05-respuesta", From: "luis@ejemplo.test",
		Answers: "luis@ejemplo.test", Ticket: 1,
		Rule: "8", Outcome: store.OutcomeItem, Case: "1-2",
		Tells: []string{"item carla@molinos.test"}},
	{What: "Carla replies in Gmail", File: "06-gmail", From: "carla@molinos.test",
		Answers: "carla@molinos.test", Ticket: 1,
		Rule: "13", Outcome: store.OutcomeItem, Case: "1-3",
		Text:  "Ahora imprime, pero sale cortado el CUIT a la derecha. ¿Es por el talonario nuevo?",
		Tells: []string{"item luis@ejemplo.test"}},
	{What: "the same mail, delivered again", File: "06-gmail", From: "carla@molinos.test",
		Rule: "5", Outcome: store.OutcomeDuplicate, Case: "1-3"},
	{What: "Outlook keeps only the number", File: "07-outlook", From: "jorge@transportes.test",
		Plain: true, Answers: "jorge@transportes.test", Ticket: 3,
		Rule: "13", Outcome: store.OutcomeItem, Case: "3-3",
		Text: "Gracias. Un dato más: el servidor de facturación se reinició solo a las 8:50, por " +
			"una actualización.",
		Tells: []string{"item ana@ejemplo.test"}},
	{What: "Ana asks for information", File: "08-pedir-info", From: "ana@ejemplo.test",
		Answers: "ana@ejemplo.test", Ticket: 2,
		Rule: "8", Outcome: store.OutcomeItem, Case: "2-2",
		Tells: []string{"info_request emma@harbor.test"}},
	{What: "Emma fills in the form", File: "09-formulario", From: "emma@harbor.test",
		Answers: "emma@harbor.test", Ticket: 2,
		Rule: "13", Outcome: store.OutcomeItem, Case: "2-3",
		Text: "Of course, please see below.\nDate and time: Tuesday, about 16:30\nComputer or " +
			"user: eclarke, on the laptop of the meeting room\n" +
			"What you expected to happen: all 214 rows, as on the screen",
		Tells: []string{"item ana@ejemplo.test"}},
	{What: "a note between agents", File: "10-nota", From: "ana@ejemplo.test",
		Answers: "ana@ejemplo.test", Ticket: 1,
		Rule: "8", Outcome: store.OutcomeItem, Case: "1-4", Internal: true,
		Text: "Luis: con el talonario nuevo cambió el margen. En la 4.2 ya nos pasó con otros " +
			"dos clientes, conviene avisar a desarrollo antes de tocar la impresora.",
		Tells: []string{"note luis@ejemplo.test"}},
	{What: "Ana resolves Producción Caída", File: "11-resuelto", From: "ana@ejemplo.test",
		Answers: "ana@ejemplo.test", Ticket: 3,
		Rule: "8", Outcome: store.OutcomeItem, Case: "3-4",
		Tells: []string{"resolved jorge@transportes.test"}},
	{What: "Jorge is out of the office", File: "12-ausencia", From: "",
		Answers: "jorge@transportes.test", Ticket: 3,
		Rule: "6", Outcome: store.OutcomeAutomatic, Case: "3-5"},
	{What: "a stranger names a case", File: "13-extrano", From: "pablo@consultora.test",
		Rule: "21", Outcome: store.OutcomeTicket, Case: "4-1",
		Tells: []string{"ack pablo@consultora.test", "new_ticket ana@ejemplo.test",
			"new_ticket luis@ejemplo.test"}},
	{What: "Luis forwards Marta's mail", File: "14-reenvio", From: "luis@ejemplo.test",
		Rule: "10", Outcome: store.OutcomeTicket, Case: "5-1",
		Tells: []string{"opened_for_you marta@bodega.test", "new_ticket luis@ejemplo.test",
			"new_ticket ana@ejemplo.test",
			"note ana@ejemplo.test"}},
	{What: "Ana answers, and it is resolved", File: "15-resuelto", From: "ana@ejemplo.test",
		Answers: "ana@ejemplo.test", Ticket: 5,
		Rule: "8", Outcome: store.OutcomeItem, Case: "5-3",
		Tells: []string{"resolved marta@bodega.test"}},
	{What: "Marta confirms, from her phone", File: "16-testing-ok", From: "marta@bodega.test",
		Answers: "marta@bodega.test", Ticket: 5,
		Rule: "13", Outcome: store.OutcomeItem, Case: "5-4",
		Tells: []string{"closed marta@bodega.test", "closed ana@ejemplo.test"}},
	{What: "Marta replies to the closed case", File: "17-cerrado", From: "marta@bodega.test",
		Answers: "marta@bodega.test", Ticket: 5,
		Rule: "13", Outcome: store.OutcomeTicket, Case: "6-1",
		Text:  "Sofía entra bien, pero no ve el depósito de Luján. ¿Se lo pueden agregar?",
		Tells: []string{"new_number marta@bodega.test", "new_ticket ana@ejemplo.test"}},
	{What: "Carla presses «Cerrar»", File: "18-boton", From: "carla@molinos.test",
		Answers: "carla@molinos.test", Ticket: 1,
		Rule: "13", Outcome: store.OutcomeItem, Case: "1-5",
		Tells: []string{"closed carla@molinos.test", "closed luis@ejemplo.test"}},
	{What: "a scanner's mail without From", File: "19-sin-remitente", From: "escaner@oficina.test",
		Rule: "25", Outcome: store.OutcomeQuarantine,
		Tells: []string{"unfiled ana@ejemplo.test", "unfiled luis@ejemplo.test"}},
}
