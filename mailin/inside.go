package mailin

import (
	"context"
	"maps"
	"strings"
	"unicode"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// Words between agents leave by a quote that a client has not marked, or by a file that went along
// with it. What an agent sends to a customer is therefore held against what stands inside: the same
// words in a row, unless the customer's side knows them from elsewhere.

// repeated is how many words in a row are the same for no other reason than that they were copied.
const repeated = 5

// repeats reports whether the words or files that are to go out are among those that stay inside.
// Whose own is set may have said them himself: he sends on his own note.
func (f *filing) repeats(ctx context.Context, text string, own bool) (bool, error) {
	if f.ownNotice {
		return true, nil
	}
	inside, said := map[string]bool{}, map[string]bool{}
	again, err := f.again(ctx)
	if err != nil {
		return false, err
	}
	err = f.tx.EachItem(ctx, f.ticket.Number, desk.Internal, func(it desk.Item) {
		mine := own || it.State == desk.Pending || it.Number == again
		his := it.Author.ID == f.person.ID && mine
		kept := it.State == desk.Held || it.State == desk.Cancelled
		if it.Type != desk.Automatic && !kept && !it.Orders && !his {
			telling(it.Text, inside)
		}
	})
	if err != nil {
		return false, err
	}
	if len(inside) > 0 {
		eachRun(text, func(run string) { said[run] = inside[run] || said[run] })
	}
	maps.DeleteFunc(said, func(_ string, is bool) bool { return !is })
	if len(said) > 0 {
		err = f.tx.EachItem(ctx, f.ticket.Number, desk.Public, func(it desk.Item) {
			eachRun(it.Text, func(run string) { delete(said, run) })
		})
	}
	if err != nil || len(said) > 0 {
		return len(said) > 0, err
	}
	return f.sharesFile(ctx, again)
}

// again is the item that was kept as a note because its way proved too little, when the mail
// answers the notice that says so: he sends the same words once more, as he was told to; 0 for
// none.
func (f *filing) again(ctx context.Context) (int64, error) {
	number := f.answeredItem()
	if number == 0 {
		return 0, nil
	}
	it, err := store.Optional(f.tx.Item(ctx, f.ticket.Number, number))
	if err != nil {
		return 0, err
	}
	m, err := store.Optional(f.tx.Mail(ctx, it.Mail))
	if err != nil || it.Author.ID != f.person.ID {
		return 0, err
	}
	proof, evidence := Proof(m.Proof), threading.Evidence(m.Evidence)
	if was := decide(AgentSender, proof, evidence, f.o.AgentProof); was.Action != AgentNote {
		return 0, nil
	}
	return number, nil
}

// sharesFile reports whether a file that is to go out has come by a note only.
func (f *filing) sharesFile(ctx context.Context, again int64) (bool, error) {
	for _, a := range f.attachments {
		if a.Ornament { // his signature's, in his notes as in his answers
			continue
		}
		inside, err := f.tx.OnlyInside(ctx, f.ticket.Number, a.SHA256, f.person.ID, again)
		if err != nil || inside {
			return inside, err
		}
	}
	return false, nil
}

// telling adds the runs of words by which a copy of a text is known: of a short one all its words,
// and of a very short one, which anybody might say, only that they stand alone on a line. Thanks
// are everybody's.
func telling(text string, into map[string]bool) {
	words := strings.FieldsFunc(desk.Fold(text), notInWord)
	switch short := strings.Join(words, " "); {
	case len(words) >= repeated:
		for i := range len(words) - repeated + 1 {
			into[strings.Join(words[i:i+repeated], " ")] = true
		}
	case command.Thanks(text) || len(short) < 4:
	case len(words) > 2 || strings.ContainsFunc(short, unicode.IsNumber):
		into[short] = true
	default:
		into[short+"\n"] = true
	}
}

// eachRun hands over every run of words in a text that telling could have named.
func eachRun(text string, f func(run string)) {
	var last []string
	for line := range strings.Lines(text) {
		words := strings.FieldsFunc(desk.Fold(line), notInWord)
		f(strings.Join(words, " ") + "\n")
		for _, w := range words {
			last = append(last, w)
			last = last[max(0, len(last)-repeated):]
			for n := range last {
				f(strings.Join(last[n:], " "))
			}
		}
	}
}

func notInWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }
