package mailtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Validate tells what is wrong with a mail that leaves, and is stricter than any relay: line ends
// are CRLF and nothing else, no NUL, no line longer than 998 bytes, header fields are well-formed
// ASCII and no field that may stand once stands twice (RFC 5322 sections 2 and 3.6), encoded words
// decode to text without control characters (RFC 2047), and the MIME tree parses: boundaries
// present and closed, base64 and quoted-printable pure, text in valid UTF-8 or ASCII, and no byte
// above 127 in a part that does not say 8bit.
func Validate(raw []byte) error {
	if err := validLines(raw); err != nil {
		return err
	}
	return validEntity(raw, true)
}

// validLines checks what SMTP asks of the bytes (RFC 5321 sections 2.3.8 and 4.5.3.1.6).
func validLines(raw []byte) error {
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		return errors.New("the mail does not end in CRLF")
	}
	for i, line := range bytes.Split(raw[:len(raw)-2], []byte("\r\n")) {
		if at := bytes.IndexAny(line, "\r\n\x00"); at >= 0 {
			return fmt.Errorf("line %d has a bare %q: %.60q", i+1, line[at], line)
		}
		if len(line) > 998 {
			return fmt.Errorf("line %d has %d bytes, more than 998", i+1, len(line))
		}
	}
	return nil
}

// once are the fields that stand at most once in a header; the value says whether a mail must
// have it.
var once = map[string]bool{
	"Date": true, "From": true, "Message-Id": true, "Mime-Version": true,
	"To": false, "Cc": false, "Bcc": false, "Subject": false, "Sender": false, "Reply-To": false,
	"In-Reply-To": false, "References": false,
	"Content-Type": false, "Content-Transfer-Encoding": false, "Content-Disposition": false,
	"Content-Id": false, "Content-Description": false,
	"Auto-Submitted": false, "Precedence": false, "List-Id": false, "Return-Path": false,
}

// validEntity checks a mail, or with top false a part of one.
func validEntity(raw []byte, top bool) error {
	head, body, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		return errors.New("no blank line after the header")
	}
	if !top && bytes.HasPrefix(raw, []byte("\r\n")) { // a part may have no header at all
		head, body = nil, raw[2:]
	}
	h, err := validHeader(head)
	if err != nil {
		return err
	}
	if top {
		if err := validMailHeader(h); err != nil {
			return err
		}
	}
	return validBody(h, body)
}

var (
	fieldLine  = regexp.MustCompile(`^[!-9;-~]+: ?[ -~\t]*$`)
	messageIDs = regexp.MustCompile(
		`^<[!-;=?A-Z^-~\[\]]+@[!-;=?A-Z^-~\[\]]+>(\s+<[!-;=?A-Z^-~\[\]]+@[!-;=?A-Z^-~\[\]]+>)*$`)
	quotedLine = regexp.MustCompile(
		`^(([!-<>-~ \t]|=[0-9A-F]{2})*([!-<>-~]|=[0-9A-F]{2}|=))?$`) // no blank at the end, unless a soft line break follows it
	encodedWord = regexp.MustCompile(`=\?[^?\s]*\?[^?\s]*\?[^?]*\?=`)
)

func validHeader(head []byte) (textproto.MIMEHeader, error) {
	h := textproto.MIMEHeader{}
	if len(head) == 0 {
		return h, nil
	}
	unfolded := regexp.MustCompile(`\r\n([ \t])`).ReplaceAll(head, []byte("$1"))
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if strings.TrimSpace(line) == "" {
			return nil, fmt.Errorf("a header line is blank: %q", line)
		}
	}
	for line := range strings.SplitSeq(string(unfolded), "\r\n") {
		if !fieldLine.MatchString(line) {
			return nil, fmt.Errorf("malformed header field %.120q", line)
		}
		name, value, _ := strings.Cut(line, ":")
		if err := validWords(value); err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		h.Add(name, strings.TrimSpace(value))
	}
	for name, values := range h {
		if _, single := once[name]; single && len(values) > 1 {
			return nil, fmt.Errorf("field %s stands %d times", name, len(values))
		}
	}
	return h, nil
}

// validWords checks the encoded words of a field (RFC 2047 section 2: 75 bytes each).
func validWords(value string) error {
	for _, word := range encodedWord.FindAllString(value, -1) {
		text, err := new(mime.WordDecoder).Decode(word)
		if err != nil || len(word) > 75 || !utf8.ValidString(text) ||
			strings.ContainsFunc(text, control) {
			return fmt.Errorf("bad encoded word %q (%q, %d bytes, %v)", word, text, len(word), err)
		}
	}
	return nil
}

func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func validMailHeader(h textproto.MIMEHeader) error {
	for name, must := range once {
		if must && len(h[name]) != 1 {
			return fmt.Errorf("field %s is missing", name)
		}
	}
	if _, err := mail.ParseDate(h.Get("Date")); err != nil {
		return fmt.Errorf("field Date: %w", err)
	}
	for _, name := range []string{"From", "To", "Cc", "Sender", "Reply-To"} {
		if _, err := mail.ParseAddressList(h.Get(name)); h.Get(name) != "" && err != nil {
			return fmt.Errorf("field %s %q: %w", name, h.Get(name), err)
		}
	}
	for _, name := range []string{"Message-Id", "In-Reply-To", "References"} {
		ids := h.Get(name)
		if ids != "" && !messageIDs.MatchString(ids) || name == "Message-Id" &&
			len(strings.Fields(ids)) != 1 {
			return fmt.Errorf("field %s is malformed: %q", name, ids)
		}
	}
	return nil
}

func validBody(h textproto.MIMEHeader, body []byte) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if h.Get("Content-Type") == "" {
		kind, params, err = "text/plain", map[string]string{"charset": "us-ascii"}, nil
	}
	if err != nil {
		return fmt.Errorf("field Content-Type %q: %w", h.Get("Content-Type"), err)
	}
	if d := h.Get("Content-Disposition"); d != "" {
		if _, _, err := mime.ParseMediaType(d); err != nil {
			return fmt.Errorf("field Content-Disposition %q: %w", d, err)
		}
	}
	coding := strings.ToLower(h.Get("Content-Transfer-Encoding"))
	if strings.HasPrefix(kind, "multipart/") {
		return validMultipart(body, params["boundary"], coding)
	}
	content, err := decoded(body, coding)
	if err != nil {
		return fmt.Errorf("%s part: %w", kind, err)
	}
	switch {
	case kind == "message/rfc822":
		_, err := mail.ReadMessage(bytes.NewReader(content)) // a mail of somebody else, as it came
		return err
	case strings.HasPrefix(kind, "text/"):
		return validText(content, params["charset"])
	}
	return nil
}

// validMultipart descends. The parser of the standard library takes a missing last boundary, so it
// is looked for here (RFC 2046 section 5.1).
func validMultipart(body []byte, boundary, coding string) error {
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return fmt.Errorf("boundary %q is empty or never closed", boundary)
	}
	if coding != "" && coding != "7bit" && coding != "8bit" {
		return fmt.Errorf("a multipart is encoded as %q (RFC 2045 section 6.4)", coding)
	}
	parts := 0
	for rest := bytes.Split(append([]byte("\r\n"), body...),
		[]byte("\r\n--"+boundary)); parts < len(rest)-1; parts++ {
		part := rest[parts+1]
		if bytes.HasPrefix(part, []byte("--")) {
			break
		}
		if err := validEntity(append(bytes.TrimPrefix(part, []byte("\r\n")), "\r\n"...),
			false); err != nil {
			return fmt.Errorf("part %d: %w", parts+1, err)
		}
	}
	r, seen := multipart.NewReader(bytes.NewReader(body), boundary), 0
	for ; ; seen++ {
		if _, err := r.NextRawPart(); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("part %d: %w", seen+1, err)
		}
	}
	if seen == 0 || seen != parts {
		return fmt.Errorf("boundary %q parts the body into %d, or %d", boundary, parts, seen)
	}
	return nil
}

// decoded undoes the transfer encoding, and allows nothing that the encoding does not.
func decoded(body []byte, coding string) ([]byte, error) {
	if at := bytes.IndexFunc(body, func(r rune) bool { return r > 127 }); at >= 0 &&
		coding != "8bit" {
		return nil, fmt.Errorf("transfer encoding is %q but byte %d is above 127", coding, at)
	}
	lines := strings.Split(string(body), "\r\n")
	long := func(line string) bool { return len(line) > 76 }
	switch coding {
	case "", "7bit", "8bit":
		return body, nil
	case "quoted-printable":
		bad := func(line string) bool { return long(line) || !quotedLine.MatchString(line) }
		if i := slices.IndexFunc(lines, bad); i >= 0 {
			return nil, fmt.Errorf("bad quoted-printable line of %d bytes: %.80q", len(lines[i]),
				lines[i])
		}
		return io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		if slices.ContainsFunc(lines, long) {
			return nil, errors.New("base64 line of more than 76 bytes")
		}
		return base64.StdEncoding.Strict().DecodeString(strings.Join(lines, ""))
	}
	return nil, fmt.Errorf("unknown transfer encoding %q", coding)
}

func validText(content []byte, charset string) error {
	switch strings.ToLower(charset) {
	case "utf-8":
		if !utf8.Valid(content) {
			return errors.New("text says utf-8 and is not")
		}
	case "", "us-ascii":
		if bytes.ContainsFunc(content, func(r rune) bool { return r > 127 }) {
			return errors.New("text without charset is not ASCII")
		}
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return errors.New("text has a NUL")
	}
	return nil
}
