package desk

import (
	"cmp"
	"slices"
	"strings"

	"buzon/store/desk/lazy"
)

// Failure is why a mail did not reach its reader: a key of the phrases' [reason] table, "" where
// nothing is known of it but that it failed.
type Failure string

const (
	NoSuchAddress   Failure = "no_such_address"
	NoSuchDomain    Failure = "no_such_domain"
	MailboxDisabled Failure = "mailbox_disabled"
	MailboxFull     Failure = "mailbox_full"
	TooLarge        Failure = "too_large"
	BadContent      Failure = "bad_content"
	AgainstPolicy   Failure = "against_policy"
	OutOfReach      Failure = "out_of_reach" // until the other server's time was up
)

var (
	// an enhanced code (RFC 3463) of a failure, which no IP address or version is; one of success
	// only where all begins with it
	enhancedCode = lazy.Compile(
		`(?:^|[^\w.])([45]|^2)\.(\d{1,3}\.\d{1,3})(?:[^\w.]|\.(?:\D|$)|$)`)
	// a reply code (RFC 5321 section 4.2) where a reply begins
	replyCode = lazy.Compile(`(?:^|[:;]\s*)([245]\d\d)(?:[ -]|$)`)
)

// failures are the enhanced codes that say why, by subject and detail (RFC 3463, 7504 and 7505).
// What has no row here is what its subject is.
var failures = map[string]Failure{
	"1.1": NoSuchAddress, "1.3": NoSuchAddress, "1.6": NoSuchAddress, "1.0": NoSuchAddress,
	"1.2": NoSuchDomain, "1.10": NoSuchDomain, "4.4": NoSuchDomain, "4.3": NoSuchDomain,
	"2.1": MailboxDisabled, "2.2": MailboxFull, "2.3": TooLarge, "3.4": TooLarge,
	"4.1": OutOfReach, "4.2": OutOfReach, "4.7": OutOfReach, "6": BadContent, "7": AgainstPolicy,
}

// replies are the codes of SMTP itself that say why.
var replies = map[string]Failure{
	"551": NoSuchAddress, "553": NoSuchAddress, "552": MailboxFull, "556": NoSuchDomain,
}

// Failed reads why a mail failed out of what another server said, the surest first: the status of
// its report, its words. lasting reports whether the next mail to the address will fail as well: a
// permanent failure, but for those that are about one mail: its size, its content, a policy. The
// class of the status says whether a failure is permanent (RFC 3463 section 2); where the words are
// of another, nothing is known of the next mail.
func Failed(said ...string) (why Failure, lasting bool) {
	class, code, reply := "", "", ""
	agree := true
	for _, s := range said {
		if m := replyCode.FindStringSubmatch(s); m != nil && reply == "" {
			reply = m[1]
		}
		m := enhancedCode.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		if agree = agree && (class == "" || class == m[1]); agree && vague(code) {
			class, code = m[1], m[2]
		}
	}
	subject, _, _ := strings.Cut(code, ".")
	why = cmp.Or(failures[code], failures[subject])
	switch {
	case !agree || class != "" && reply != "" && class != reply[:1]:
		return why, false
	case class != "" && !vague(code):
		return why, class == "5" && !slices.Contains(ofOneMail, why)
	case reply != "": // the code says no more than that it failed
		return replies[reply], class == "5" || class == "" && slices.Contains(aboutAddress, reply)
	}
	return "", class == "5"
}

// vague is a code that says no more than its class does.
func vague(code string) bool { return code == "" || code == "0.0" }

var ofOneMail = []Failure{TooLarge, BadContent, AgainstPolicy}

// aboutAddress are the replies, where no other code says more, that are about the address.
var aboutAddress = []string{"550", "551", "553", "556"}
