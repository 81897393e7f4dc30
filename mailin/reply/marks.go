package reply

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// extent says how far what a structure names goes.
type extent uint8

const (
	whole extent = iota // the element itself
	rest                // from the element to the end of the text
)

// structure is a way in which a mail client names a part of its HTML: an
// element whose id or one of whose classes matches.
type structure struct {
	attr, value string // value ending in * is a prefix
	kind        Kind
	extent      extent
	client      string
}

// outlookWeb puts the cursor into the signature's block when a person clicks there.
const outlookWeb = "Outlook on the web"

// structures holds what clients name. Gmail's containers and plain blockquotes
// are read by code, below.
var structures = []structure{
	{"class", "gmail_attr", Quoted, whole, "Gmail"},
	{"class", "gmail_signature", Signature, whole, "Gmail"},
	{"class", "gmail_signature_prefix", Signature, whole, "Gmail"},
	{"id", "divrplyfwdmsg", Quoted, rest, "Outlook"},
	{"id", "x_divrplyfwdmsg", Quoted, rest, "Outlook"},
	{"id", "mail-editor-reference-message-container", Quoted, whole, "Outlook"},
	{"id", "ms-outlook-mobile-signature", Signature, whole, "Outlook mobile"},
	{"id", "ms-outlook-mobile-body-separator-line", Signature, whole, "Outlook mobile"},
	{"id", "stopspelling", Quoted, rest, "Hotmail"},
	{"class", "outlookmessageheader", Quoted, rest, "Outlook"},
	{"id", "olk_src_body_section", Quoted, whole, "Outlook for Mac"},
	{"id", "mac_outlook_style_tag", Quoted, whole, "Outlook for Mac"},
	{"id", "_originalcontent", Quoted, whole, "Windows Mail"},
	{"class", "yahoo_quoted", Quoted, whole, "Yahoo"},
	{"id", "yahoo_quoted_*", Quoted, whole, "Yahoo"},
	{"class", "yahoo-quoted-*", Quoted, whole, "Yahoo"},
	{"class", "yqt*", Quoted, whole, "Yahoo"},
	{"class", "signature", Signature, whole, "Yahoo"},
	{"class", "ymail_android_signature", Signature, whole, "Yahoo"},
	{"id", "ymail_android_signature", Signature, whole, "Yahoo"},
	{"class", "protonmail_quote", Quoted, whole, "Proton"},
	{"class", "protonmail_signature_block", Signature, whole, "Proton"},
	{"class", "tutanota_quote", Quoted, whole, "Tuta"},
	{"id", "zwchr", Quoted, rest, "Zimbra"},
	{"data-marker", "__divider__", Quoted, rest, "Zimbra"},
	{"data-marker", "__headers__", Quoted, rest, "Zimbra"},
	{"data-marker", "__quoted_text__", Quoted, whole, "Zimbra"},
	{"data-marker", "__sig_pre__", Signature, whole, "Zimbra"},
	{"data-marker", "__sig_post__", Signature, whole, "Zimbra"},
	{"class", "moz-cite-prefix", Quoted, whole, "Thunderbird"},
	{"class", "moz-signature", Signature, whole, "Thunderbird"},
	{"class", "moz-forward-container", Forwarded, whole, "Thunderbird"},
	{"class", "moz-email-headers-table", Forwarded, rest, "Thunderbird"},
	{"id", "applemailsignature", Signature, whole, "Apple Mail"},
	{"id", "linebreakatbeginningofsignature", Signature, whole, "Apple Mail"},
	{"id", "signature", Signature, whole, outlookWeb},
	{"id", "composer_signature", Signature, whole, "Samsung"},
	{"id", "reply-intro", Quoted, whole, "Roundcube"},
	{"id", "_rc_sig", Signature, whole, "Roundcube"},
	{"id", "forwardbody1", Forwarded, whole, "Roundcube"},
	{"id", "isreplycontent", Quoted, whole, "NetEase"},
	{"id", "isforwardcontent", Forwarded, whole, "NetEase"},
	{"class", "mail-quote-collapse", Quoted, whole, "Mail.ru"},
	{"data-signature-widget", "container", Signature, whole, "Mail.ru"},
	{"name", "messagereplysection", Quoted, whole, "Spark"},
	{"name", "messagesignaturesection", Signature, whole, "Spark"},
	{"id", "bloop_customfont_quote", Quoted, whole, "Airmail"},
	{"class", "bloop_original_html", Quoted, whole, "Airmail"},
	{"class", "bloop_sign", Signature, whole, "Airmail"},
	{"id", "bloop_sign_*", Signature, whole, "Airmail"},
	{"class", "sh-signature", Signature, whole, "Superhuman"},
	{"class", "sh-quoted-content", Quoted, whole, "Superhuman"},
	{"class", "zmail_extra", Quoted, whole, "Zoho"},
	{"id", "zm-_id_-sgn*", Signature, whole, "Zoho"},
	{"class", "freshdesk_quote", Quoted, whole, "Freshdesk"},
	{"class", "front-blockquote", Quoted, whole, "Front"},
	{"class", "front-signature", Signature, whole, "Front"},
	{"class", "hs_reply", Quoted, whole, "HubSpot"},
	{"class", "wmquote", Quoted, whole, "AOL"},
	{"class", "aolreplaced*", Quoted, whole, "AOL"},
	{"class", "mcntmcntrightdiv", Quoted, whole, "FastMail"},
	{"class", "io-ox-signature", Signature, whole, "Open-Xchange"},
	{"class", "mailspring-signature", Signature, whole, "Mailspring"},
	{"class", "-x-evo-signature", Signature, whole, "Evolution"},
	{"class", "evolution-signature", Signature, whole, "Evolution"},
	{"id", "-x-evo-signature", Signature, whole, "Evolution"},
	{"class", "history-quote-wrapper", Quoted, whole, "Lark"},
	{"id", "lark-mail-quote-*", Quoted, whole, "Lark"},
	{"class", "__aliyun_previous_message_wrap", Quoted, whole, "Aliyun"},
	{"class", "buzon-quote-*", Quoted, whole, "our own notification"},
	{"id", "buzon-*", Quoted, whole, "our own notification"},
}

// structureIndex finds a structure by attribute and value; prefixes apart.
var structureIndex, structurePrefixes = indexStructures()

func indexStructures() (exact map[string]structure, prefixes []structure) {
	exact = map[string]structure{}
	for _, s := range structures {
		s.value = strings.ToLower(s.value)
		if p, ok := strings.CutSuffix(s.value, "*"); ok {
			s.value = p
			prefixes = append(prefixes, s)
			continue
		}
		exact[s.attr+"="+s.value] = s
	}
	return exact, prefixes
}

// withoutPrefix removes what Outlook ("x_") and Yahoo ("ydp" and a hexadecimal
// number) put before ids and classes.
func withoutPrefix(v string) string {
	v = strings.TrimPrefix(v, "x_")
	if rest, ok := strings.CutPrefix(v, "ydp"); ok {
		return strings.TrimLeft(rest, "0123456789abcdef")
	}
	return v
}

// structureOf looks a tag up.
func structureOf(t tag) (structure, bool) {
	for _, attr := range [...]string{"id", "class", "data-marker", "name",
		"data-signature-widget"} {
		value := t.attrs[attr]
		if value == "" || len(value) > 1000 {
			continue
		}
		for v := range strings.FieldsSeq(strings.ToLower(value)) {
			v = withoutPrefix(v)
			if s, ok := structureIndex[attr+"="+v]; ok {
				return s, true
			}
			for _, s := range structurePrefixes {
				if s.attr == attr && strings.HasPrefix(v, s.value) {
					return s, true
				}
			}
		}
	}
	return structure{}, false
}

// markUnsure opens the mark of an element that may well hold somebody else's words, or that is
// shown folded: a box with a line at its left, <details>.
func (r *htmlReader) markUnsure(t tag) {
	e := r.top()
	if e.barred && gaps[t.atom] > 0 || t.atom == atom.Details {
		r.unsure = append(r.unsure, Mark{Start: r.out.mark()})
		e.unsure = len(r.unsure)
	}
}

// markStart opens the marks of the element just opened.
func (r *htmlReader) markStart(t tag) {
	if len(t.attrs) == 0 && t.atom != atom.Blockquote {
		return
	}
	e := r.top()
	if t.atom == atom.Blockquote {
		r.blockquote(t, e)
		return
	}
	if t.atom == atom.Div && (hasClass(t, "gmail_quote") || hasClass(t, "gmail_quote_container")) {
		e.gmail, e.from = true, r.out.mark()
		return
	}
	if s, ok := structureOf(t); ok {
		r.openMark(e, s)
	} else if t.atom == atom.Div && isWordHeader(t.attrs["style"]) {
		r.openMark(e, structure{kind: Quoted, extent: rest, client: "Word"})
	}
}

// isWordHeader reports the box with a line above in which Outlook, writing with
// Word, puts the header lines of the quoted mail.
func isWordHeader(style string) bool {
	style = strings.ReplaceAll(style, " ", "")
	return strings.Contains(style, "border:none;border-top:solid") &&
		strings.Contains(style, "padding:3.0pt0")
}

func (r *htmlReader) openMark(e *element, s structure) {
	m := Mark{Start: r.out.mark(), Kind: s.kind, Rule: ruleHTML + s.client}
	if s.extent == rest {
		m.End = -1
		r.rest = append(r.rest, m)
		return
	}
	e.marks = append(e.marks, len(r.marks))
	r.marks = append(r.marks, m)
}

// markRest handles elements without content that begin something: Zimbra's <hr>.
func (r *htmlReader) markRest(t tag, e element) {
	if e.hidden || len(t.attrs) == 0 || t.atom == atom.Img {
		return
	}
	if s, ok := structureOf(t); ok && s.extent == rest {
		r.openMark(&e, s)
	}
}

// blockquote tells quotes from indented text: a quote says type=cite, has a
// client's class or a bar at its side.
func (r *htmlReader) blockquote(t tag, e *element) {
	client := ""
	s, named := structureOf(t)
	style := strings.ToLower(t.attrs["style"])
	switch {
	case strings.EqualFold(t.attrs["type"], "cite"), strings.EqualFold(t.attrs["class"], "cite"):
		client = "blockquote type=cite"
	case hasClass(t, "gmail_quote"):
		client = "Gmail"
	case named:
		client = s.client
	case strings.Contains(style, "border-left") && !strings.Contains(style, "border-left:none") &&
		!strings.Contains(style, "border-left: none"):
		client = "blockquote with a bar"
	}
	if client == "" {
		e.marks = append(e.marks, -1-len(r.plain))
		r.plain = append(r.plain, Mark{Start: r.out.mark()})
		return
	}
	if g := r.gmailContainer(); g != nil {
		g.quotes++
	}
	r.openMark(e, structure{kind: Quoted, client: client})
}

// gmailContainer returns the innermost open Gmail container, near the top.
func (r *htmlReader) gmailContainer() *element {
	for i := len(r.open) - 1; i > 0 && i > len(r.open)-maxInlineWalk; i-- {
		if r.open[i].gmail {
			return &r.open[i]
		}
	}
	return nil
}

// markEnd closes the marks of an element. Inside a Gmail container only the
// blockquotes are quoted, answers stand between them; a forwarded mail, and a
// quote of a client that writes no blockquote, is the container itself.
func (r *htmlReader) markEnd(e *element) {
	if e.unsure > 0 {
		r.unsure[e.unsure-1].End = r.out.mark()
	}
	if len(e.marks) == 0 && !e.gmail {
		return
	}
	end := r.out.mark()
	for _, m := range e.marks {
		if m < 0 {
			r.plain[-1-m].End = end
		} else {
			r.marks[m].End = end
		}
	}
	if !e.gmail {
		return
	}
	first := strings.TrimLeft(string(r.out.buf[e.from:min(e.from+200, end)]), "\n ")
	first, _, _ = strings.Cut(first, "\n")
	kind, _, titled := readTitle(first)
	switch {
	case titled && kind == Forwarded, !titled && strings.HasPrefix(first, "-----"):
		r.marks = append(r.marks, Mark{Start: e.from, End: end, Kind: Forwarded, Rule: ruleHTML +
			"Gmail"})
	case e.quotes == 0:
		r.marks = append(r.marks, Mark{Start: e.from, End: end, Kind: Quoted, Rule: ruleHTML +
			"Gmail"})
	}
}

// settleMarks sorts marks, outer before inner, and fits them to the text.
func settleMarks(marks []Mark, length int) []Mark {
	kept := marks[:0]
	for _, m := range marks {
		if m.End < 0 || m.End > length {
			m.End = length
		}
		if m.Start < m.End {
			kept = append(kept, m)
		}
	}
	slices.SortStableFunc(kept, func(a, b Mark) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	return kept
}

func hasClass(t tag, class string) bool {
	for c := range strings.FieldsSeq(t.attrs["class"]) {
		if strings.TrimPrefix(c, "x_") == class {
			return true
		}
	}
	return false
}
