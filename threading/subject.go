package threading

import (
	"strings"
	"sync"
	"unicode"

	"buzon/store/desk"
)

// replyPrefixes are what mail clients put before the subject of a reply or forward, as desk.Fold
// spells them.
var replyPrefixes = wordSet(
	"re r resp fw fwd forward forwarded", // English
	// Spanish, Portuguese
	"rv rta respuesta reenv reenviado reenvio res enc resposta encaminhado encam",
	// French, Italian
	"tr réponse transféré rif i inoltra inoltrato risposta",
	"aw antw antwort wg weitergeleitet doorst antwoord", // German, Dutch
	// Nordic, Indonesian, Turkish, Lithuanian
	"sv vs vb vl bls trs ynt ilt i̇lt ats",
	// Polish, Czech, Hungarian, Romanian
	"odp pd odpověď předáno vá tov válasz továbbítás răs răspuns",
	// Greek, Russian, Ukrainian
	"απ σχετ πρθ отв ответ на пер переслано відп",
	// Chinese, Japanese, Korean, Hebrew, Arabic
	"回复 答复 回覆 答覆 转发 轉寄 轉發 回信 返信 転送 답장 회신 전달 תשובה השב הועבר רד رد",
)

func wordSet(lines ...string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, line := range lines {
			for word := range strings.FieldsSeq(line) {
				set[desk.Fold(word)] = true
			}
		}
		return set
	})
}

// CleanSubject returns the subject without reply and forward prefixes, however many and in whatever
// language, and without our tag, [Caso #123], wherever it stands. It keeps everything else.
func CleanSubject(subject, tag string) string {
	for {
		subject = strings.TrimLeftFunc(subject, isPadding)
		rest := cutPrefix(cutTag(subject, tag))
		if len(rest) == len(subject) {
			break
		}
		subject = rest
	}
	return strings.TrimFunc(withoutTags(subject, tag), isPadding)
}

// WithoutPrefixes returns the subject without reply and forward prefixes.
func WithoutPrefixes(subject string) string {
	for {
		subject = strings.TrimFunc(subject, isPadding)
		rest := cutPrefix(subject)
		if len(rest) == len(subject) {
			return subject
		}
		subject = rest
	}
}

// isPadding tells what may stand before a prefix unseen: blanks and direction marks.
func isPadding(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// longestPrefix bounds a reply prefix, in octets: the word, a counter, blanks.
const longestPrefix = 48

// cutPrefix takes one prefix off: "Re:", "RE[2]:", "Fwd (3) :", "答复：".
func cutPrefix(s string) string {
	head := s[:min(len(s), longestPrefix)]
	colon := strings.IndexAny(head, ":：")
	if colon < 0 {
		return s
	}
	word := strings.TrimFunc(head[:colon], isPadding)
	if i := strings.IndexAny(word, "[(^*"); i > 0 && isNumber(strings.Trim(word[i:], "[](){}^* ")) {
		word = strings.TrimFunc(word[:i], isPadding)
	}
	if !replyPrefixes()[desk.Fold(word)] {
		return s
	}
	if strings.HasPrefix(s[colon:], ":") {
		return s[colon+1:]
	}
	return s[colon+len("："):]
}

// cutTag takes our tag off the beginning of s.
func cutTag(s, tag string) string {
	if end := tagEnd(s, tag); end > 0 {
		return s[end:]
	}
	return s
}

// withoutTags takes our tag out of the middle, with the blanks before it.
func withoutTags(s, tag string) string {
	kept := &strings.Builder{}
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			kept.WriteString(s)
			return kept.String()
		}
		if end := tagEnd(s[open:], tag); end > 0 {
			kept.WriteString(strings.TrimRightFunc(s[:open], isBlank))
			s = s[open+end:]
			continue
		}
		kept.WriteString(s[:open+1])
		s = s[open+1:]
	}
}

// longestTag bounds a tag in octets.
const longestTag = 128

// tagEnd returns where the tag ends with which s begins, or 0.
func tagEnd(s, tag string) int {
	if !strings.HasPrefix(s, "[") {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), longestTag)], ']')
	if end < 0 {
		return 0
	}
	inside := strings.TrimRightFunc(lowerASCII(s[1:end]), isBlank)
	before := strings.TrimRight(inside, "0123456789")
	word, _ := cutNumberWords(before)
	digits := len(inside) - len(before)
	if digits < 1 || digits > 9 || !isTag(strings.TrimLeftFunc(word, isBlank), tag) {
		return 0
	}
	return end + 1
}

// isTag reports whether a word is that of our tag: the mailbox's, or where it has none those of the
// languages that come with buzon.
func isTag(word, tag string) bool {
	return word == tagWord(tag) || tag == "" && word == englishTag
}
