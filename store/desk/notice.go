package desk

import (
	"maps"
	"slices"
)

// Notice is the kind of a notification, the name of its template.
type Notice string

const (
	Ack               Notice = "ack"                 // we have it, this is its number
	AckProductionDown Notice = "ack_production_down" // the same, and who has been alerted
	NewTicket         Notice = "new_ticket"
	ProductionDown    Notice = "production_down" // to whoever is on call
	// an agent opened the ticket in the customer's name
	OpenedForYou      Notice = "opened_for_you"
	ItemNotice        Notice = "item"         // the other side's words
	InfoRequestNotice Notice = "info_request" // an agent's words and a form to fill in
	NoteNotice        Notice = "note"
	Taken             Notice = "taken"
	ResolvedNotice    Notice = "resolved" // please confirm
	ClosedNotice      Notice = "closed"
	NewNumber         Notice = "new_number"    // a reply to a closed ticket opened another
	PendingNotice     Notice = "pending"       // approve or reject
	ConfirmAgent      Notice = "confirm_agent" // to an agent whose mail proved too little
	// to an agent who orders what is grave: is it his order?
	ConfirmOrders     Notice = "confirm_orders"
	Undelivered       Notice = "undelivered"
	Unfiled           Notice = "unfiled" // a mail is in quarantine
	Assigned          Notice = "assigned"
	RatedNotice       Notice = "rated"      // how the requester was treated
	TakenOver         Notice = "taken_over" // a colleague has taken what was his
	AlertNotice       Notice = "alert"      // what became of what a monitoring system told
	Receipt           Notice = "receipt"    // what an agent's commands did
	MailboxDownNotice Notice = "mailbox_down"
	MailboxUpNotice   Notice = "mailbox_up"
	SecretEndsNotice  Notice = "secret_ends"
	AgentWelcome      Notice = "agent_welcome" // how to work by mail
	// somebody waits for an answer, or the day has come until which the ticket waited
	Reminder Notice = "reminder"
	Deadline Notice = "deadline" // a promised time, or a day, is nearly or wholly over
	// the ladder of Producción Caída goes on: what its customer is told
	StillWaiting Notice = "still_waiting"
	// values that a customer's lines have and the desk has not
	NotUnderstood Notice = "not_understood"
	// what a customer has ordered is done
	DoneNotice Notice = "done"
	// to whoever has accepted what support costs: work begins
	AcceptedNotice Notice = "accepted"
	AlarmNotice    Notice = "alarm" // what keeps mail from going out as usual
	ListNotice     Notice = "list"  // many notices in one mail
	// what somebody asked for by a query
	AnswerNotice Notice = "answer"
	// what became of what an agent ordered for many tickets
	Transcript Notice = "transcript"
	// PreviewNotice shows an agent what his customers would get
	PreviewNotice Notice = "preview"

	// May a person see what his organisation sees? To its CSM, and the news that he may.
	AdmissionNotice Notice = "admission"
	AdmittedNotice  Notice = "admitted"
	OfferedNotice   Notice = "offered" // the cases of an agent who has left
	// Does somebody want his data to be changed, and is a new address his? And what was changed.
	ConfirmData    Notice = "confirm_data"
	ConfirmAddress Notice = "confirm_address"
	DataChanged    Notice = "data_changed"
	// Does an agent want another password for the SMTP door? And which it is.
	ConfirmPassword Notice = "confirm_password"
	NewPassword     Notice = "new_password"

	HoursNotice  Notice = "hours"  // of what a contract has bought, much is gone
	MergedNotice Notice = "merged" // two cases are one from now on
	PartedNotice Notice = "parted" // and two again
	SplitNotice  Notice = "split"  // of what he wrote in a case another one was made
)

// Trait is all that anybody must know of a kind of notice: who may get it, what it carries, how
// soon it goes and what a reply to it means. A notice without a ticket has no words and no
// files, and of the buttons those that answer its question, or ask one.
type Trait struct {
	Agents  bool // for the desk's own eyes
	Words   bool // brings the item's words
	Files   bool // and its attachments
	Quotes  int  // how many earlier items it brings
	Spares  bool // leaves out what its reader wrote himself
	Form    bool // ends with a form to fill in
	Answers bool // answers a mail by itself (RFC 3834 auto-replied): what loops are made of
	Greets  bool // may be the first mail of ours that a person gets
	Speaks  Speech
	Inside  bool // a reply stays among agents, even where it carries nothing internal
	Asks    bool // a reply decides what becomes of the mail that it is about
	Urgent  bool // goes before what else is due
	Climbs  bool // says who is alerted next where nobody answers
	Alert   bool // somebody must act at once: its cap folds by the minute and holds nothing longer
	Lists   bool // tells of other notices
	Query   bool // brings what its reader asked for, as far as he may see it
	Buttons []Button
}

// Speech says whether an agent speaks to a customer in a notice, in his own name: no machine sent
// it then.
type Speech int

const (
	Silent    Speech = iota
	WithWords        // if he wrote any
	InHisName        // in any case
)

// Button is a link that writes a mail, the key of its label.
type Button string

const (
	TakeButton     Button = "take"
	ResolvedButton Button = "resolved"
	NoteButton     Button = "note"
	ApproveButton  Button = "approve"
	RejectButton   Button = "reject"
	CloseButton    Button = "close"
	ConfirmButton  Button = "testing_ok"
	FailingButton  Button = "still_failing"
	MergeButton    Button = "merge"  // with the case that it may say again
	AcceptButton   Button = "accept" // what support costs
	AdmitButton    Button = "admit"
	RefuseButton   Button = "refuse"
	YesButton      Button = "yes"
	CancelButton   Button = "cancel"
	SendButton     Button = "send"
	HistoryButton  Button = "history"    // asks for all of the case
	CasesButton    Button = "my_tickets" // asks for the reader's cases
	HelpButton     Button = "help"
	PanelButton    Button = "panel"
	ReplyButton    Button = "reply"       // with the form to fill in, where the mail has one
	AddressButton  Button = "add_address" // to his own
)

// The buttons of a ticket's notices. Each reader sees those that are of use to him.
var usual = []Button{AcceptButton, TakeButton, ResolvedButton, NoteButton, HistoryButton,
	CloseButton}

// awaited are those of what waits for its reader's words.
var awaited = slices.Insert(slices.Clone(usual), 1, ReplyButton)

// first are those of the first mail about a ticket: it has no history.
var first = []Button{AcceptButton, CasesButton, CloseButton}

// notices is the one place where a notice stands. A new one is a row here, an event of Due that
// owes it, and a text in each language of the templates; a row that goes to agents has a name in
// the phrases' [notice] too, for lists.
var notices = map[Notice]Trait{
	Ack:               {Answers: true, Greets: true, Buttons: first},
	AckProductionDown: {Answers: true, Greets: true, Climbs: true, Buttons: first},
	NewNumber:         {Answers: true, Greets: true, Buttons: first},
	OpenedForYou:      {Words: true, Greets: true, Buttons: usual},
	ItemNotice:        {Words: true, Files: true, Quotes: 3, Speaks: InHisName, Buttons: usual},
	InfoRequestNotice: {Words: true, Files: true, Quotes: 3, Speaks: InHisName, Form: true,
		Buttons: awaited},
	ResolvedNotice: {Words: true, Files: true, Speaks: WithWords,
		Buttons: []Button{ConfirmButton, FailingButton}},
	ClosedNotice:   {Words: true, Files: true, Speaks: WithWords, Spares: true},
	Reminder:       {Buttons: awaited},
	Deadline:       {Agents: true, Buttons: usual},
	StillWaiting:   {Urgent: true, Climbs: true, Buttons: usual},
	NotUnderstood:  {Answers: true, Buttons: usual},
	DoneNotice:     {Answers: true, Buttons: usual},
	AcceptedNotice: {Answers: true, Buttons: usual},
	MergedNotice:   {Buttons: usual},
	PartedNotice:   {Buttons: usual},
	SplitNotice:    {Buttons: usual},
	Taken:          {Urgent: true, Buttons: usual},
	NewTicket: {Agents: true, Words: true, Files: true,
		Buttons: append([]Button{MergeButton}, usual...)},
	NoteNotice: {Agents: true, Words: true, Files: true, Quotes: 3, Inside: true,
		Buttons: usual},
	Assigned:    {Agents: true, Words: true, Files: true, Quotes: 3, Buttons: usual},
	RatedNotice: {Agents: true, Words: true, Files: true},
	TakenOver:   {Agents: true, Buttons: usual},
	AlertNotice: {Agents: true, Words: true, Files: true, Inside: true, Buttons: usual},
	ProductionDown: {Agents: true, Words: true, Files: true, Urgent: true, Alert: true,
		Climbs: true, Buttons: []Button{TakeButton}},
	PendingNotice: {Agents: true, Words: true, Files: true, Inside: true,
		Buttons: []Button{ApproveButton, RejectButton}},
	ConfirmAgent:      {Agents: true, Words: true, Asks: true},
	ConfirmOrders:     {Agents: true, Asks: true, Urgent: true, Buttons: []Button{YesButton}},
	Undelivered:       {Agents: true, Words: true},
	Receipt:           {Agents: true, Urgent: true, Buttons: []Button{CancelButton, SendButton}},
	PreviewNotice:     {Agents: true, Urgent: true},
	Transcript:        {Agents: true, Urgent: true},
	ListNotice:        {Agents: true, Lists: true},
	Unfiled:           {Agents: true},
	MailboxDownNotice: {Agents: true, Urgent: true},
	MailboxUpNotice:   {Agents: true, Urgent: true},
	SecretEndsNotice:  {Agents: true, Urgent: true},
	AgentWelcome:      {Agents: true, Buttons: []Button{HelpButton, CasesButton, PanelButton}},
	AlarmNotice:       {Agents: true, Urgent: true},
	AnswerNotice:      {Query: true},
	AdmissionNotice:   {Asks: true, Buttons: []Button{AdmitButton, RefuseButton}},
	AdmittedNotice:    {},
	OfferedNotice:     {Agents: true},
	HoursNotice:       {},
	ConfirmData:       {Asks: true, Buttons: []Button{YesButton}},
	ConfirmAddress:    {Asks: true, Buttons: []Button{YesButton}},
	DataChanged:       {},
	ConfirmPassword:   {Agents: true, Asks: true, Urgent: true, Buttons: []Button{YesButton}},
	NewPassword:       {Agents: true, Urgent: true},
}

// Trait is the notice's row.
func (n Notice) Trait() Trait { return notices[n] }

// Notices lists the kinds of which a condition holds, nil for all, by name.
func Notices(holds func(Trait) bool) (list []Notice) {
	for _, n := range slices.Sorted(maps.Keys(notices)) {
		if holds == nil || holds(notices[n]) {
			list = append(list, n)
		}
	}
	return list
}
