package mailout

import (
	"strings"

	"buzon/store/desk/lazy"
)

var (
	// sesReply is how Amazon SES takes a mail: "250 Ok 0102018f…-6d1c…-000000"
	sesReply = lazy.Compile(
		`^250 (?:2\.0\.0 )?Ok ([0-9a-f]{16,20}(?:-[0-9a-f]{4,12}){5}-[0-9]{6})$`)
	sesHost = lazy.Compile(
		`^(?:vpce-[a-z0-9-]+\.)?email-smtp(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com$`)
	// namedID is a Message-ID that a relay names in its answer, as Exchange does, or an address
	namedID = lazy.Compile(`<([^<>@\s]+@[^<>@\s]+)>`)
)

// learnt is the Message-ID, without angle brackets, under which a relay says that it sends the
// mail; "" when it says none. Amazon SES writes one of its own, which people's replies then cite
// (docs.aws.amazon.com/ses, "Message-ID").
func learnt(host, reply string, env Envelope) string {
	if m := sesReply.FindStringSubmatch(reply); m != nil {
		if h := sesHost.FindStringSubmatch(strings.ToLower(host)); h != nil {
			if h[1] == "us-east-1" {
				return m[1] + "@email.amazonses.com"
			}
			return m[1] + "@" + h[1] + ".amazonses.com"
		}
	}
	for _, m := range namedID.FindAllStringSubmatch(reply, -1) {
		if id := m[1]; goodID(id) && !strings.EqualFold(id, env.To) &&
			!strings.EqualFold(id, env.From) {
			return id
		}
	}
	return ""
}
