package origin

import (
	"slices"
	"strings"
)

// listFields of RFC 2369, RFC 2919 and of list servers that came before them.
var listFields = []string{
	"List-Id", "List-Post", "List-Unsubscribe", "List-Subscribe", "List-Help", "List-Archive",
	"List-Owner", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version",
	"X-ML-Name", "X-MLServer", "X-ML-Count", "X-List-Administrator", "X-Listname", "X-List-Id",
	"X-Listprocessor-Version", "X-Sympa-To", "X-Ezmlm",
	"X-Google-Group-Id", "X-Majordomo", "X-List-Host", "X-Ecartis-Version", "X-Listar-Version",
	"X-Original-List", "X-Mailinglist", "X-Egroups-Return",
}

// discussion fields tell a list to which people write from one that only sends.
var discussionFields = []string{
	"List-Post", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version",
	"X-ML-Name", "X-Sympa-To", "X-Google-Group-Id", "X-Listprocessor-Version",
	"X-Ecartis-Version", "X-Listar-Version",
}

// listField is the first field of a mailing list.
func (e *evidence) listField() (string, bool) {
	for _, name := range listFields {
		for _, v := range e.values(name) {
			if v = strings.TrimSpace(v); v != "" {
				return name + ": " + v, true
			}
		}
	}
	for _, name := range []string{"Precedence", "X-Precedence"} {
		for _, v := range e.values(name) {
			if leading(fold(v), []string{"list"}) != "" {
				return name + ": " + v, true
			}
		}
	}
	return "", false
}

// judgeList: a list's mail, and mass mail that names no list. Person is set for a post to a list
// for discussion that shows no sign of a mass mailing and comes from an address where somebody
// reads.
func judgeList(e *evidence) (Verdict, bool) {
	mass, isBulk := e.find(bulk)
	if f, ok := e.listField(); ok {
		v, _ := machine(List, "list", f)
		v.Person = e.sender.role == "" && e.discussion(mass)
		return v, true
	}
	if !isBulk {
		return Verdict{}, false
	}
	// a mailing answers nobody
	if e.autoSubject() != "" || e.reply() || e.has("RT-Ticket") || e.has("X-RT-Loop-Prevention") {
		return machine(AutoReply, "responder-header", mass)
	}
	return machine(List, "bulk", mass)
}

// discussion tells a post from a mailing. Precedence: bulk is no sign here, lists set it on every
// post.
func (e *evidence) discussion(mass string) bool {
	if mass != "" && !strings.Contains(strings.ToLower(mass), "precedence:") {
		return false
	}
	if e.has("Feedback-ID") && !e.has("X-Google-Group-Id") {
		return false
	}
	if strings.HasPrefix(fold(e.value("List-Post")), "no") {
		return e.reply()
	}
	for _, name := range discussionFields {
		if e.value(name) != "" {
			return true
		}
	}
	return e.reply() || e.precedence("list") || e.listOwner()
}

// precedence reports whether a Precedence field has the value.
func (e *evidence) precedence(value string) bool {
	return slices.ContainsFunc(append(e.values("Precedence"), e.values("X-Precedence")...),
		func(v string) bool { return leading(fold(v), []string{value}) != "" })
}

// listOwner reports whether Sender or envelope are what a list server writes for those who post to
// a list.
func (e *evidence) listOwner() bool {
	for _, a := range []string{e.sender.envelope, strings.ToLower(bareAddress(e.value("Sender")))} {
		local, _, _ := strings.Cut(a, "@")
		local, _, _ = strings.Cut(local, "+")
		if strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-owner") ||
			strings.HasSuffix(local, "-bounces") || strings.HasSuffix(local, "-request") ||
			strings.HasSuffix(local, "-admin") {
			return a != e.sender.from
		}
	}
	return false
}
