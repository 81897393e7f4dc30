// Package imappoll is the IMAP door: it takes mail from folders that people and phones use as well,
// each mail once, and harms none of them.
//
//	Account.Run ─► connect ─► for each folder: which UIDs has the journal not seen? ─► FETCH BODY.PEEK[] ─► Spool
//	    ▲   log in, reconcile    │                                                                           │
//	    │                        └── IDLE on the first folder ◄── move, flag, leave, delete ◄── Journal.Take ◄┘
//	    └── backoff with jitter                                                                 durable
//
// A mail is known by (account, folder, UIDVALIDITY, UID) and by nothing else: flags, dates and
// sequence numbers belong to whoever else reads the mailbox. Every UID of a folder ends in one
// journal entry (see State), and the entry of a mail that is taken is written in the transaction
// that makes the mail durable. Until then the server's copy is not touched; afterwards only that
// UID is, and nothing is expunged that was not taken.
//
// The protocol is go-imap's. What it leaves open is done here: every command has a deadline that
// progress extends (wire.go), a literal counts only when it is whole and the command was answered
// OK (fetch.go), a move is never made of commands that do not wait for one another (after.go), and
// a UID that cannot be read is set aside (aside.go).
package imappoll

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"buzon/store/desk"

	"github.com/robfig/cron/v3"
)

// State is what became of a UID.
type State string

const (
	// Skipped was there at first contact, and is not to be taken; or it is a sent mail of no ticket
	Skipped State = "skipped"
	Taken   State = "taken" // in the journal; Account.After is still owed
	// Copied is in the journal and in the target folder; its removal is still owed
	Copied   State = "copied"
	Done     State = "done"     // nothing is owed any more
	Vanished State = "vanished" // another client removed it before it could be taken
	Failed   State = "failed"   // could not be read; tried again
	Waiting  State = "waiting"  // a sent mail, which answers one that has not come yet
	// Aside could not be read; the journal has what is known of it, the mail is left on the server
	Aside State = "aside"
)

// Entry is what the journal keeps of a UID.
type Entry struct {
	UID      uint32
	State    State
	Attempts int    // that failed
	Error    string // of the last
	// Print tells a mail that stays in the folder from another under its UID, and a skipped one
	// under another UID
	Print   []byte
	Settled bool // the mail has been filed, or put into quarantine
	Apart   bool // it is in quarantine
}

// Folder is one folder of one account in one epoch.
type Folder struct {
	Account, Name string
	UIDValidity   uint32
}

// Position is how far a folder has been taken.
type Position struct {
	UIDValidity uint32
	Cursor      uint32    // every UID up to here has an entry
	Old         uint32    // mail below this UID was there at first contact
	Prints      bool      // every skipped UID has its print
	SetBack     time.Time // when the folder last began anew under the same UIDVALIDITY
}

// Mail is a mail on its way into the journal.
type Mail struct {
	UID        uint32
	Spool      Spool
	State      State
	Archive    bool   // old: filed without notices
	Incomplete string // why only the header is there, if so
	Size       int64  // on the server
	Received   time.Time
}

// Spool takes the bytes of one mail as they come. Close drops what Journal.Take has not kept.
type Spool interface {
	io.Writer
	Close() error
}

// Status is how an account is doing.
type Status struct {
	Tried, Good time.Time // when the server was asked last, and last in full
	Error       string    // "" after a good round
	Report      string    // of the last reconciliation
	Reconciled  time.Time
}

// Order is what an administrator asks of a running account.
type Order string

const (
	NoOrder        Order = ""
	PollNow        Order = "poll"
	ReconcileNow   Order = "reconcile"
	ReconcileAside Order = "reconcile-aside" // and try again what was set aside
)

// Journal keeps mail, and what became of each UID. What a method returned from is durable.
type Journal interface {
	Spool(ctx context.Context) (Spool, error)
	// Position tells how far the folder was taken; false before first contact.
	Position(ctx context.Context, account, folder string) (Position, bool, error)
	// Begin starts an epoch with the entries that are known already.
	Begin(ctx context.Context, f Folder, old uint32, known []Entry) error
	// Entries lists the UIDs above the given one, in order.
	Entries(ctx context.Context, f Folder, above uint32) ([]Entry, error)
	// Owed lists what has the state Taken, Copied, Failed or Waiting.
	Owed(ctx context.Context, f Folder) ([]Entry, error)
	// Prints lists those of mail that was skipped in the epoch before.
	Prints(ctx context.Context, f Folder) ([][]byte, error)
	// Take makes mails durable, all or none, with their entries and the cursor.
	Take(ctx context.Context, f Folder, cursor uint32, mails []Mail) error
	// Note writes entries, and the cursor when it is not 0.
	Note(ctx context.Context, f Folder, cursor uint32, entries []Entry) error
	// Status and SetStatus keep how the account is doing.
	Status(ctx context.Context, account string) (Status, error)
	SetStatus(ctx context.Context, account string, s Status) error
	// Alarm tells the administrators how the account has been for too long, or that it works again;
	// once each.
	Alarm(ctx context.Context, account string, h Health, why string) error
	// Order takes what an administrator asked for since the last call.
	Order(ctx context.Context, account string) (Order, error)
}

// Health is how an account does.
type Health string

const (
	Well   Health = ""
	Partly Health = "partly" // mail is taken, but a folder or a mail is in trouble
	Down   Health = "down"   // none is
)

// After is what happens on the server to a mail that is in the journal.
type After string

const (
	Move   After = "move"
	Flag   After = "flag"
	Leave  After = "leave"
	Delete After = "delete"
)

// Account is a mailbox on an IMAP server. Name, Host, Username, Folders and Journal must be set;
// the zero value of the others is the default.
type Account struct {
	Name string
	Host string
	Port int
	TLS  string                         // tls (default), starttls, none (loopback only)
	CAs  func() (*x509.CertPool, error) // nil: the system's

	Username string
	Shared   string // the mailbox to open with the rights of Username, if another
	Password func() (string, error)
	// Token gives an OAuth access token; fresh when the last one was refused. nil: Password is
	// used.
	Token       func(ctx context.Context, fresh bool) (string, error)
	OAuthBearer bool // RFC 7628 instead of XOAUTH2

	Folders []string
	Sent    string // a folder whose mails are asked Wanted; never changed
	// Wanted tells from its header whether a sent mail is to be taken.
	Wanted  func(ctx context.Context, header []byte) (Want, error)
	After   After  // Move
	MovedTo string // Procesados
	Apart   string // folder for mail that went to quarantine; "": MovedTo
	Keyword string // that Flag sets, and Move where the server can't move safely; $Buzon
	// Since is what is taken at first contact: now (default), all, or a date such as 2026-01-31
	Since   string
	Archive bool // what was there at first contact is filed without notices

	// Schedule is when all folders are looked at, mail announced or not, in cron syntax; @every 2m
	Schedule   string
	Nightly    string        // when the folders are compared with the journal in full; 17 3 * * *
	NoIdle     bool          // never IDLE, though the server offers it
	Renew      time.Duration // of IDLE; 4 min
	Patience   time.Duration // for an answer, and for each 4 KB of a longer one; 1 min
	MaxSize    int64         // bytes of a mail; 25 MB
	AlarmAfter time.Duration // without a good round; 15 min
	Listen     time.Duration // how often an administrator's request is looked for; 2 s

	Journal Journal
	Log     *slog.Logger
	// Dial opens connections; nil: the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// SetDefaults fills in what the account leaves out.
func (a *Account) SetDefaults() {
	a.TLS = cmp.Or(a.TLS, "tls")
	a.Port = cmp.Or(a.Port, map[string]int{"tls": 993}[a.TLS], 143)
	a.After = cmp.Or(a.After, Move)
	a.MovedTo = cmp.Or(a.MovedTo, "Procesados")
	a.Keyword = cmp.Or(a.Keyword, "$Buzon")
	a.Since = cmp.Or(a.Since, "now")
	a.Schedule = cmp.Or(a.Schedule, "@every 2m")
	a.Nightly = cmp.Or(a.Nightly, "17 3 * * *")
	a.Renew = cmp.Or(a.Renew, 4*time.Minute)
	a.Patience = cmp.Or(a.Patience, time.Minute)
	a.MaxSize = cmp.Or(a.MaxSize, 25<<20)
	a.AlarmAfter = cmp.Or(a.AlarmAfter, 15*time.Minute)
	a.Listen = cmp.Or(a.Listen, 2*time.Second)
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Dial == nil {
		a.Dial = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
}

// folder is one of the account's folders with what is done to it.
type folder struct {
	name string
	sent bool
}

// plan is the account with all that is worked out of its options, and what its connections learn of
// the server.
type plan struct {
	Account
	folders           []folder
	schedule, nightly cron.Schedule
	since             time.Time // zero for now and all
	log               *slog.Logger

	learned

	mu     sync.Mutex // of what follows
	status Status
	looked time.Time // when mail was last taken, or a folder found to have none
}

// check fills in the defaults and refuses what can't work.
func (a Account) check() (*plan, error) {
	a.SetDefaults()
	p := &plan{Account: a, log: a.Log.With("account", a.Name), learned: newLearned()}
	var err error
	switch {
	case a.Name == "" || a.Host == "" || a.Journal == nil || len(a.Folders) == 0:
		return nil, errors.New("IMAP account: name, host, folders or journal missing")
	case a.TLS == "none" && !desk.Loopback(a.Host):
		return nil, fmt.Errorf(
			"IMAP account %s: the password would go to %s in clear: use tls or starttls", a.Name,
			a.Host)
	case a.Password == nil && a.Token == nil:
		return nil, fmt.Errorf("IMAP account %s: neither password nor token given", a.Name)
	case a.Sent != "" && a.Wanted == nil:
		return nil, fmt.Errorf("IMAP account %s: nobody says which sent mail is wanted", a.Name)
	}
	if p.schedule, err = cron.ParseStandard(a.Schedule); err != nil {
		return nil, fmt.Errorf("IMAP account %s: schedule: %w", a.Name, err)
	}
	if p.nightly, err = cron.ParseStandard(a.Nightly); err != nil {
		return nil, fmt.Errorf("IMAP account %s: nightly: %w", a.Name, err)
	}
	if now := time.Now(); p.schedule.Next(now).IsZero() || p.nightly.Next(now).IsZero() {
		return nil, fmt.Errorf("IMAP account %s: schedule: there is no such day", a.Name)
	}
	if a.Since != "now" && a.Since != "all" {
		if p.since, err = time.Parse(time.DateOnly, a.Since); err != nil {
			return nil, fmt.Errorf("IMAP account %s: since: %w", a.Name, err)
		}
	}
	for _, name := range a.Folders {
		p.folders = append(p.folders, folder{name: name})
	}
	if a.Sent != "" {
		p.folders = append(p.folders, folder{name: a.Sent, sent: true})
	}
	return p, nil
}

// The errors of a server that wants to be left alone for a while are told from those of a mail.
var (
	errTimeout  = errors.New("the server does not answer")
	errAuth     = errors.New("the server refuses the login")
	errToken    = errors.New("no token for the login")
	errThrottle = errors.New("the server asks for a pause")
)

// errStore marks an error of our own journal or disk: the mail is left alone and nothing counts
// against it.
type errStore struct{ error }

func (e errStore) Unwrap() error { return e.error }

func storeError(err error) error {
	if err == nil {
		return nil
	}
	return errStore{fmt.Errorf("keep mail: %w", err)}
}
