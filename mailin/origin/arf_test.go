package origin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestB15ARFJudge reads the feedback reports of another project as that reads them, where they lie
// beside the repository.
func TestB15ARFJudge(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/judges/arf/*.eml")
	if len(files) == 0 {
		t.Skip("no ../shared/judges/arf beside the repository")
	}
	plain := strings.NewReplacer("-", "", "_", "")
	for _, f := range files {
		var want struct {
			Type string `json:"feedback_type"`
			To   string `json:"original_rcpt_to"`
		}
		b, err := os.ReadFile(strings.TrimSuffix(f, ".eml") + ".json")
		if err == nil {
			err = json.Unmarshal(b, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		v := Judge(readMailFile(t, f))
		kind := plain.Replace(strings.ToLower(v.Reason))
		if v.Class != Abuse || v.Bounce == nil ||
			!strings.Contains(kind, "feedbacktype: "+plain.Replace(strings.ToLower(want.Type))) {
			t.Errorf("%s: %s, %s; want %s", f, v.Class, v.Reason, want.Type)
			continue
		}
		if to := strings.Trim(want.To, "<> "); !strings.EqualFold(to, v.Bounce.Recipient) {
			t.Errorf("%s: about %q, want %q", f, v.Bounce.Recipient, to)
		}
	}
}
