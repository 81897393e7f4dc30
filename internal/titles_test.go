package internal

import (
	"os"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"buzon/store/desk"
)

// TestNoTitleAsks: the subject of an answer is no query, or a responder that sends it back would ask
// on for ever.
func TestNoTitleAsks(t *testing.T) {
	list := desk.Shipped()
	for i := range list {
		list[i].ID = int64(i + 1)
	}
	c := desk.NewCatalogue(list)
	for _, language := range []string{"es", "en"} {
		raw, err := os.ReadFile("../templates/" + language + "/phrases.toml")
		if err != nil {
			t.Fatal(err)
		}
		var phrases struct{ Answer map[string]string }
		if err := toml.Unmarshal(raw, &phrases); err != nil {
			t.Fatal(err)
		}
		titles := 0
		for _, topic := range []desk.Topic{desk.MyCases, desk.CompanyCases, desk.ProjectCases,
			desk.AllCases, desk.Search, desk.Case, desk.History, desk.Original, desk.File,
			desk.MyData, desk.Access, desk.Help, desk.Panel, desk.Card, desk.CannedList,
			desk.PendingItems, desk.Overdue, desk.Digest} {
			for _, suffix := range []string{"", "_all", "_unnamed", "_unnamed_all"} {
				title, ok := phrases.Answer[string(topic)+suffix]
				if !ok {
					continue
				}
				titles++
				for _, of := range []string{"abiertos", "Alfa, cerrados", "open", "Alfa: closed",
					"Alfa", "carla@cliente.test", "caso 12"} {
					subject := strings.ReplaceAll(title, "{of}", of)
					if q, ok := desk.ReadQuery(c, subject, true); ok {
						t.Errorf("%q asks %+v", subject, q)
					}
				}
			}
		}
		if titles < 20 {
			t.Errorf("%s has %d titles", language, titles)
		}
	}
}
