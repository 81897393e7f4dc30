package reply

import (
	"slices"
	"strings"
	"sync"
)

// words is what mail clients and people write in one language. All lower case.
//
// In the phrases of mobile a "…" stands for the device or program. notice.go
// says how much the phrases of legal notices prove.
type words struct {
	code string // ISO 639-1

	from, date, to, cc, subject, replyTo []string // names of header lines

	starts []string // first words of an attribution: "on", "el"
	wrote  []string // what makes it one: "wrote", "escribió"

	original  []string // title of a quoted mail: "original message"
	forwarded []string // title of a forwarded mail: "begin forwarded message"

	mobile      []string // "sent from my …", or a whole line
	notices     []string // headings of legal notices: "confidentiality notice"
	misdirected []string // what only such notices say: "received this message in error"
	legal       []string // what they say among other things: "intended recipient"

	// outside is a gateway's warning: heading, "…", what it says: "caution…originated outside"
	outside []string

	below []string // "my answers below": the sender writes inside the quote

	signOffs []string // "kind regards": what stands above the sender's name

	stop    []string // the commonest short words, for Language
	letters string   // letters that its neighbours do not have
}

// field is the meaning of a header line.
type field uint8

const (
	noField field = iota
	fieldFrom
	fieldDate
	fieldTo
	fieldCc
	fieldSubject
	fieldReplyTo
	fieldOther // importance, attachments: only below other header lines
)

// languages holds all tables; the order decides ties in Language.
var languages = append(append(append([]words{}, romance...), germanic...), others...)

// lexicon is the tables turned round for look-up. It is built once, read only.
var lexicon = sync.OnceValue(buildLexicon)

type lookup struct {
	fields    map[string]field
	starts    map[string]bool
	openings  phrases // starts of several words
	wrote     phrases
	verbs     map[string]bool     // all words of wrote
	wroteCJK  []string            // scripts without blanks between words
	titles    map[string]Kind     // title of a quoted or forwarded mail
	mobile    map[[4]byte][]affix // by the first bytes of the prefix
	outside   []affix             // heading and text of a gateway's warning
	mobileEnd []affix             // those with a shorter prefix or none
	slogans   map[string]bool     // those that are the whole line
	// how any of them begins, and how those of mobileEnd end
	mobileHeads map[[4]byte]bool
	mobileLasts map[[2]byte]bool
	notices     phrases
	misdirected phrases
	legal       phrases
	below       phrases
	signOffs    map[string]bool
	stop        map[string][]int // word -> places in languages
	letters     map[rune]int     // letter -> place of the language that has it to itself
	longField   int              // bytes of the longest header name
}

// phrases finds any of many phrases at the beginnings of the words of a text, in
// one pass: they are kept by their first bytes.
type phrases map[[4]byte][]string

func (p *phrases) add(list ...string) {
	if *p == nil {
		*p = phrases{}
	}
	for _, s := range list {
		if key := [4]byte([]byte(s[:4])); !slices.Contains((*p)[key], s) { // languages share some
			(*p)[key] = append((*p)[key], s)
		}
	}
}

// find calls accept for each phrase in t, with its offset, until it says true.
func (p phrases) find(t string, accept func(phrase string, at int) bool) bool {
	for i := 0; i+4 <= len(t); i++ {
		if (i == 0 || wordEnd(t[i-1])) && p.at(t, i, accept) {
			return true
		}
	}
	return false
}

// at is find for the phrases at one offset.
func (p phrases) at(t string, i int, accept func(phrase string, at int) bool) bool {
	if i+4 > len(t) {
		return false
	}
	for _, s := range p[[4]byte{t[i], t[i+1], t[i+2], t[i+3]}] {
		if strings.HasPrefix(t[i:], s) && accept(s, i) {
			return true
		}
	}
	return false
}

// wordEnd reports an ASCII byte that is neither letter nor digit.
func wordEnd(c byte) bool {
	return c < 0x80 && (c < '0' || c > '9') && (c < 'a' || c > 'z')
}

type affix struct{ prefix, suffix string }

func buildLexicon() lookup {
	l := lookup{fields: map[string]field{}, starts: map[string]bool{}, titles: map[string]Kind{},
		verbs:  map[string]bool{},
		mobile: map[[4]byte][]affix{}, slogans: map[string]bool{},
		mobileHeads: map[[4]byte]bool{}, mobileLasts: map[[2]byte]bool{}, signOffs: map[string]bool{},
		stop: map[string][]int{}, letters: map[rune]int{}}
	l.addFields(otherFields, fieldOther)
	for i, w := range languages {
		l.add(w)
		l.addLanguage(i, w)
	}
	return l
}

func (l *lookup) add(w words) {
	for f, names := range map[field][]string{fieldFrom: w.from, fieldDate: w.date, fieldTo: w.to,
		fieldCc: w.cc, fieldSubject: w.subject, fieldReplyTo: w.replyTo} {
		l.addFields(names, f)
	}
	for _, s := range w.starts {
		l.starts[s] = true
		if strings.Contains(s, " ") {
			l.openings.add(s)
		}
	}
	for _, s := range w.original {
		l.titles[s] = Quoted
	}
	for _, s := range w.forwarded {
		l.titles[s] = Forwarded
	}
	l.addWrote(w.wrote)
	l.addMobile(w.mobile)
	l.notices.add(w.notices...)
	l.misdirected.add(w.misdirected...)
	l.legal.add(w.legal...)
	l.below.add(w.below...)
	for _, s := range w.signOffs {
		l.signOffs[s] = true
	}
	for _, s := range w.outside {
		heading, says, _ := strings.Cut(s, "…")
		l.outside = append(l.outside, affix{heading, says})
	}
}

func (l *lookup) addLanguage(place int, w words) {
	for _, s := range w.stop {
		l.stop[s] = append(l.stop[s], place)
	}
	for _, r := range w.letters {
		l.letters[r] = place
	}
}

func (l *lookup) addFields(names []string, f field) {
	for _, n := range names {
		l.fields[n] = f
		l.longField = max(l.longField, len(n))
	}
}

func (l *lookup) addWrote(list []string) {
	for _, s := range list {
		for v := range strings.FieldsSeq(s) {
			l.verbs[v] = true
		}
		if s[0] >= 0xe3 {
			l.wroteCJK = append(l.wroteCJK, s)
		} else {
			l.wrote.add(s)
		}
	}
}

func (l *lookup) addMobile(list []string) {
	for _, s := range list {
		prefix, suffix, open := strings.Cut(s, "…")
		if open && len(prefix) < 4 {
			l.mobileEnd = append(l.mobileEnd, affix{prefix, suffix})
			l.mobileLasts[[2]byte([]byte(suffix[len(suffix)-2:]))] = true
			continue
		}
		key := [4]byte([]byte(prefix[:4]))
		l.mobileHeads[key] = true
		if !open {
			l.slogans[s] = true
			continue
		}
		l.mobile[key] = append(l.mobile[key], affix{prefix, suffix})
	}
}

// devices are words that make a "sent from …" line a footer in any language.
var devices = setOf("iphone", "ipad", "ipod", "android", "samsung", "galaxy", "blackberry",
	"huawei", "xiaomi", "redmi",
	"motorola", "moto", "nokia", "htc", "lg", "sony", "xperia", "oppo", "vivo", "realme", "honor",
	"oneplus", "pixel", "windows",
	"phone", "smartphone", "cellphone", "cell", "mobile", "mobil", "tablet", "tableta", "handy",
	"handheld", "móvil", "movil", "celular",
	"teléfono", "telefono", "téléphone", "telefone", "telemóvel", "telemovel", "cellulare",
	"mobiltelefon", "mobilgerät", "portable",
	"telefon", "telefoon", "telefonu", "telefonum", "puhelin", "puhelimesta", "телефона", "телефон",
	"планшета", "wireless", "nexus", "ios", "mac",
	"macbook",
	"outlook", "gmail", "yahoo", "hotmail", "proton", "protonmail", "zoho", "airmail", "mailbox",
	"spark",
	"aquamail", "bluemail", "edison", "boxer", "nine", "k-9", "k9", "thunderbird", "tutanota",
	"fairemail", "mailspring", "webmail",
	"telèfon", "mòbil", "móbil", "verizon", "t-mobile", "at&t", "яндекс", "mail.ru", "mobilemail",
	"dispositivo", "device", "appareil", "workspace", "work", "pc", "ordenador", "computadora",
	"laptop")

// mailWords name programs when they are written like names.
var mailWords = setOf("mail", "email", "e-mail", "correo", "courrier", "posta", "почты")

// sentenceWords are in no mobile footer: whoever says when something was sent, or that it was not,
// writes a sentence.
var sentenceWords = setOf("ayer", "hoy", "anoche", "lunes", "martes", "miércoles", "jueves",
	"viernes", "sábado", "domingo", "ontem", "hoje", "segunda",
	"terça", "quarta", "quinta", "sexta", "hier", "aujourd", "lundi", "mardi", "mercredi", "jeudi",
	"vendredi", "ieri", "oggi", "lunedì", "martedì",
	"mercoledì", "giovedì", "venerdì", "ahir", "avui", "onte", "hoxe", "yesterday", "today",
	"monday", "tuesday", "wednesday", "thursday", "friday",
	"gestern", "heute", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "gisteren",
	"vandaag",
	"no", "not", "doesn", "don", "não", "nao", "nunca", "pas", "non", "nicht", "kein", "keine",
	"niet", "geen", "never", "is", "was", "está", "es", "fue")

// otherFields are header lines of Outlook that say nothing of sender or subject.
var otherFields = []string{"importance", "importancia", "importância", "wichtigkeit", "importanza",
	"prioridad", "priority", "priorité", "prioridade",
	"attachments", "datos adjuntos", "archivos adjuntos", "adjuntos", "anexos", "pièces jointes",
	"allegati", "anlagen", "bijlagen", "załączniki",
	"sensitivity", "categories", "categorías"}

// forwardPrefixes are subject prefixes of forwarded mail.
var forwardPrefixes = setOf("fwd", "fw", "rv", "reenv", "reenviado", "tr", "wg", "enc", "i",
	"doorst", "vb", "pd", "vl", "ilt", "vid", "fs",
	"továbbítás", "转发", "轉寄", "轉發", "転送", "пересл")

func setOf(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}
