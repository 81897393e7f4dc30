// Package desk is the ticket desk without its database: the words of the trade as types, and its
// rules as pure functions.
//
//	item written ──► Follow: status, assignee, history ──► Event ──► Due: who is told, and how
//
// It does no I/O and reads no clock; store writes down what it decides.
package desk

import (
	"slices"
	"time"
)

// Role is what a person is to the desk.
type Role string

const (
	Customer Role = "customer"
	Agent    Role = "agent"
	Admin    Role = "admin" // an agent who also runs the desk
)

// Person is anybody who writes to the desk or for it.
type Person struct {
	ID           int64
	Name         string
	Addresses    []string // the first is where mail goes
	Role         Role
	Organisation int64 // 0: none
	Language     string
	Active       bool
	// hears of new tickets; an on-call address that is nobody's own does not
	Team     bool
	OnCall   bool // is alerted when production is down
	Blocked  bool
	Welcomed bool
	// answered with a token, was proven, or was entered by an agent: his words may be repeated to
	// him
	Known bool
	// whether his organisation's CSM has yet to let him see what his organisation sees
	Admission          Admission
	UndeliverableSince time.Time
	Machine            bool // a program, of which nobody reads what is answered
	AwayUntil          time.Time
	Substitute         int64 // who gets what he would while he is away; 0: nobody
	// hours in which he is not written to, "22:00-07:00"; at what time he gets all of a day's
	// notices at once, "08:00"; and by the clock of which zone. "": none, none, the desk's.
	Quiet, Digest, Timezone string
}

// Admission is whether a person waits for the approval of his organisation's CSM. Until then, and
// where he is refused, he sees only what he opened himself.
type Admission string

const (
	Admitted Admission = "" // or nobody must approve
	Wanted   Admission = "wanted"
	AskedFor Admission = "asked" // the CSM has been asked
	Denied   Admission = "refused"
)

// Agent reports whether the person works for the desk.
func (p Person) Agent() bool { return p.Role == Agent || p.Role == Admin }

// Reachable reports whether somebody reads what is written to the person.
func (p Person) Reachable() bool {
	return p.ID != 0 && p.Active && !p.Machine && p.Address() != ""
}

// Address is where mail for the person goes, "" for nobody.
func (p Person) Address() string {
	if len(p.Addresses) == 0 {
		return ""
	}
	return p.Addresses[0]
}

// Class is what a status means to the rules; statuses themselves are free to be named and added.
type Class string

const (
	Open       Class = "open"
	Queued     Class = "queued"
	InProgress Class = "in_progress"
	Waiting    Class = "waiting"
	Resolved   Class = "resolved"
	Closed     Class = "closed"
)

// Ticket is a case. Number is its identity everywhere.
type Ticket struct {
	Number         int64
	Mailbox        string // canonical address of the mailbox it was opened at
	Subject        string // without reply prefixes and our tag
	Status         int64  // of a catalogue, as are the others that are ids
	Class          Class
	Severity       int // 1 is the worst
	ProductionDown bool
	Unverified     bool // opened by a sender whose address was not proven
	Type           int64
	Requester      Person
	Controller     Person // confirms the fix; the requester unless set
	Assignee       Person // who owes the next action, on either side; zero: nobody
	Agent          Person // who answered or took it last; zero: nobody yet
	Followers      []Person
	Product        int64
	Module         int64
	Project        int64
	Service        int64
	Offer          string           // what it costs, while it waits until its customer accepts that
	Progress       int              // per cent
	Tags           []string         // in their order, as plain words
	State          string           // as it stands now, in one line
	Minutes        int              // of its time sheet
	MergedInto     int64            // the ticket in which it lives on; 0: itself
	DueAt          time.Time        // the day on which it is due, at its beginning in UTC
	Custom         map[int64]string // what fields of one's own have, by their ids
	CreatedAt      time.Time
	UpdatedAt      time.Time
	ClosedAt       time.Time
}

// Participant reports whether the person takes part in the ticket on the customer's side.
func (t Ticket) Participant(person int64) bool {
	return person != 0 && slices.ContainsFunc(t.Customers(), is(Person{ID: person}))
}

// Customers are the requester, the controller and the followers, in that order.
func (t Ticket) Customers() []Person {
	return append([]Person{t.Requester, t.Controller}, t.Followers...)
}

// ItemType is the key of an item type, whose row of the catalogue says what follows; of a ticket's
// first item, of the type of the ticket.
type ItemType string

const (
	Answer          ItemType = "answer"
	MoreInformation ItemType = "more_information"
	InfoRequest     ItemType = "info_request"
	TestingOK       ItemType = "testing_ok"
	Note            ItemType = "note"
	Automatic       ItemType = "automatic"
)

// Visibility says who may read an item.
type Visibility string

const (
	Public   Visibility = "public"
	Internal Visibility = "internal" // agents only, ever
)

// State of an item: pending ones wait for an agent's approval and change nothing meanwhile.
type State string

const (
	Filed   State = "filed"
	Pending State = "pending"
	// Rejected is what an agent has left out: agents see it, and nothing follows.
	Rejected State = "rejected"
	// Held is what an agent meant for the customer and has to say again, or what waits for a while:
	// agents alone see it.
	Held State = "held"
	// Cancelled was held, and its author has thought better of it.
	Cancelled State = "cancelled"
)

// Item is one contribution to a ticket, numbered from 1 within it.
type Item struct {
	ID          int64
	Ticket      int64
	Number      int64
	Type        ItemType
	TypeID      int64 // its row, which the store fills in
	Author      Person
	Visibility  Visibility
	State       State
	CreatedAt   time.Time
	Subject     string // of the mail, where it says something that the ticket's does not
	Text        string // what the author wrote, nothing else
	Orders      bool   // Text is nothing but commands
	Quoted      string // what he quoted below it
	MessageID   string
	Mail        int64 // journal id, 0 when not written by mail
	Via         string
	Meant       int64 // the merged ticket that its author meant, 0 for none
	Seen        Seen
	Attachments []Attachment
}

// Seen is what agents are shown of the mail that an item came by, beside its words. No customer is.
type Seen struct {
	// the words with the questions that they answer and the places of pictures; "": Item.Text is
	// all
	Text string `json:"text,omitempty"`
	// Item.Text with its formatting and the places of pictures, as package rich keeps it; readers
	// of the words see it, too
	HTML string `json:"html,omitempty"`
	// whole, of a person's first mail: his telephone stands there
	Signature string   `json:"signature,omitempty"`
	First     bool     `json:"first,omitempty"`     // the first mail from this address
	InName    bool     `json:"in_name,omitempty"`   // an agent found the words, in the author's name
	Copied    []string `json:"copied,omitempty"`    // the other addresses in To and Cc
	ReplyTo   []string `json:"reply_to,omitempty"`  // where to answer the writer, if elsewhere
	Warnings  []string `json:"warnings,omitempty"`  // codes of the phrases' [warning] table
	Errors    []string `json:"errors,omitempty"`    // codes that the words name
	Traces    []string `json:"traces,omitempty"`    // the kinds of stack traces in them
	Duplicate int64    `json:"duplicate,omitempty"` // the open ticket that it may say again
	// what it costs that the words accept, or do not, and by what they are proven to be his
	Accepted string    `json:"accepted,omitempty"`
	Declined string    `json:"declined,omitempty"`
	Proof    string    `json:"proof,omitempty"`
	Unset    []string  `json:"unset,omitempty"` // lines that name a field and set nothing
	Starts   time.Time `json:"starts,omitzero"` // what a calendar entry of the mail is about
	Ends     time.Time `json:"ends,omitzero"`
	Infected bool      `json:"infected,omitempty"` // a filter says so: its files are sent to nobody
}

// Attachment names bytes that the store keeps by their hash.
type Attachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`   // bytes, decoded
	SHA256      string `json:"sha256"` // hex
	Inline      bool   `json:"inline"`
	ContentID   string `json:"content_id"`
	Ornament    bool   `json:"ornament"` // a logo or the like: kept, not told of nor sent on
}
