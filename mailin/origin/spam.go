package origin

import (
	"strings"
	"sync"
)

// spamFields are what filters in front write on mail that they take for spam, and the folded
// beginnings of the values that say so. Of several fields of one name the topmost counts: it is the
// nearest filter's.
var spamFields = []struct {
	name  string
	words []string
}{
	{"X-Spam-Flag", []string{"yes", "true", "spam"}},
	{"X-Spam-Status", []string{"yes", "spam"}},
	{"X-Spam", []string{"yes", "true", "spam"}},
	{"X-Rspamd-Action", []string{"add header", "rewrite subject", "reject"}},
	{"X-MS-Exchange-Organization-SCL", []string{"5", "6", "7", "8", "9"}},
	{"X-Barracuda-Spam-Flag", []string{"yes"}},
	{"X-Barracuda-Spam-Status", []string{"yes"}},
	{"X-Bogosity", []string{"spam", "yes"}},
	{"X-DSPAM-Result", []string{"spam", "blacklisted", "blocklisted"}},
	{"X-Assp-Spam", []string{"yes"}},
	{"X-VR-SpamState", []string{"spam"}},
	{"X-KLMS-AntiSpam-Status", []string{"spam", "probable_spam"}},
	{"X-SES-Spam-Verdict", []string{"fail"}},
	{"X-Mailgun-SFlag", []string{"yes"}},
	{"X-MailScanner-SpamCheck", []string{"spam"}},
	{"X-Gm-Spam", []string{"1"}},
	{"X-Yandex-Spam", []string{"4"}},
}

// spamVerdicts are Microsoft's, among the fields of one value (X-Forefront-Antispam-Report).
var spamVerdicts = []string{
	"sfv:spm", "sfv:sks", "sfv:skb",
	"cat:spm", "cat:hspm", "cat:phsh", "cat:hphsh", "cat:malw",
}

// virusFields are what filters write on mail in which they found something harmful.
var virusFields = []struct {
	name  string
	words []string
}{
	{"X-Virus-Status", []string{"infected", "yes", "found"}},
	{"X-Virus", nil}, // the name of what was found
	{"X-Amavis-Alert", []string{"infected"}},
	{"X-ClamAV", []string{"infected", "found"}},
	{"X-KLMS-AntiVirus-Status", []string{"infected"}},
	{"X-SES-Virus-Verdict", []string{"fail"}},
	{"X-MailScanner", []string{"infected", "found to be infected"}},
}

// marks reports whether a field with a value is one of a filter's that says so.
func marks(name, value, field string, words []string) bool {
	if !strings.EqualFold(name, field) || strings.TrimSpace(value) == "" {
		return false
	}
	return words == nil || leading(fold(value), words) != ""
}

// Flagged reads a field that a filter adds: whether it calls the mail spam, or infected.
func Flagged(name, value string) (spam, infected bool) {
	for _, f := range spamFields {
		spam = spam || marks(name, value, f.name, f.words)
	}
	for _, f := range virusFields {
		infected = infected || marks(name, value, f.name, f.words)
	}
	return spam, infected
}

// infected is the field that says so, "" for none.
func (e *evidence) infected() string {
	for _, f := range virusFields {
		if v := e.value(f.name); marks(f.name, v, f.name, f.words) {
			return clip(f.name+": "+v, 200)
		}
	}
	return ""
}

// spam is the field or subject by which a filter in front calls the mail spam, "" for none.
func (e *evidence) spam() string {
	for _, f := range spamFields {
		if v := e.value(f.name); leading(fold(v), f.words) != "" {
			return clip(f.name+": "+v, 200)
		}
	}
	report := ";" + strings.ReplaceAll(fold(e.value("X-Forefront-Antispam-Report")), " ", "")
	for _, v := range spamVerdicts {
		if strings.Contains(report, ";"+v+";") {
			return "X-Forefront-Antispam-Report: " + strings.ToUpper(v)
		}
	}
	if spamSubject(e.subject) {
		return clip("Subject: "+e.Subject, 200)
	}
	return ""
}

// spamSubject reports whether a filter has written before a folded subject: "***SPAM*** …",
// "[Spam?] …", "{posible spam} …". Whoever writes about spam sets no signs on both sides of the
// word; behind a "Re:" it is the mail that is answered.
func spamSubject(subject string) bool {
	const signs = "*[]{}#_-<>()!=~"
	rest := strings.TrimLeft(subject, signs)
	if rest == subject {
		return false
	}
	end := strings.IndexAny(rest, signs)
	if end < 0 || end > 40 {
		return false
	}
	words, _, _ := strings.Cut(rest[:end], ":") // a score
	words = strings.TrimRight(strings.TrimSpace(words), " ?")
	return spamTags()[words]
}

var spamTags = sync.OnceValue(func() map[string]bool {
	tags := map[string]bool{}
	for _, t := range foldAll(
		"spam", "posible spam", "probable spam", "spam detectado", "spam detected",
		"suspected spam", "possible spam", "probably spam", "likely spam", "bulk spam", "junk",
		"junk mail", "correo no deseado", "correo basura",
		"posible correo no deseado", "correo sospechoso", "lixo eletronico", "possivel spam",
		"provavel spam", "suspeita de spam", "phishing", "posible phishing", "suspected phishing",
		"phishing?",
	)() {
		tags[t] = true
	}
	return tags
})
