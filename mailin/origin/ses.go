package origin

import (
	"encoding/json"
	"strings"
)

// sesNotice is the JSON that Amazon SES mails about a sent mail, through SNS, instead of a report.
type sesNotice struct {
	Notification string `json:"notificationType"`
	Event        string `json:"eventType"`
	Bounce       struct {
		Recipients []sesRecipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Recipients []sesRecipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Mail struct {
		Headers []struct{ Name, Value string } `json:"headers"`
		Common  struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
}

type sesRecipient struct {
	Address    string `json:"emailAddress"`
	Action     string `json:"action"`
	Status     string `json:"status"`
	Diagnostic string `json:"diagnosticCode"`
}

// judgeSES reads the notifications of Amazon SES: Bounce, Complaint, and others that are a
// program's.
func judgeSES(e *evidence) (Verdict, bool) {
	start := strings.IndexByte(e.Text, '{')
	if !e.has("X-Amz-SNS-Message-Id") || start < 0 {
		return Verdict{}, false
	}
	var n sesNotice
	text := strings.NewReader(clipBytes(e.Text[start:], maxReport))
	if err := json.NewDecoder(text).Decode(&n); err != nil {
		const field = "X-Amz-SNS-Message-Id"
		return machine(AutoReply, "responder-header", field+": "+e.value(field))
	}
	switch kind := n.Notification + n.Event; kind {
	case "Bounce":
		return sesVerdict(Bounced, kind, n.recipients(n.Bounce.Recipients))
	case "Complaint":
		return sesVerdict(Abuse, kind, n.recipients(n.Complaint.Recipients))
	default:
		return machine(AutoReply, "ses-notification", kind)
	}
}

func sesVerdict(c Class, kind string, list []Bounce) (Verdict, bool) {
	v, ok := machine(c, "ses-notification", kind)
	if len(list) == 0 {
		list = []Bounce{{}}
	}
	v.Recipients, v.Bounce = list, &list[0]
	return v, ok
}

func (n sesNotice) recipients(list []sesRecipient) []Bounce {
	id := messageID(n.Mail.Common.MessageID)
	for _, h := range n.Mail.Headers {
		if id == "" && strings.EqualFold(h.Name, "Message-ID") {
			id = messageID(h.Value)
		}
	}
	var out []Bounce
	for _, r := range list[:min(len(list), maxRecipients)] {
		out = append(out, Bounce{
			Recipient: reportAddress(r.Address),
			Action:    keyword(r.Action), Status: statusCode(r.Status),
			Diagnostic: diagnostic(r.Diagnostic), OriginalMessageID: id,
		})
	}
	return out
}
