package mailout

import (
	"bytes"
	"encoding/base64"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"buzon/store/desk/lazy"
)

// signed is what our signatures look like: in a reply address "c12.p3.a…", in a Message-ID
// "c12.i4.p3.a…", in the address that answers a question "n55.p3.a…". The last group is the
// signature itself.
var signed = lazy.Compile(
	`(?i)[cn][0-9]{1,12}(?:\.[in][0-9a-z]{1,12})*\.p([0-9a-z]{1,6})(?:\.n[0-9]{1,12})?\.[0-9a-z]{1,2}?([a-z2-7]{20,26})\b`)

// maskTokens spoils the signatures in a mail that were given to anybody but its reader: whoever has
// another's reply address could write as he. Nothing else changes, not even a length, so that the
// MIME stays as it is. It looks into quoted-printable and base64 too.
func maskTokens(mail []byte, reader int64) []byte {
	mail = slices.Clone(mail)
	maskPlain(mail, reader)
	maskBase64(mail, reader)
	return mail
}

// maskPlain spoils them in text, over the soft line breaks of quoted-printable. It reports whether
// it found any.
func maskPlain(b []byte, reader int64) (found bool) {
	joined, at := unfolded(b)
	for _, m := range signed.FindAllSubmatchIndex(joined, -1) {
		if strings.EqualFold(string(joined[m[2]:m[3]]), strconv.FormatInt(reader, 36)) {
			continue
		}
		for i := m[4]; i < m[5]; i++ {
			b[at[i]] = 'x'
		}
		found = true
	}
	return found
}

// unfolded is a text without soft line breaks, and where each byte of it stands.
func unfolded(b []byte) (joined []byte, at []int) {
	joined, at = make([]byte, 0, len(b)), make([]int, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '=' {
			if rest := b[i+1:]; bytes.HasPrefix(rest, []byte("\r\n")) {
				i += 2
				continue
			} else if bytes.HasPrefix(rest, []byte("\n")) {
				i++
				continue
			}
		}
		joined, at = append(joined, b[i]), append(at, i)
	}
	return joined, at
}

var encodedLines = lazy.Compile(
	`(?m)^[A-Za-z0-9+/]{16,}={0,2}\r?\n?(?:[A-Za-z0-9+/]+={0,2}\r?\n?)*`)

// maskBase64 spoils them in what looks like base64.
func maskBase64(b []byte, reader int64) {
	for _, block := range encodedLines.FindAllIndex(b, -1) {
		var letters []byte
		var at []int
		for i := block[0]; i < block[1]; i++ {
			if b[i] > ' ' && b[i] != '=' {
				letters, at = append(letters, b[i]), append(at, i)
			}
		}
		decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(letters)))
		n, err := base64.RawStdEncoding.Decode(decoded, letters)
		if decoded = decoded[:n]; err != nil || !maskPlain(decoded, reader) {
			continue
		}
		for i, c := range []byte(base64.RawStdEncoding.EncodeToString(decoded)) {
			b[at[i]] = c
		}
	}
}

// traces are fields that servers on our side write above a mail, and that are no business of
// whoever sent it.
var traces = []string{"Received", "Delivered-To", "X-Original-To", "Envelope-To", "Return-Path",
	"Received-Spf", "Authentication-Results", "Arc-Seal", "Arc-Message-Signature",
	"Arc-Authentication-Results"}

// withoutTraces leaves those fields out of a mail's header.
func withoutTraces(mail []byte) []byte {
	out, drop := make([]byte, 0, len(mail)), false
	for rest := mail; len(rest) > 0; {
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line = rest[:end+1]
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return append(out, rest...)
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			key := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(string(name)))
			drop = slices.Contains(traces, key) || strings.HasPrefix(key, "X-Spam") ||
				strings.HasPrefix(key, "X-Rspamd") || strings.HasPrefix(key, "X-Virus")
		}
		if !drop {
			out = append(out, line...)
		}
		rest = rest[len(line):]
	}
	return out
}
