package mailout

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// longestCalendar, in bytes, is what is read of a calendar file at once.
const longestCalendar = 1 << 20

type readCloser struct {
	io.Reader
	io.Closer
}

// attached is a file of an item as it goes with a mail. In an agent's invitation the desk's address
// stands in place of his, unless it is "": who accepts it answers the case.
func (r *Renderer) attached(ctx context.Context, it desk.Item, a desk.Attachment,
	address string) file {
	f := file{name: a.Filename, kind: a.ContentType, id: pictureID(a)}
	open := func() (io.ReadCloser, error) {
		blob, err := r.Store.OpenAttachment(ctx, a.SHA256)
		if err != nil {
			return nil, err
		}
		return readCloser{blob.Reader(), blob}, nil
	}
	if f.open = open; address == "" || !it.Author.Agent() || a.Size > longestCalendar ||
		!strings.HasPrefix(a.ContentType, "text/calendar") {
		return f
	}
	f.open = func() (io.ReadCloser, error) {
		content, err := open()
		if err != nil {
			return nil, err
		}
		whole, err := io.ReadAll(content)
		if err != nil {
			return nil, errors.Join(err, content.Close())
		}
		whole = inPlaceOf(it.Author.Addresses, address, whole)
		return readCloser{bytes.NewReader(whole), content}, nil
	}
	return f
}

// folds are the line ends within the lines of a calendar (RFC 5545 section 3.1).
var folds = lazy.Compile(`\r?\n[ \t]`)

// inPlaceOf writes an address into a calendar wherever one of others stands.
func inPlaceOf(others []string, address string, calendar []byte) []byte {
	whole := folds.ReplaceAll(calendar, nil)
	for _, other := range others {
		whole = regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(other)+`\b`).
			ReplaceAllLiteral(whole, []byte(address))
	}
	return whole
}
