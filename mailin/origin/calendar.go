package origin

import (
	"bytes"
	"strings"
)

// judgeCalendar: an attendee's answer to an invitation (RFC 5546 section 3.2.3; COUNTER section
// 3.2.7). A REQUEST, also an update, is a person who invites.
func judgeCalendar(e *evidence) (Verdict, bool) {
	if v, ok := calendarAnswer("Content-Type", e.ContentType, e.Params, nil); ok {
		return v, true
	}
	for _, p := range e.Parts {
		if p.Within == "" {
			if v, ok := calendarAnswer("text/calendar", p.Type, p.Params, p.Body); ok {
				return v, true
			}
		}
	}
	// Exchange, where the calendar part is lost on the way
	switch class := fold(e.value("Content-Class")); class {
	case "urn:content-classes:calendarmessage":
		if leading(e.subject, calendarSubjects()) != "" {
			return machine(Calendar, "calendar-reply", "Content-Class: "+class)
		}
	}
	return Verdict{}, false
}

func calendarAnswer(where, mediaType string, params map[string]string,
	body []byte) (Verdict, bool) {
	if mediaType != "text/calendar" && mediaType != "application/ics" {
		return Verdict{}, false
	}
	method := strings.ToUpper(strings.TrimSpace(params["method"]))
	if method == "" {
		method = calendarMethod(body)
	}
	switch method {
	case "REPLY", "COUNTER":
		return machine(Calendar, "calendar-reply", where+"; method="+method)
	}
	return Verdict{}, false
}

// calendarMethod reads METHOD, which stands before the first component.
func calendarMethod(body []byte) string {
	head, _, _ := bytes.Cut(body[:min(len(body), 4096)], []byte("BEGIN:VEVENT"))
	for _, line := range lines(string(head)) {
		if name, value, ok := splitField(line); ok && strings.EqualFold(name, "METHOD") {
			return strings.ToUpper(value)
		}
	}
	return ""
}
