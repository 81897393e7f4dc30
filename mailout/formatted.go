package mailout

import (
	"slices"
	"strings"

	"buzon/store/desk"
	"buzon/templates"
)

// pictures are those that stand among the item's words, with their places in the mail as far as it
// carries them.
func (m *matter) pictures() (list []templates.Picture) {
	if m.item.Seen.HTML == "" {
		return nil
	}
	carried := m.carried()
	for i, a := range m.item.Attachments {
		if a.ContentID == "" || a.Ornament {
			continue
		}
		p := templates.Picture{ID: a.ContentID, Name: fileName(a.Filename)}
		if id := pictureID(a); id != "" && m.whole && carried[i] {
			p.Source = "cid:" + id
		}
		list = append(list, p)
	}
	return list
}

// largestPicture is how many bytes a picture may have that stands among the words; a larger one
// goes with the mail as a file.
const largestPicture = 2 << 20

// pictureID is the Content-ID of a picture that may stand among the words of a mail: of a kind that
// every client shows. It is our own, by the picture's content.
func pictureID(a desk.Attachment) string {
	shown := slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, a.ContentType)
	if !shown || a.ContentID == "" || a.Size > largestPicture || len(a.SHA256) < 32 {
		return ""
	}
	return a.SHA256[:32] + "@buzon"
}

// standing are files of which those have an id that stand in the HTML, each once.
func standing(files []file, html string) []file {
	seen := map[string]bool{}
	for i, f := range files {
		if seen[f.id] || !strings.Contains(html, `src="cid:`+f.id+`"`) {
			files[i].id = ""
		}
		seen[f.id] = true
	}
	return files
}
