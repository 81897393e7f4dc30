package mailin

import (
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestForgedAskForNoPassword: what somebody else writes in an agent's or a customer's name has
// nobody told how he gets in, and no password asked about.
func TestForgedAskForNoPassword(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	const guarded = "eva@cuidado.test"
	h.write(func(tx *store.Tx) error {
		if _, err := tx.Customer(t.Context(), guarded, "Eva"); err != nil {
			return err
		}
		return tx.SetPassword(t.Context(), h.by(agent).ID, "hash")
	})
	for _, from := range []string{agent, guarded} {
		for _, words := range []string{"Recuperar contraseña", "can't log in"} {
			told := h.told(func() {
				m := h.file(h.plain(from, box, words, ""), by(forgerServer, "x@mal.test"))
				if m.Outcome == store.OutcomeQuery {
					t.Errorf("%s: %q by somebody else is answered", from, words)
				}
			})
			for _, kind := range []desk.Notice{desk.AnswerNotice, desk.ConfirmPassword} {
				if strings.Contains(told, string(kind)) {
					t.Errorf("%s: %q by somebody else: %s", from, words, told)
				}
			}
		}
	}
	told := h.told(func() {
		h.file(h.plain(agent, box, "Recuperar contraseña", ""), by(ourServer, agent))
	})
	for _, kind := range []desk.Notice{desk.AnswerNotice, desk.ConfirmPassword} {
		if !strings.Contains(told, string(kind)) {
			t.Errorf("by himself: %s", told)
		}
	}
}
