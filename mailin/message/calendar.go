package message

// Invitation is a calendar entry (RFC 5545) as one line of data.
type Invitation struct {
	Method    string // REQUEST, CANCEL, REPLY …; "" if none
	Summary   string
	Start     string // as it is shown: "2026-01-31 10:00 America/Bogota"
	End       string
	Location  string
	Organizer string // address or name
}

func (w *walker) invitation(p *Part) view { return view{} }
