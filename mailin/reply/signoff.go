package reply

import (
	"strings"
	"unicode"
)

// Bounds of a block of contact data below a sign-off.
const (
	maxBlockLines = 8
	maxBlockLine  = 100
)

// signOff returns where the contact data begin that stand below a sign-off ("Atte.", "Saludos
// cordiales,") at the end of lines [from, end), the sign-off and one name staying with the text;
// end where there are none. Any line that says more than who somebody is and how to reach him shows
// that the block is text.
func (s *splitter) signOff(from, end int) int {
	off, lines := -1, 0
	for i := end - 1; i >= from && lines <= maxBlockLines; i-- {
		if s.lines[i].blank() {
			continue
		}
		if isSignOff(s.lines[i].text) {
			off = i
			break
		}
		lines++
	}
	if off < 0 || lines == 0 || lines > maxBlockLines {
		return end
	}
	return s.contactBlock(off+1, end,
		!strings.Contains(strings.TrimRight(s.lines[off].text, ",. "), ","))
}

// contactBlock returns where in lines [from, end) the contact data begin, below a name if name is
// true; end if the lines hold anything else, or no way to reach somebody.
func (s *splitter) contactBlock(from, end int, name bool) (at int) {
	return s.block(from, end, name, isTitle)
}

// block is contactBlock where title says which lines tell who somebody is.
func (s *splitter) block(from, end int, name bool, title func(string) bool) (at int) {
	at, reached := end, 0
	for i := from; i < end; i++ {
		t := s.lines[i].text
		if t == "" || onlyRule(t) {
			continue
		}
		contact := isContact(t)
		if !contact && !title(t) {
			return end
		}
		if contact && (namesCompany(t) && !hasDigit(t)) {
			// at least two such lines: a name with his company below is how people sign
			reached++
		} else if contact {
			reached += 2
		}
		if at == end && (contact || !name) {
			at = i
		}
		name = false
	}
	if reached == 0 || reached == 1 && s.textLines(at, end) < 2 {
		return end
	}
	return at
}

// isSignOff reports "Saludos,", "Un cordial saludo", "Gracias y saludos, Ana".
func isSignOff(text string) bool {
	if len(text) > 60 || strings.ContainsAny(text, "?¿:@") {
		return false
	}
	head, name, _ := strings.Cut(lowered(text), ",")
	head = strings.Trim(head, " .!*_")
	return len(strings.Fields(head)) <= 6 && len(strings.Fields(name)) <= 4 &&
		lexicon().signOffs[head]
}

// isContact reports a line with a way to reach somebody, or the form of a company, and no sentence.
func isContact(text string) bool {
	t := lowered(text)
	if len(text) > 2*maxBlockLine || saysMore(text) {
		return false
	}
	if strings.Contains(t, "@") || strings.Contains(t, "http") || strings.Contains(t, "www.") {
		return true
	}
	if namesCompany(text) || hasDigit(t) && anyWord(t, contactLabels) {
		return true
	}
	return telephone(t) && !hasLetter(strings.Trim(t, "+ ")) || strings.Contains(text, "|") &&
		telephone(t)
}

// isTitle reports a name, a post, a company or a street: short, and written like one.
func isTitle(text string) bool {
	if len(text) > maxBlockLine || saysMore(text) || len(strings.Fields(text)) > 9 {
		return false
	}
	if hasDigit(text) {
		return street(lowered(text))
	}
	r := firstRune(strings.TrimLeft(text, "*_[(\"'“«– "))
	return unicode.IsUpper(r) || !unicode.IsLower(r)
}

// namesCompany reports the form of a company among the words.
func namesCompany(text string) bool { return anyWord(lowered(text), companyForms) && !isLink(text) }

// street reports a line that begins like an address of a house.
func street(t string) bool { return anyWord(t, streetWords) }

// anyWord reports that one of the words of a folded line is in the set.
func anyWord(t string, set map[string]bool) bool {
	for w := range strings.FieldsFuncSeq(t, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(":|,·•/", r)
	}) {
		if set[strings.Trim(w, ".()*_")] {
			return true
		}
	}
	return false
}

// saysMore reports a line that is, or begins, a sentence or a postscript, or gives a value for a
// key that is no way to reach anybody.
func saysMore(text string) bool {
	words := strings.Fields(text)
	if strings.ContainsAny(text, "?¿¡!") || len(words) == 0 ||
		postscripts[strings.Trim(lowered(words[0]), ".:,")] || isNumbered(text) {
		return true
	}
	if words[0] == "P." || words[0] == "p." {
		return true
	}
	if key, _, ok := strings.Cut(lowered(text), ": "); ok &&
		!contactLabels[strings.Trim(lastWord(key), ".()")] {
		return true
	}
	for i, w := range words {
		low := strings.Trim(strings.ToLower(w), ".,;:()")
		if w == strings.ToLower(w) && len(lexicon().stop[low]) > 0 && !linking[low] &&
			!contactLabels[low] {
			return true
		}
		// "Llamar al 555 0122"
		if (low == "al" || low == "ao") && i+1 < len(words) && hasDigit(words[i+1]) {
			return true
		}
	}
	last := words[len(words)-1]
	return len(words) > 3 && strings.HasSuffix(last, ".") && last == strings.ToLower(last) &&
		!companyForms[strings.Trim(last, ".")]
}

// isNumbered reports an entry of a list.
func isNumbered(text string) bool {
	return strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "* ") || digit(text, 0) &&
		strings.HasPrefix(text[digits(text, 0):], ". ")
}

func lastWord(t string) string { return t[strings.LastIndexAny(t, " |·")+1:] }

func hasLetter(t string) bool { return strings.IndexFunc(t, unicode.IsLetter) >= 0 }

var (
	contactLabels = setOf("tel", "telf", "tlf", "tfno", "tfn", "teléfono", "telefono", "teléfonos",
		"telefone", "telefones", "fono", "cel", "celular", "móvil",
		"movil", "telemóvel", "phone", "mobile", "cell", "direct", "office", "oficina", "fax",
		"whatsapp", "wsp", "wa", "anexo", "ext", "extensión",
		"extension", "int", "interno", "ramal", "m", "t", "p", "f", "c", "e", "w", "o", "correo",
		"e-mail", "email", "mail", "web", "skype", "pbx",
		"conmutador", "central", "directo", "línea", "linkedin", "nit", "ruc", "cuit", "rut",
		"cnpj", "cif", "dirección", "endereço", "address", "handy",
		"telefon", "tél", "téléphone", "portable", "sitio", "site")
	companyForms = setOf("s.a", "s.a.c", "sac", "s.a.s", "sas", "s.l", "s.l.u", "slu", "ltda",
		"limitada", "s.r.l", "srl", "e.i.r.l", "eirl", "gmbh", "inc", "llc",
		"ltd", "s.c", "c.a", "cía", "cia", "r.l", "c.v", "spa", "s.p.a", "s.a.s.u", "sarl", "me",
		"eireli", "corp", "lda")
	streetWords = setOf("calle", "av", "avda", "avenida", "cra", "carrera", "cl", "cll", "jr",
		"jirón", "pasaje", "plaza", "ruta", "km", "piso", "of", "oficina",
		"local", "edificio", "torre", "rua", "r", "travessa", "andar", "sala", "bairro", "cep",
		"cp", "street", "st", "ave", "road", "rd", "floor", "suite",
		"diagonal", "transversal", "carretera", "blvd", "bulevar", "paseo", "urb", "mz", "c/", "nº",
		"n°", "no")
	postscripts = setOf("p.d", "pd", "p.s", "ps", "post", "posdata", "postdata", "nb", "n.b",
		"nota", "obs", "ojo", "atención", "adjunto", "adjuntos", "anexo:", "note")
	linking = setOf("de", "del", "la", "las", "los", "el", "y", "e", "da", "das", "do", "dos",
		"di", "du", "le", "van", "von", "al", "en", "em", "para", "of", "and", "for",
		"the", "at", "a", "to", "und", "et", "i", "in", "on", "por", "by", "o", "n", "m", "c",
		"s", "zu")
)
