package mailin

import (
	"io"
	"slices"
	"strings"

	"buzon/mailin/message"
	"buzon/mailin/reply"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// What programs call a signature of the whole mail. One of a file bears the file's name:
// contrato.pdf.p7s.
var signatureNames = lazy.Compile(`(?i)^(smime\.p7s|` +
	`(open)?pgp[-_ ](digital[-_ ])?signature(\.\w+)?|signature\.(asc|pgp|sig)|pgp\.sig)$`)

var signatureTypes = []string{
	"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
}

// leftovers are what Outlook adds of the layout of its HTML.
var leftovers = lazy.Compile(
	`(?i)^(oledata\.mso|editdata\.mso|themedata\.thmx|colorschememapping\.xml|filelist\.xml)$`)

// remainder is what Exchange calls a text that it found behind the last attachment: mostly a blank
// line.
var remainder = lazy.Compile(`(?i)^ATT\d{5}\.(txt|html?)$`)

// added reports whether an attachment is no file that somebody sends but one that his mail program
// adds: the signature of the mail, the version part of an encrypted one, his own key or card. Where
// it is all that the mail has, or the words speak of it, he sends it.
func (rd *Reading) added(a message.Attachment) bool {
	p := rd.Message.Parts[a.Part]
	kind := func(types ...string) bool { return slices.Contains(types, a.ContentType) }
	switch {
	case kind(signatureTypes...) && p.Parent == "multipart/signed",
		kind("application/pgp-encrypted") && p.Parent == "multipart/encrypted",
		kind("application/applefile") && p.Parent == "multipart/appledouble":
		return true
	case remainder.MatchString(a.RawName):
		html := beginningOf(a)
		return strings.TrimSpace(reply.HTML(html).String) == "" && !strings.Contains(html, "<img")
	case strings.TrimSpace(rd.Reply.New()) == "" && len(rd.Message.Attachments) == 1:
		return false
	case signatureNames.MatchString(a.RawName):
		return !rd.speaksOf(a.RawName)
	case leftovers.MatchString(a.RawName):
		return a.Inline && p.Parent == "multipart/related"
	case kind("application/pgp-keys"):
		return !rd.speaksOf(a.RawName, "clave", "llave", "chave", "key", "pgp")
	case kind("text/vcard", "text/x-vcard", "text/directory"),
		strings.HasSuffix(strings.ToLower(a.RawName), ".vcf"):
		return rd.ownCard(a) && !rd.speaksOf(a.RawName, "contact", "contato", "tarjeta", "cartao",
			"card", "vcf", "adjunt", "anex", "attach", "enclos")
	}
	return false
}

// ownCard reports whether a file is the card of one person, and that is who wrote.
func (rd *Reading) ownCard(a message.Attachment) bool {
	card := strings.ToUpper(beginningOf(a))
	own := desk.Canonical(sender(rd.Message))
	return own != "" && strings.Count(card, "BEGIN:VCARD") == 1 &&
		strings.Contains(strings.ToLower(card), own)
}

// speaksOf reports whether one of the words stands in what is new.
func (rd *Reading) speaksOf(words ...string) bool {
	said := desk.Fold(rd.Reply.New())
	return slices.ContainsFunc(words, func(w string) bool {
		return w != "" && strings.Contains(said, desk.Fold(w))
	})
}

// beginningOf is as much of a file as such a card has.
func beginningOf(a message.Attachment) string {
	const most = 256 << 10
	b, _ := io.ReadAll(io.LimitReader(a.Open(), most)) // what can be read is all there is to judge
	return string(b)
}
