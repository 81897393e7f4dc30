package main

import (
	"testing"
	"time"
)

// TestForgetEverywhere: nothing of a person is left in the data directory, whichever way it came
// there: a copy of somebody else's mail, a case that she followed, a batch's transcript, searches,
// a digest that has not gone yet, an answer that is held, a rating, a mail that came back, data
// that she was to confirm, the CSM's question.
func TestForgetEverywhere(t *testing.T) {
	t.Parallel()
	d := withSponsor(t, "ejemplo.test", "es", asking)
	d.speaks("es", vAna, vLuis)
	const eva, second = "eva@cliente.test", "carla@casa.test"
	d.setsPeace(vLuis, "mis datos", "Resumen: a las 18")
	d.opened("Carla Zabalegui <"+vCarla+">", "Zanahoria rota",
		"La zanahoriadora no anda.\r\n\r\nCarla Zabalegui\r\nTel. 555-1234") // Eva is asked
	d.answers(eva, d.last(eva), "apruebo") // or she sees no case of another's
	n := int64(2)
	d.says(eva, d.box(), "Otra de Eva", "Carla Zabalegui lo vio.", "Cc: Carla Zabalegui <"+vCarla+">")
	d.replies(vAna, 3, "#seguidor "+vCarla)
	d.replies(vAna, 3, "Pregunte a Carla por lo suyo.")
	d.replies(vCarla, 3, "Yo también vi el remolachazo.")
	d.answers(vCarla, d.last(vCarla), "mis datos")
	d.says(vCarla, d.box(), "mis datos",
		"Agregar dirección: "+second+"\r\nNombre: Carla Zabalegui Rábano")
	d.answers(vCarla, d.last(vCarla), "sí")
	d.answers(second, d.last(second), "sí")
	d.clock.Advance(time.Hour)
	d.says(second, d.box(), "Puerro seco", "Desde mi otra dirección: el puerrazo.")
	d.proven(vAna, vControl, "control", "2: #etiqueta +vip #nota Hablar con Carla al 555-1234\r\n"+
		"3: #avance 20\r\n99: #nota Rábano de Carla")
	d.proven(vAna, d.box(), "buscar vip", "")
	d.proven(vAna, d.box(), "ficha "+vCarla, "")
	d.proven(vAna, d.box(), "#buscar Carla Zabalegui", "")
	d.replies(vAna, n, "#espera mañana\r\nEsperamos la pieza, Carla.")
	d.replies(vAna, n, "#cerar\r\nCarla, ya está lo suyo.")
	d.replies(vAna, n, "#vista\r\nCarla, mire otra vez.")
	d.says(vCarla, "soporte@ejemplo.test", "[Caso #1] El primero", "Pendiente: la berenjena.")
	bounce := d.about(vCarla, n)
	d.take("", bounce.bounces, "From: MAILER-DAEMON@cliente.test\r\nTo: "+bounce.bounces+
		"\r\nSubject: Undelivered\r\nMessage-ID: <b1@cliente.test>\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n"+
		"No "+vCarla+"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; cliente.test\r\n\r\nFinal-Recipient: rfc822; "+vCarla+
		"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"+
		string(bounce.raw)+"\r\n--b--\r\n")
	d.settle()
	d.replies(vAna, n, "#cerrar")
	d.answers(vCarla, d.about(vCarla, n), "2\r\nTardaron, dijo el rabanito.")
	d.settle()
	p := d.person(vCarla)
	if len(p.Addresses) != 2 {
		t.Errorf("she has %v", p.Addresses)
	}
	secrets := secretsOf([]string{"carla@", "carla", "zabalegui", "rábano", "zanahoria",
		"remolachazo", "puerr", "555-1234", "berenjena", "rabanito", second})
	if found := holders(t, d.config.DataDir, secrets); len(found) < 10 {
		t.Fatal("the test does not find what is there: ", found)
	}
	must(d.store.Forget(t.Context(), p))(t)
	for _, found := range holders(t, d.config.DataDir, secrets) {
		t.Error(found)
	}
	d.at("18:30")
	for _, found := range holders(t, d.config.DataDir, secrets) {
		t.Error("afterwards ", found)
	}
}
