package mailout

import (
	"context"
	"testing"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

const printer = "Buenos días,\n\ndesde ayer la factura sale en blanco en la impresora de caja. " +
	"Probé con otra y pasa lo mismo.\n\n  Error 0x1F   en caja-2\n\nGracias,\nCarla"
const answer = "Hola, Carla:\n\nencontramos la causa: el controlador quedó en «pausa». Reinicie " +
	"el equipo y pruebe otra vez.\n\nSaludos,\nAna"

// TestGolden shows each kind of mail as it leaves; read a change there before you accept it (go
// test -update).
func TestGolden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva := h.person(desk.Person{Name: "Eva Smith", Addresses: []string{"eva@client.test"},
		Role: desk.Customer, Language: "en"})
	ticket := h.ticket()
	first := h.item(desk.Item{Ticket: ticket.Number, Type: "problem", Author: h.carla,
		Text: printer, MessageID: "x1@cliente.test"},
		attachment{"captura.png", "image/png", []byte("\x89PNG\r\n\x1a\n")},
		attachment{"registro año.txt", "text/plain", []byte("línea 1\nlínea 2\n")})
	h.golden("ack-welcome", h.owe(desk.Ack, first, h.carla,
		store.Details{Welcome: true, EchoSender: true, Author: h.carla.ID}))
	h.golden("ack-stranger", h.owe(desk.Ack, first, h.carla, store.Details{Author: h.carla.ID}))
	h.golden("new-ticket", h.owe(desk.NewTicket, first, h.ana))
	reply := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana, Text: answer,
		MessageID: "y1@ejemplo.test"})
	h.golden("answer", h.owe(desk.ItemNotice, reply, h.carla))
	more := h.item(desk.Item{Ticket: ticket.Number, Type: desk.MoreInformation, Author: h.carla,
		Text: "Ya reinicié y sigue igual.", MessageID: "x2@cliente.test"})
	h.golden("item-to-agent", h.owe(desk.ItemNotice, more, h.ana))
	ask := h.item(desk.Item{Ticket: ticket.Number, Type: desk.InfoRequest, Author: h.ana,
		Text: "¿En qué equipo pasa?"})
	h.golden("info-request", h.owe(desk.InfoRequestNotice, ask, h.carla))
	note := h.item(desk.Item{Ticket: ticket.Number, Type: desk.Note, Author: h.ana,
		Visibility: desk.Internal, Text: "Es la misma falla del lunes."})
	h.golden("note", h.owe(desk.NoteNotice, note, h.luis))
	done := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana,
		Text: "Cambiamos el controlador."})
	h.golden("resolved", h.owe(desk.ResolvedNotice, done, h.carla))
	h.golden("undelivered", h.owe(desk.Undelivered, done, h.ana,
		store.Details{Reason: "refused", Failed: "carla@cliente.test",
			Diagnostic: "550 5.1.1 User unknown", Author: h.ana.ID}))
	ok := h.item(desk.Item{Ticket: ticket.Number, Type: desk.TestingOK, Author: h.carla,
		Text: "testing ok"})
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Follow(ctx, ticket.Number,
			h.pepe.ID)
	})
	h.golden("closed", h.owe(desk.ClosedNotice, ok, h.pepe))

	down := h.ticket(func(t *desk.Ticket) {
		t.Subject, t.Severity, t.ProductionDown = "Producción caída: no factura", 1, true
	})
	cry := h.item(desk.Item{Ticket: down.Number, Type: "incident", Author: h.carla,
		Text: "No podemos facturar desde las 9:00.", MessageID: "x3@cliente.test"})
	h.golden("ack-production-down", h.owe(desk.AckProductionDown, cry, h.carla))
	h.golden("production-down", h.owe(desk.ProductionDown, cry, h.luis))
	again := h.ticket(func(t *desk.Ticket) { t.Requester = eva; t.Subject = "Invoice is blank" })
	said := h.item(desk.Item{Ticket: again.Number, Type: "problem", Author: eva,
		Text: "It happens again.", MessageID: "z1@client.test"})
	h.golden("new-number-en", h.owe(desk.NewNumber, said, eva,
		store.Details{Old: ticket.Number, EchoSender: true, Author: eva.ID}))
	h.golden("unfiled", h.unfiled())
}

func (h *house) golden(name string, o store.Outgoing) {
	h.t.Helper()
	raw, _ := h.render(o)
	mailtest.Golden(h.t, name+".eml", raw)
}

// unfiled is the notice of a mail that is in quarantine.
func (h *house) unfiled() store.Outgoing {
	h.t.Helper()
	ctx := context.Background()
	spool := h.store.NewSpool()
	defer spool.Close()
	spool.Write([]byte("Subject: Factura\r\n\r\n"))
	id, err := h.store.Receive(ctx,
		store.Envelope{From: "carla@cliente.test", Received: h.clock.Now()}, spool)
	h.must(err)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Settle(ctx, id, store.Verdict{Sender: "carla@cliente.test", Subject: "Factura",
			Outcome: store.OutcomeQuarantine, Error: "read mail: time is up"})
		return err
	})
	o := store.Outgoing{Kind: desk.Unfiled, Mail: id, Person: h.luis.ID, Address: h.luis.Address(),
		Mailbox: "soporte@ejemplo.test", Details: store.Details{Reason: "attempts"}}
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		o.ID, err = tx.Owe(ctx, o)
		return err
	})
	return h.row(o.ID)
}
