package origin

import (
	"encoding/json"
	"strings"
	"unicode"
)

// judgeReaction: one tap in the client under a mail of ours. A person made it, and no words: it
// opens nothing.
func judgeReaction(e *evidence) (Verdict, bool) {
	r := e.reactionPart()
	if r == "" && e.sender.daemon == "" && !e.sender.null() {
		r = reactionText(e.New)
	}
	if r == "" {
		return Verdict{}, false
	}
	return Verdict{
		Class: AutoReply, Reason: reason("reaction", r), Person: true, Suppress: true, Reaction: r,
	}, true
}

// reactionPart reads Gmail's part for reactions: {"version": 1, "emoji": "👍"}.
func (e *evidence) reactionPart() string {
	for _, p := range e.Parts {
		if p.Type != "text/vnd.google.email-reaction+json" || p.Within != "" {
			continue
		}
		var body struct{ Emoji string }
		if json.Unmarshal(p.Body, &body) != nil || body.Emoji == "" {
			body.Emoji = "👍"
		}
		return clip(strings.ToValidUTF8(body.Emoji, ""), 40)
	}
	return ""
}

// reactionWords are how clients word a reaction, folded: Outlook and Gmail name who reacted before
// them and the mail behind them, Apple's tapbacks begin with them and go on with the words in
// quotes.
var (
	reactionWords = foldAll(
		"reacted to your message", "reacted to your email", "reacted to your mail",
		"reacted via gmail", "reaccionó a su mensaje", "reaccionó a tu mensaje",
		"ha reaccionado a su mensaje", "ha reaccionado a tu mensaje",
		"reaccionó a su correo", "reaccionó a tu correo", "ha reaccionado a tu correo",
		"ha reaccionado a su correo", "reaccionó a través de gmail",
		"ha reaccionado a través de gmail", "ha reaccionado con gmail",
		"reaccionó mediante gmail", "ha reaccionado mediante gmail", "reagiu à sua mensagem",
		"reagiu a sua mensagem", "reagiu ao seu e-mail", "reagiu ao seu email",
		"reagiu pelo gmail", "reagiu via gmail",
	)
	tapbacks = map[string]string{ // folded, before a quote that is all the rest
		"liked": "👍", "loved": "❤️", "disliked": "👎", "laughed at": "😂",
		"emphasized": "‼️",
		"emphasised": "‼️", "questioned": "❓", "le gusto": "👍", "me gusto": "👍",
		"le gusta":   "👍",
		"le encanto": "❤️", "me encanto": "❤️", "no le gusto": "👎", "le dio risa": "😂",
		"se rio de": "😂", "enfatizo": "‼️", "puso en duda": "❓", "cuestiono": "❓",
		"gostou de": "👍", "adorou": "❤️", "amou": "❤️", "nao gostou de": "👎",
		"riu de":    "😂",
		"riu-se de": "😂",
	}
)

// reactionText is the sign of a text that is nothing but a reaction, "" for any other.
func reactionText(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 2000 {
		return ""
	}
	first, rest, _ := strings.Cut(text, "\n")
	folded := fold(first)
	if w := containing(folded, reactionWords()); w != "" && len(first) < 200 {
		after := strings.Trim(folded[strings.Index(folded, w)+len(w):], " :.!")
		if after == "" || signOnly(after) != "" {
			return firstSign(first + " " + rest)
		}
		return ""
	}
	return tapback(fold(text))
}

// tapback reads "le gusto "…"" and "reacciono con 😀 a "…"", of which the quote ends the
// text.
func tapback(folded string) string {
	verb, quote, ok := strings.Cut(folded, ` "`)
	if !ok || !strings.HasSuffix(quote, `"`) || strings.Count(quote, `"`) != 1 {
		return ""
	}
	for _, who := range []string{"", "a "} { // "A Ana le gustó "…""
		if name := strings.TrimPrefix(verb, who); who == "" || name != verb {
			for w, sign := range tapbacks {
				before, ok := strings.CutSuffix(name, w)
				named := who != "" && strings.HasSuffix(before, " ") &&
					len(strings.Fields(before)) < 4
				if ok && (before == "" || named) {
					return sign
				}
			}
		}
	}
	return reacted(verb)
}

// reacted reads "reacciono con 😀".
func reacted(verb string) string {
	for _, w := range []string{"reacted ", "reacciono con ", "reacciono ", "reagiu com "} {
		if sign, ok := strings.CutPrefix(verb, w); ok {
			sign, _, _ = strings.Cut(sign, " ")
			return signOnly(sign)
		}
	}
	return ""
}

// firstSign is the first pictograph of a text, 👍 where the text shows none: it may have been a
// picture.
func firstSign(text string) string {
	for _, word := range strings.Fields(text) {
		if s := signOnly(word); s != "" {
			return s
		}
	}
	return "👍"
}

// typed are signs as people type them.
var typed = map[string]bool{
	"+1": true, ":+1:": true, ":thumbsup:": true, "(y)": true, "(like)": true,
	":)": true, ":-)": true, ";)": true,
}

const longestTyped = 20 // above the bytes of each

// signOnly returns text if it is nothing but a few pictographs or one typed sign, else "".
func signOnly(text string) string {
	text = strings.TrimSpace(text)
	if len(text) < longestTyped && typed[strings.ToLower(text)] {
		return text
	}
	signs := 0
	for _, r := range text {
		switch {
		case pictograph(r):
			signs++
		// joiner, variant, skin
		case r == 0x200d, r >= 0xfe00 && r <= 0xfe0f, r >= 0x1f3fb && r <= 0x1f3ff,
			unicode.IsSpace(r):
		default:
			return ""
		}
	}
	if signs == 0 || signs > 8 {
		return ""
	}
	return text
}

// pictograph reports whether r is a picture and no letter, digit or mark that text is made of.
func pictograph(r rune) bool {
	skin := r >= 0x1f3fb && r <= 0x1f3ff
	return r >= 0x1f300 && r <= 0x1faff && !skin ||
		r >= 0x2600 && r <= 0x27bf || r == 0x203c || r == 0x2049
}
