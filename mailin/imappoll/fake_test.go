package imappoll

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fake is an IMAP server in memory that lies, fails and falls silent as a test wants. It serves one
// folder, under every name, or only under one.
type fake struct {
	mu       sync.Mutex
	caps     string
	validity int
	next     int    // UIDNEXT; 0: not told
	only     string // the name of the folder that has mail; "": every one
	open     string
	uids     []int
	letters  map[int]int  // which letter a UID is, if not the one of its number
	deleted  map[int]bool // carry \Deleted
	copied   []int        // what is in the target folder
	heard    []string     // commands without tags
	logins   int
	conns    int
	last     net.Conn // the client's end of it
	// answer, if set, answers a command instead of the server: "" leaves it to the server, "CUT" at
	// the end of the text ends the connection, "SILENCE" says nothing at all.
	answer func(command string) string
	// body, if set, is a mail's answer to FETCH BODY.PEEK[]; "" is the letter with the number of
	// the UID.
	body func(uid int) string
}

const (
	cut     = "CUT"
	silence = "SILENCE"
)

func newFake(uids ...int) *fake {
	return &fake{caps: "MOVE UIDPLUS", validity: 1, uids: uids, deleted: map[int]bool{}}
}

// Dial is the account's.
func (f *fake) Dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	f.mu.Lock()
	f.conns++
	f.last = client
	f.mu.Unlock()
	go f.serve(server)
	return client, nil
}

func (f *fake) capability() string { return strings.TrimSpace("IMAP4rev1 " + f.caps) }

func (f *fake) serve(c net.Conn) {
	defer c.Close()
	fmt.Fprintf(c, "* OK [CAPABILITY %s] ready\r\n", f.capability())
	r, tag := bufio.NewReader(c), ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		command := strings.TrimRight(line, "\r\n")
		if command != "DONE" { // which ends IDLE, under its tag
			tag, command, _ = strings.Cut(command, " ")
		}
		f.mu.Lock()
		text := f.reply(command)
		f.mu.Unlock()
		if text == silence {
			io.Copy(io.Discard, r)
			return
		}
		text, ends := strings.CutSuffix(text, cut)
		if !ends && !strings.Contains(text, "{tag}") && !strings.HasPrefix(text, "+") {
			text += "{tag} OK done\r\n"
		}
		if _, err := io.WriteString(c, strings.ReplaceAll(text, "{tag}", tag)); err != nil || ends {
			return
		}
	}
}

func (f *fake) reply(command string) string {
	f.heard = append(f.heard, command)
	verb, rest, _ := strings.Cut(command, " ")
	if verb == "UID" {
		verb, rest, _ = strings.Cut(rest, " ")
	}
	if verb == "LOGIN" || verb == "AUTHENTICATE" {
		f.logins++
	}
	if f.answer != nil {
		if text := f.answer(command); text != "" {
			return text
		}
	}
	switch verb {
	case "LOGIN", "AUTHENTICATE":
		return "{tag} OK [CAPABILITY " + f.capability() + "] welcome\r\n"
	case "IDLE":
		return "+ idling\r\n"
	case "LIST":
		return "* LIST () \"/\" INBOX\r\n"
	case "SELECT", "EXAMINE":
		f.open = strings.Trim(rest, `"`)
		if f.only != "" && f.open != f.only {
			return "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n{tag} OK [READ-WRITE] done\r\n"
		}
		text := fmt.Sprintf("* %d EXISTS\r\n* OK [PERMANENTFLAGS (\\Deleted \\*)] x\r\n* OK "+
			"[UIDVALIDITY %d] x\r\n", len(f.uids), f.validity)
		if f.next > 0 {
			text += fmt.Sprintf("* OK [UIDNEXT %d] x\r\n", f.next)
		}
		return text + "{tag} OK [READ-WRITE] done\r\n"
	case "SEARCH":
		if f.only != "" && f.open != f.only {
			return "* SEARCH\r\n"
		}
		return "* SEARCH" + strings.TrimRight(" "+strings.Trim(fmt.Sprint(f.uids), "[]"),
			" ") + "\r\n"
	case "FETCH":
		return f.fetch(rest)
	case "COPY":
		f.copied = append(f.copied, f.present(rest)...)
	case "STORE":
		if strings.Contains(rest, `\Deleted`) {
			for _, uid := range f.present(rest) {
				f.deleted[uid] = true
			}
		}
	case "MOVE":
		f.copied = append(f.copied, f.present(rest)...)
		f.remove(f.present(rest))
	case "EXPUNGE":
		if command == "EXPUNGE" {
			f.remove(f.uids)
		} else {
			f.remove(f.present(rest))
		}
	}
	return ""
}

// remove takes mails away that are marked, or are being moved.
func (f *fake) remove(uids []int) {
	uids = slices.Clone(uids)
	f.uids = slices.DeleteFunc(f.uids, func(uid int) bool {
		last := f.heard[len(f.heard)-1]
		return slices.Contains(uids, uid) && (f.deleted[uid] || strings.HasPrefix(last, "UID MOVE"))
	})
}

// present are the mails of a UID set that are there.
func (f *fake) present(rest string) (uids []int) {
	set, _, _ := strings.Cut(rest, " ")
	for _, r := range strings.Split(set, ",") {
		from, to, ranged := strings.Cut(r, ":")
		a, _ := strconv.Atoi(from)
		b, _ := strconv.Atoi(to)
		if !ranged {
			b = a
		}
		for _, uid := range f.uids {
			if uid >= a && uid <= b {
				uids = append(uids, uid)
			}
		}
	}
	return uids
}

func (f *fake) fetch(rest string) (text string) {
	for i, uid := range f.present(rest) {
		raw := string(letter(cmp.Or(f.letters[uid], uid)))
		header := raw[:strings.Index(raw, "\r\n\r\n")+4]
		switch {
		case strings.Contains(rest, "HEADER.FIELDS"):
			var picked string
			for line := range strings.Lines(header) {
				if name, _, ok := strings.Cut(line, ":"); !ok ||
					strings.Contains(strings.ToUpper(rest), strings.ToUpper(name)) {
					picked += line
				}
			}
			text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d BODY[HEADER.FIELDS (MESSAGE-ID "+
				"DATE FROM SUBJECT)]<0> {%d}\r\n%s)\r\n", i+1, uid, len(raw), len(picked), picked)
		case strings.Contains(rest, "HEADER"):
			text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d BODY[HEADER]<0> {%d}\r\n%s)\r\n",
				i+1, uid, len(raw), len(header), header)
		case !strings.Contains(rest, "BODY"):
			text += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d)\r\n", i+1, uid, len(raw))
		default:
			if f.body != nil {
				if own := f.body(uid); own != "" {
					text += own
					if strings.HasSuffix(own, cut) || strings.Contains(own, "{tag}") {
						return text
					}
					continue
				}
			}
			text += whole(i+1, uid, len(raw), raw)
		}
	}
	return text
}

func whole(seq, uid, size int, raw string) string {
	return fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n", seq, uid, size,
		len(raw), raw)
}

// account is one that looks at this server every two minutes, and its journal.
func (f *fake) account() (*memory, Account) {
	j := newMemory()
	a := account(j, 143)
	a.Dial, a.Schedule = f.Dial, "@every 2m"
	a.Listen = time.Minute // nobody asks for anything in days that pass at once
	return j, a
}

// change changes the server while it may be answering.
func (f *fake) change(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
}

// said counts the commands that begin so.
func (f *fake) said(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.heard {
		if strings.HasPrefix(h, prefix) {
			n++
		}
	}
	return n
}
