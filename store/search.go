package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words are the words of an item's text and of the names of its attachments, in lower case and each
// once, and the pairs of words that say little: a search finds the item by them. SQLite takes the
// more time over a text the longer it is, and everybody waits for its one writer: so they are best
// made before the transaction.
func Words(text string, attachments []NewAttachment) string {
	var w wordList
	w.add(text)
	for _, a := range attachments {
		w.add(a.Filename)
	}
	return w.list.String()
}

type wordList struct {
	list  strings.Builder
	seen  map[string]spoken
	pairs map[[2]int]bool // that were seen, by the numbers of their words
}

// spoken is a word of a text.
type spoken struct {
	word   string
	number int // from 1
	often  int // see common
}

func (w *wordList) add(text string) {
	if w.seen == nil {
		w.seen, w.pairs = map[string]spoken{}, map[[2]int]bool{}
	}
	var before spoken
	eachWord(text, func(word []byte) {
		this, there := w.seen[string(word)]
		if !there {
			this = spoken{string(word), len(w.seen) + 1, common[string(word)]}
			w.seen[this.word] = this
			w.list.Write(word)
			w.list.WriteByte(' ')
		}
		if before.number > 0 && before.often+this.often >= mostly {
			w.pair(before, this)
		}
		before = this
	})
}

// joint stands before and between the words of a pair; no word has it.
const joint = "\ue000"

// pair adds two words of which one stands behind the other, and which both stand in most mails, or
// one of them even more often: their phrase is found by it, where such a word says little.
func (w *wordList) pair(a, b spoken) {
	if p := [2]int{a.number, b.number}; !w.pairs[p] {
		w.pairs[p] = true
		for _, part := range []string{joint, a.word, joint, b.word, " "} {
			w.list.WriteString(part)
		}
	}
}

// isPair reports whether a word of Words is a pair.
func isPair(word string) bool { return strings.HasPrefix(word, joint) }

// eachWord hands over the words of a text, in lower case and without accents.
func eachWord(text string, f func(word []byte)) {
	word := make([]byte, 0, 64)
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9': // most are
			word = append(word, byte(r))
		case 'A' <= r && r <= 'Z':
			word = append(word, byte(r)+'a'-'A')
		case r >= utf8.RuneSelf && unicode.IsMark(r): // an accent written apart
		case r >= utf8.RuneSelf && !apart(r):
			word = utf8.AppendRune(word, bare(unicode.ToLower(r)))
		case len(word) > 0:
			f(word)
			word = word[:0]
		}
	}
	if len(word) > 0 {
		f(word)
	}
}

// bare is a lower-case letter without its accents.
func bare(r rune) rune {
	if r < 'ß' {
		return r
	}
	if r < latin {
		return bareLatin()[r]
	}
	return undecorated(r)
}

// latin is the end of the letters that western languages are written with: those are looked up.
const latin = 0x250

var bareLatin = sync.OnceValue(func() *[latin]rune {
	table := new([latin]rune)
	for r := range rune(latin) {
		table[r] = undecorated(r)
	}
	return table
})

func undecorated(r rune) rune {
	if d := norm.NFD.Properties(utf8.AppendRune(nil, r)).Decomposition(); d != nil {
		r, _ = utf8.DecodeRune(d)
	}
	return r
}

// apart reports whether r stands between words.
func apart(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// writeIndex writes the search rows of a commit; nothing may be written after it.
func (tx *Tx) writeIndex(ctx context.Context) error {
	if err := tx.writeWords(ctx, tx.index...); err != nil {
		return fmt.Errorf("index items: %w", err)
	}
	return nil
}

// writeWords writes what the search has of items: one statement for all, where that is cheaper.
func (s *statements) writeWords(ctx context.Context, list ...indexed) error {
	var ids []int64
	var texts []string
	for _, x := range list {
		words := Words(x.subject, nil) + x.words + Words(x.author, nil)
		ids, texts = append(ids, x.item), append(texts, s.dialect.words(x.item, words))
	}
	if s.dialect.indexAll != "" && len(list) > 0 {
		return s.write(ctx, s.dialect.indexAll, ids, texts)
	}
	for i, id := range ids {
		if err := s.write(ctx, s.dialect.index, id, texts[i]); err != nil {
			return err
		}
	}
	return nil
}

// minBeginning is how many letters the last word of a query must have to be the beginning of
// others.
const minBeginning = 3

// parsed is a query taken apart: words that must be there, those of phrases too, and phrases whose
// words follow one another, since they stand in quotes. The last word may be the beginning of one.
type parsed struct {
	words, phrases []string
	pairs          []string // of the phrases
	open           bool
}

func parseWords(query string) (p parsed) {
	var w wordList
	last := ""
	for i, part := range strings.Split(query, `"`) {
		w.add(part)
		said := plain(part)
		if list := strings.Fields(said); len(list) > 0 {
			last = list[len(list)-1]
			p.open = i%2 == 0 && utf8.RuneCountInString(last) >= minBeginning
		}
		if i%2 == 1 {
			p.phrases = append(p.phrases, said)
			p.pairs = append(p.pairs, strings.Fields(Words(said, nil))...)
		}
	}
	p.pairs = slices.DeleteFunc(p.pairs, func(w string) bool { return !isPair(w) })
	p.words = slices.DeleteFunc(strings.Fields(w.list.String()),
		func(w string) bool { return w == last || isPair(w) })
	if last != "" { // it stands behind all others
		p.words = append(p.words, last)
	}
	return p
}

// terms are what the index is asked for, and needles what else the texts must have then. A pair has
// its words, and is rarer than they are; and to look for what stands in nearly all items beside
// another word takes the index longer than to read the few items that have that.
func (p parsed) terms() (terms, needles []string) {
	terms, needles = slices.Clone(p.pairs), slices.Clone(p.phrases)
	var left []string
	for i, w := range p.words {
		switch {
		case p.open && i == len(p.words)-1:
			terms = append(terms, w)
		case p.paired(w):
		case common[w] == everywhere:
			left = append(left, w)
		default:
			terms = append(terms, w)
		}
	}
	if len(terms) == 0 { // one of them finds the items
		terms, left = left[:1], left[1:]
	}
	for _, w := range left {
		needles = append(needles, " "+w+" ")
	}
	return terms, needles
}

// paired reports whether a word stands in a pair.
func (p parsed) paired(word string) bool {
	return slices.ContainsFunc(p.pairs, func(pair string) bool {
		a, b, _ := strings.Cut(strings.TrimPrefix(pair, joint), joint)
		return word == a || word == b
	})
}

// needles are what a text has by plain, if it has all words and phrases of the query.
func (p parsed) needles() []string {
	list := slices.Clone(p.phrases)
	for i, w := range p.words {
		if w = " " + w; !p.open || i < len(p.words)-1 {
			w += " "
		}
		list = append(list, w)
	}
	return list
}

// border stands between texts, over which no phrase reaches.
const border = "\x1f"

// holds reports whether each of what is looked for is in one of the texts.
func holds(text string, needles []string) bool {
	if len(needles) == 0 {
		return true
	}
	all := make([]byte, 0, len(text)+64)
	for text := range strings.SplitSeq(text, border) {
		all = append(appendPlain(all, text), border...)
	}
	missing := func(n string) bool { return !bytes.Contains(all, []byte(n)) }
	return !slices.ContainsFunc(needles, missing)
}

// plain is the words of a text one behind the other, in lower case and without accents, with a
// blank around each.
func plain(text string) string { return string(appendPlain(nil, text)) }

func appendPlain(to []byte, text string) []byte {
	to = append(to, ' ')
	eachWord(text, func(word []byte) {
		to = append(to, word...)
		to = append(to, ' ')
	})
	return to
}
