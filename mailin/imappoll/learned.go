package imappoll

import "time"

// learned is what an account's connections learn of the server, for those that come after. It is
// forgotten with the process: what must not be is in the journal.
type learned struct {
	pace       pace
	unlistable int // connections that ended over LIST
	folders    map[string]*aboutFolder
	mails      map[mailID]*aboutMail
}

// pace is how much is asked of the server at once: less after the connection ended.
type pace struct{ mails, asked, moved int }

type aboutFolder struct {
	trouble
	awaited    time.Time     // since when it is, if it was not there
	fetched    time.Time     // when a mail of it was last had
	epochs     []time.Time   // that began in the last day
	noPrints   time.Time     // until then prints are not asked for: the connection ended over them
	printPause time.Duration // the last
	recognised bool          // in this process
	counted    time.Time     // the last night that sent mail has waited
	kept       int           // mails that the server keeps though it says that it has removed them
	strange    bool          // it is of another mailbox than before
	since      time.Time     // its UIDs were given out once more and none of its mail is known
}

// trouble is a folder in which connections end.
type trouble struct {
	ends  int       // in a row
	until time.Time // it is left alone
	why   string
}

// mailID is one mail on the server.
type mailID struct {
	Folder
	uid uint32
}

type aboutMail struct {
	deaths  int       // connections that ended when it was asked about
	died    time.Time // the last
	bare    time.Time // since when its print is asked for in vain
	moving  int       // connections that ended when it alone was to be removed
	moved   time.Time // the last
	refused time.Time // at first
	tried   time.Time // when it was tried again, having been set aside
	header  []byte    // of sent mail that waits; nil: must be asked for
}

func newLearned() learned {
	return learned{pace: pace{mostMails, mostAsked, mostMails}, folders: map[string]*aboutFolder{},
		mails: map[mailID]*aboutMail{}}
}

func (l *learned) folder(name string) *aboutFolder { return about(l.folders, name) }

// known is what is known of a mail of the open folder; of most there is nothing.
func (s *session) known(uid uint32) aboutMail {
	if m := s.mails[mailID{s.open.Folder, uid}]; m != nil {
		return *m
	}
	return aboutMail{}
}

// learn is a place for what is known of a mail.
func (s *session) learn(uid uint32) *aboutMail { return about(s.mails, mailID{s.open.Folder, uid}) }

// forget drops what is known of a mail that is dealt with.
func (s *session) forget(uid uint32) { delete(s.mails, mailID{s.open.Folder, uid}) }

func about[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}
