package templates

import (
	"slices"
	"strings"
	"testing"
)

// asking are the words by which a notice asks for an answer.
var asking = []string{"responda “", "responda «", "responda este", "reply “", "reply to this",
	"answer “",
	"su administrador puede", "your administrator can"}

// TestFootSaysWhatAReplyDoes: every notice to an agent says in one line, once and below its words,
// what a reply to it does and to whom. Those that ask something say in their words what to answer,
// or who can help where an answer can't.
func TestFootSaysWhatAReplyDoes(t *testing.T) {
	s := embeddedSet(t)
	for _, lang := range languages {
		p := s.languages()[lang].phrases
		for _, e := range Samples(lang) {
			if !e.View.ToAgent {
				continue
			}
			m, err := s.Render(e.Kind, lang, e.View)
			if err != nil {
				t.Fatal(err)
			}
			text, found := strings.Join(strings.Fields(m.Text), " "), 0
			for key, foot := range p.Reply {
				before, _, _ := strings.Cut(foot, "{")
				if len(before) > 12 && key != "follower_why" {
					found += strings.Count(text, strings.TrimSpace(before))
				}
			}
			if found == 0 && slices.ContainsFunc(asking, func(w string) bool {
				return strings.Contains(strings.ToLower(text), w)
			}) && (e.Kind == "confirm_agent" || e.Kind == "confirm_orders" ||
				e.Kind == "confirm_password" || e.Kind == "admission") {
				continue
			}
			if found != 1 {
				t.Errorf("%s %s: %d\n%s", lang, e.Name, found, m.Text)
			}
		}
	}
}
