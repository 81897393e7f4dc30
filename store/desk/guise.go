package desk

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Staff is what the desk's people are known by: what nobody else may look like.
type Staff struct {
	Names     []string // of agents
	Desks     []string // of mailboxes
	Addresses []string // canonical

	names, desks [][]string // how they look, once Ready
}

// Ready is s for many comparisons: it knows how its names look.
func (s Staff) Ready() Staff {
	s.names, s.desks = looks(s.Names), looks(s.Desks)
	return s
}

// looks are the words of each name as the eye takes them.
func looks(names []string) [][]string {
	list := make([][]string, len(names))
	for i, n := range names {
		list[i] = strings.Fields(skeleton(n))
	}
	return list
}

// Guise is what is odd in how somebody presents himself; "" for nothing.
type Guise string

const (
	LikeName    Guise = "like_name"    // the name is, or resembles, one of the desk's
	LikeAddress Guise = "like_address" // the address does, or it mixes scripts
	// a domain resembles that of a customer's organisation, or somebody else has the name
	LikeDomain   Guise = "like_domain"
	LikeCustomer Guise = "like_customer"
	MixedScript  Guise = "mixed_script" // a word of the name is made of letters of several scripts
)

// Shown is how somebody who is not of the desk may be shown: without a name that misleads, and with
// an address that is not taken for another.
func (s Staff) Shown(name, address string) (string, string, Guise) {
	switch {
	case s.likeAddress(address), mixed(address):
		return "", ascii(address), LikeAddress
	case s.likeName(name):
		return "", address, LikeName
	case mixed(name):
		return "", address, MixedScript
	}
	return name, address, ""
}

func (s Staff) likeName(name string) bool {
	words := strings.Fields(skeleton(name))
	if len(words) == 0 {
		return false
	}
	if s.names == nil {
		s = s.Ready()
	}
	for _, own := range s.names {
		back := slices.Clone(own)
		slices.Reverse(back) // "Gómez, Ana"
		if same(words, own) || len(own) > 1 && (within(words, own) || within(words, back)) {
			return true
		}
	}
	return slices.ContainsFunc(s.desks, func(own []string) bool {
		return same(words, own) || within(words, own)
	})
}

// same reports whether two names are read as one: spacing does not count, nor, in longer names, one
// letter.
func same(a, b []string) bool {
	x, y := strings.Join(a, ""), strings.Join(b, "")
	return x == y || min(len(x), len(y)) >= 8 && near(x, y)
}

// within reports whether the words of a stand side by side in the name.
func within(name, a []string) bool {
	for i := 0; len(a) > 0 && i+len(a) <= len(name); i++ {
		if slices.Equal(name[i:i+len(a)], a) {
			return true
		}
	}
	return false
}

func (s Staff) likeAddress(address string) bool {
	local, domain, ok := cutLast(address)
	if !ok || slices.Contains(s.Addresses, address) {
		return false
	}
	domain, _ = idna.ToUnicode(domain) // what is no IDN stays as it is
	local, domain = squeezed(local), squeezed(domain)
	return slices.ContainsFunc(s.Addresses, func(own string) bool {
		ownLocal, ownDomain, _ := cutLast(own)
		ownDomain, _ = idna.ToUnicode(ownDomain)
		return local == squeezed(ownLocal) && domain == squeezed(ownDomain)
	})
}

// ascii is an address that shows which letters it has: "аna@", whose first letter is Cyrillic, is
// "xn--na-6kc@".
func ascii(address string) string {
	local, domain, ok := cutLast(address)
	if a, err := idna.Punycode.ToASCII(local); ok && err == nil {
		return a + "@" + domain
	}
	return address
}

// likeScripts are the scripts some of whose letters look like another's.
var likeScripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee,
	unicode.Coptic,
}

// mixed reports whether letters of several of the scripts that look alike stand in one word.
func mixed(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M)
	})
	return slices.ContainsFunc(words, func(word string) bool {
		seen := 0
		for _, script := range likeScripts {
			letter := func(r rune) bool { return unicode.Is(script, r) && unicode.IsLetter(r) }
			if strings.ContainsFunc(word, letter) {
				seen++
			}
		}
		return seen > 1
	})
}

// Letters and what they are taken for, of those that Unicode's own forms (NFKD) leave apart. A name
// is compared after them, so it does not matter that Greek eta looks like n in one case and like H
// in the other.
const (
	alike = "АВЕЅІЈКМНОРСТХУԌԚԜаеѕіјкморстхуһԁԛԝɡӏпгвнΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχγσωօսհոɑıøłđ0135|!"
	taken = "ABESIJKMHOPCTXYGQWaesijkmopctxyhdqwglnrbhABEZHIKMNOPTYXaeikvoptuxyowouhnaioldolesll"
)

var lookalikes = func() map[rune]rune {
	to, m := []rune(taken), map[rune]rune{}
	for i, r := range []rune(alike) {
		m[r] = to[i]
	}
	return m
}()

// skeleton is a name as the eye takes it (UTS 39 section 4): without accents, case, signs and what
// can't be seen, with one letter for all that look like it.
func skeleton(s string) string {
	s = strings.Map(func(r rune) rune {
		if l, ok := lookalikes[r]; ok {
			r = l
		}
		switch {
		case unicode.In(r, unicode.M, unicode.C):
			return -1
		case !unicode.In(r, unicode.L, unicode.N):
			return ' '
		}
		return r
	}, norm.NFKD.String(s))
	return pairs.Replace(strings.ReplaceAll(strings.ToLower(s), "i", "l"))
}

var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// LikeOrganisation reports whether the domain of an address looks like an organisation's and is
// another.
func (c *Catalogue) LikeOrganisation(address string) bool {
	_, domain, ok := cutLast(address)
	if !ok || c.OrganisationOf(address).ID != 0 {
		return false
	}
	shown, _ := idna.ToUnicode(domain)
	shown = squeezed(shown)
	return slices.ContainsFunc(c.kinds[Organisations], func(e Entry) bool {
		return slices.ContainsFunc(e.Domains, func(own string) bool {
			// a subdomain has the same end; one letter more or less is another's in long names
			ownShown, _ := idna.ToUnicode(own)
			ownShown = squeezed(ownShown)
			return !strings.HasSuffix(domain, "."+own) && (shown == ownShown ||
				len(ownShown) >= 10 && near(shown, ownShown))
		})
	})
}

func squeezed(s string) string { return strings.ReplaceAll(skeleton(s), " ", "") }

// near reports whether one letter more, less or other makes two texts the same.
func near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return i == len(a) || a[i+1:] == b[i+1:]
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}
