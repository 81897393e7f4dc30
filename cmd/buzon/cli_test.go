package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBadConfiguration: one clear sentence that names the file, the line where it is known, and the
// key; exit 2; nothing made.
func TestBadConfiguration(t *testing.T) {
	dir := t.TempDir()
	open := filepath.Join(dir, "open.secret")
	if err := os.WriteFile(open, []byte("s3creto\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const box = "[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n"
	relay := func(more string) string {
		return box +
			"[relay]\nhost = \"smtp.ejemplo.test\"\n" + more
	}
	imap := func(more string) string {
		return box + "[[imap]]\nhost = \"imap.ejemplo.test\"\nusername = \"soporte\"\n" + more
	}
	for i, c := range []struct {
		name, text string
		line       int // 0: not known
		words      []string
	}{
		{"a pattern alone", box + "[alerts]\nproblem = \"falla\"\n", 0,
			[]string{"alerts.recovery", "all three"}},
		{"a pattern that is none", box +
			"[alerts]\nproblem = \"(\"\nrecovery = \"b\"\nkey = \"c\"\n", 4,
			[]string{"alerts.problem", "no regular expression"}},
		{"a source that is none", box + "[alerts]\nsources = [\"a b\"]\n", 4,
			[]string{"alerts.sources", "an address, or a domain"}},
		{"a filter's address", box + "[milter]\naddress = \"rspamd\"\n", 4,
			[]string{"milter.address", "inet:127.0.0.1:11332"}},
		{"a treatment of spam", box + "[milter]\nspam = \"delete\"\n", 4,
			[]string{"milter.spam", "quarantine"}},
		{"broken TOML", box + "[relay\nhost = 1\n", 3, nil},
		{"an unclosed string", box + "name = \"Soporte\n", 3, nil},
		{"a key twice", box + "address = \"otra@ejemplo.test\"\n", 3, []string{"address"}},
		{"unknown key", box + "nmae = \"Soporte\"\n", 3,
			[]string{"mailbox", "nmae", "did you mean name?"}},
		{"unknown key at the top", "datadir = \"/tmp/x\"\n" + box, 1,
			[]string{"datadir", "did you mean data_dir?"}},
		{"unknown table", box + "[smpt]\nlisten = \"127.0.0.1:2525\"\n", 0,
			[]string{"smpt", "did you mean smtp?"}},
		{"unknown key that is like none", relay("password_hint = \"x\"\nfoo = 1\n"), 0,
			[]string{"relay"}},
		{"wrong type", relay("port = \"587\"\n"), 5,
			[]string{"relay.port", "want a number, without quotes"}},
		{"a word for true", box + "plus_addressing = \"yes\"\n", 3,
			[]string{"mailbox.plus_addressing", "want true or false"}},
		{"a number for a word", box + "[smtp]\nlisten = 2525\n", 4,
			[]string{"smtp.listen", "want text in quotes"}},
		{"no mailbox", "language = \"es\"\n", 0, []string{"[[mailbox]]"}},
		{"mailbox without address", "[[mailbox]]\nname = \"x\"\n", 0, []string{"mailbox.address"}},
		{"mailbox address that is none", "[[mailbox]]\naddress = \"soporte\"\n", 2,
			[]string{"mailbox.address", `"soporte"`}},
		{"alias that is none", box + "aliases = [\"ayuda@\"]\n", 0,
			[]string{"mailbox.aliases", `"ayuda@"`}},
		{"two mailboxes with one address",
			box + "[[mailbox]]\naddress = \"ventas@ejemplo.test\"\naliases = " +
				"[\"SOPORTE@ejemplo.test\"]\n", 0, []string{"soporte@ejemplo.test"}},
		{"a mailbox too long for reply addresses", "[[mailbox]]\naddress = \"" +
			strings.Repeat("soporte", 8) + "@ejemplo.test\"\nplus_addressing = true\n", 0,
			[]string{"mailbox.address"}},
		{"closed_reply", box + "closed_reply = \"nuevo\"\n", 3,
			[]string{"closed_reply", `"nuevo"`, `"new", "reopen" or "reject"`}},
		{"a hold of days", box + "hold = \"48h\"\n", 0, []string{"mailbox.hold", `"0s"`}},
		{"reminders in disorder", box + "[sla]\nremind_waiting = [\"7d\", \"3d\"]\n", 4,
			[]string{"sla.remind_waiting", `"3d", "7d"`}},
		{"closed before the last reminder",
			box + "[sla]\nremind_waiting = [\"7d\"]\nclose_waiting = \"7d\"\n", 5,
			[]string{"sla.close_waiting"}},
		{"closed without a warning", box + "[sla]\nclose_waiting = \"7d\"\n", 4,
			[]string{"sla.close_waiting", "sla.remind_waiting"}},
		{"a day that is none", box + "[sla]\nclose_waiting = \"una semana\"\n", 4,
			[]string{"close_waiting", `"una semana"`, `"3d"`}},
		{"a profile without a name", box + "[[profile]]\nsees = [\"own\"]\n", 0,
			[]string{"profile.name"}},
		{"a profile twice", box + "[[profile]]\nname = \"x\"\n[[profile]]\nname = \"x\"\n", 0,
			[]string{"profile.name", `"x"`}},
		{"a profile of what can't be seen", box + "[[profile]]\nname = \"x\"\nsees = [\"all\"]\n",
			0, []string{"profile.sees", `"all"`, `"own"`}},
		{"a mailbox's profile that is not there",
			box + "profile = \"y\"\n[[profile]]\nname = \"x\"\n", 3,
			[]string{"mailbox.profile", `"y"`, "x"}},
		{"the same mailbox twice", box + box, 0, []string{"soporte@ejemplo.test", "listed twice"}},
		{"an agent that is a mailbox", box + "[agents]\n\"soporte+x@ejemplo.test\" = \"Ana\"\n", 0,
			[]string{"agents", "soporte+x@ejemplo.test"}},
		{"on call is a mailbox", box + "[on_call]\naddresses = [\"soporte@ejemplo.test\"]\n", 0,
			[]string{"on_call", "soporte@ejemplo.test"}},
		{"an agent that is no address", box + "[agents]\n\"ana\" = \"Ana\"\n", 0,
			[]string{"agents", `"ana"`}},
		{"bad duration", box + "[outbox]\ngive_up = \"4 days\"\n", 4,
			[]string{"give_up", `"4 days"`}},
		{"bad duration in a list", box + "[outbox]\nretry = [\"1m\", \"-5m\"]\n", 4,
			[]string{"retry", `"-5m"`}},
		{"bad size", "min_free = \"mucho\"\n" + box, 1, []string{"min_free", `"mucho"`}},
		{"bad timezone", "timezone = \"America/Macondo\"\n" + box, 1,
			[]string{"timezone", "America/Macondo"}},
		{"bad agent_proof", "agent_proof = \"weak\"\n" + box, 0,
			[]string{"agent_proof", `"strict"`}},
		{"no data_dir", "data_dir = \"\"\n" + box, 0, []string{"data_dir"}},
		{"smtp without address", box + "[smtp]\nmax_size = \"10MB\"\n", 0, []string{"smtp.listen"}},
		{"smtp.listen with a port that is none", box + "[smtp]\nlisten = \"127.0.0.1:99999\"\n", 4,
			[]string{"smtp.listen", `"127.0.0.1:99999"`}},
		{"http.listen without host", box + "[http]\nlisten = \"8025\"\n", 4,
			[]string{"http.listen", `"8025"`}},
		{"the second mailbox's address", box + "[[mailbox]]\naddress = \"ventas\"\n", 4,
			[]string{"mailbox.address", `"ventas"`}},
		{"smtp.listen without port", box + "[smtp]\nlisten = \"127.0.0.1\"\n", 4,
			[]string{"smtp.listen", `"127.0.0.1"`}},
		{"smtp.lmtp_mode", box + "[smtp]\nlmtp = \"" + dir + "/s\"\nlmtp_mode = \"rw\"\n", 5,
			[]string{"smtp.lmtp_mode", `"rw"`, `"0660"`}},
		{"smtp.lmtp_mode that shuts us out", box + "[smtp]\nlmtp = \"" + dir +
			"/s\"\nlmtp_mode = \"0066\"\n", 5, []string{"smtp.lmtp_mode"}},
		{"smtp.lmtp_group", box + "[smtp]\nlmtp = \"" + dir + "/s\"\nlmtp_group = \"nadie-así\"\n",
			5, []string{"smtp.lmtp_group", "nadie-así"}},
		{"lmtp_mode without lmtp", box + "[smtp]\nlisten = \"127.0.0.1:0\"\nlmtp_mode = \"0660\"\n",
			0, []string{"smtp.lmtp"}},
		{"half a certificate", box + "[smtp]\nlisten = \"127.0.0.1:0\"\ntls_cert = \"a.pem\"\n", 0,
			[]string{"smtp.tls_cert"}},
		{"a certificate that is not there",
			box + "[smtp]\nlisten = \"127.0.0.1:0\"\ntls_cert = \"" + dir +
				"/a.pem\"\ntls_key = \"" + dir + "/a.key\"\n", 0,
			[]string{"smtp.tls_cert", "a.pem"}},
		{"two things wrong", box + "[smtp]\nlisten = \"x\"\n[relay]\nport = 25\n", 0,
			[]string{"smtp.listen"}},
		{"trusted network that is none",
			box + "[smtp]\nlisten = \"127.0.0.1:0\"\ntrusted_networks = [\"casa\"]\n", 0,
			[]string{"smtp.trusted_networks", `"casa"`}},
		{"relay that is none", box + "[smtp]\nlisten = \"127.0.0.1:0\"\nrelays = " +
			"[\"mx.casa.test\"]\n", 0,
			[]string{"smtp.relays", `"mx.casa.test"`}},
		{"sender that is no address", box + "senders = [\"web\"]\n", 0,
			[]string{"mailbox.senders", `"web"`}},
		{"trusted that is no network",
			box + "[smtp]\nlisten = \"127.0.0.1:0\"\ntrusted = [\"10.0.0\"]\n", 0,
			[]string{"smtp.trusted", `"10.0.0"`}},
		{"relay without host", box + "[relay]\nport = 25\n", 0, []string{"relay.host"}},
		{"relay.tls", relay("tls = \"ssl\"\n"), 5, []string{"relay.tls", `"ssl"`, `"starttls"`}},
		{"password and password_file",
			relay("username = \"u\"\npassword = \"s3creto\"\npassword_file = \"/x\"\n"), 0,
			[]string{"relay.password", "relay.password_file"}},
		{"password without username", relay("password = \"s3creto\"\n"), 0, []string{"relay"}},
		{"username without password", relay("username = \"u\"\n"), 0, []string{"relay"}},
		{"relay in clear over the network", relay("tls = \"none\"\n"), 0,
			[]string{"relay", `"none"`}},
		{"relay.port out of range", relay("port = 70000\n"), 0, []string{"relay", "70000"}},
		{"password_file that is not there", relay("username = \"u\"\npassword_file = \"" + dir +
			"/none\"\n"), 0, []string{"relay.password_file", dir + "/none"}},
		{"password_file that others can read", relay("username = \"u\"\npassword_file = \"" + open +
			"\"\n"), 0, []string{"relay.password_file", "chmod 600"}},
		{"environment not set", relay("username = \"u\"\npassword = \"${BUZON_TEST_NOT_SET}\"\n"),
			6, []string{"BUZON_TEST_NOT_SET"}},
		{"imap.tls", imap("password = \"x\"\ntls = \"ssl\"\n"), 0,
			[]string{"imap", "tls", `"ssl"`}},
		{"imap without password", imap(""), 0, []string{"imap.password_file"}},
		{"imap.since", imap("password = \"x\"\nsince = \"ayer\"\n"), 0,
			[]string{"imap.since", `"ayer"`}},
		{"imap.since without quotes", imap("password = \"x\"\nsince = 2026-01-31\n"), 7,
			[]string{"imap.since", "of type local date: want text in quotes"}},
		{"imap.since that is to come", imap("password = \"x\"\nsince = \"2999-01-31\"\n"), 0,
			[]string{"imap.since", `"2999-01-31" is in the future`}},
		{"imap.mailbox of somebody else",
			imap("password = \"x\"\nmailbox = \"otro@ejemplo.test\"\n"), 0,
			[]string{"imap.mailbox", "otro@ejemplo.test"}},
		{"language that is not there", "language = \"fr\"\n" + box, 1,
			[]string{"language", `"fr"`}},
		{"templates that are not there", "templates = \"" + dir + "/none\"\n" + box, 0,
			[]string{"templates", dir + "/none"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, data := filepath.Join(dir, fmt.Sprintf("c%d.toml", i)),
				filepath.Join(dir, fmt.Sprintf("data%d", i))
			text := c.text
			if !strings.Contains(text, "data_dir") && !strings.Contains(text, "datadir") {
				text = strings.TrimRight(text, "\n") + "\n" // keeps the lines where they are
			}
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"-c", config, "--data", data}
			if c.name == "no data_dir" {
				args = args[:2]
			}
			where := config
			if c.line != 0 {
				where = fmt.Sprintf("%s:%d", config, c.line)
			}
			code, out, errs := quickly(t, append(args, "serve")...)
			if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 ||
				!strings.HasPrefix(errs, "buzon: ") || !strings.Contains(errs, where) ||
				strings.Contains(errs, "s3creto") {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit 2 and one line with %s", code,
					out, errs, where)
			}
			for _, word := range c.words {
				if !strings.Contains(errs, word) {
					t.Errorf("%q does not say %s", errs, word)
				}
			}
			// may go on to what else is wrong
			code, out, errs = quickly(t, append(args, "check")...)
			if all := out + errs; code == exitOK ||
				slices.ContainsFunc(c.words,
					func(w string) bool { return !strings.Contains(all, w) }) {
				t.Errorf("check: exit %d, %q, %q; want %q", code, out, errs, c.words)
			}
			if _, err := os.Stat(data); err == nil {
				t.Fatalf("made %s", data)
			}
		})
	}
}

// quickly runs a command that must end by itself.
func quickly(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &out, &errs)
	if ctx.Err() != nil {
		t.Errorf("%v does not end by itself", args)
	}
	return code, out.String(), errs.String()
}

// TestBadCommandLine: one clear sentence, exit 2 for what is written wrongly and 1 for what is not
// there; nothing made.
func TestBadCommandLine(t *testing.T) {
	dir := t.TempDir()
	data, config := filepath.Join(dir, "data"), filepath.Join(dir, "buzon.toml")
	if err := os.WriteFile(config, []byte("[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		word string
	}{
		{[]string{"serv"}, exitUsage, "see buzon --help"},
		{[]string{"completion", "tcsh"}, exitUsage, "see buzon completion --help"},
		{[]string{"mail", "list", "--outcome", "lost"}, exitUsage, "ticket, item, pending"},
		{[]string{"outbox", "list", "--state", "gone"}, exitUsage, "due, sending, sent"},
		{[]string{"mail", "show"}, exitUsage, "write buzon mail show ID"},
		{[]string{"serve", "now"}, exitUsage, `"now"`},
		{[]string{"serve", "--port", "25"}, exitUsage, "--port"},
		{[]string{"--config"}, exitUsage, "--config"},
		{[]string{"-c", filepath.Join(dir, "none.toml"), "serve"}, exitUsage, "none.toml"},
		{[]string{"-c", dir, "serve"}, exitUsage, dir},
		{[]string{"ticket", "sho"}, exitUsage, `"sho"`},
		{[]string{"ticket", "show"}, exitUsage, "1 arg"},
		{[]string{"ticket", "show", "uno"}, exitUsage, `"uno"`},
		{[]string{"ticket", "show", "-1"}, exitUsage, "-1"},
		{[]string{"ticket", "show", "1 2"}, exitUsage, `"1 2"`},
		{[]string{"ticket", "search"}, exitUsage, "1 arg"},
		{[]string{"ticket", "list", "--severity", "alta"}, exitUsage, "severity"},
		{[]string{"mail", "explain"}, exitUsage, "1 arg"},
		{[]string{"mail", "raw", "0"}, exitUsage, `"0"`},
		{[]string{"outbox", "retry", "todo"}, exitUsage, `"todo"`},
		{[]string{"quarantine", "release"}, exitUsage, "between 1 and 2 arg"},
		{[]string{"agent", "add", "ana"}, exitUsage, `"ana"`},
		{[]string{"agent", "add"}, exitUsage, "1 arg"},
		{[]string{"key", "retire"}, exitUsage, "1 arg"},
		{[]string{"parse"}, exitUsage, "1 arg"},
		{[]string{"ticket", "list"}, exitFailure, data},
		{[]string{"ticket", "show", "1"}, exitFailure, data},
		{[]string{"mail", "list"}, exitFailure, data},
		{[]string{"outbox", "list"}, exitFailure, data},
		{[]string{"quarantine", "list"}, exitFailure, data},
		{[]string{"person", "show", "ana@ejemplo.test"}, exitFailure, data},
		{[]string{"key", "list"}, exitFailure, data},
		{[]string{"parse", filepath.Join(dir, "none.eml")}, exitFailure, "none.eml"},
	} {
		t.Run(strings.ReplaceAll(strings.Join(c.args, " "), dir, "DIR"), func(t *testing.T) {
			code, out, errs := quickly(t, append([]string{"-c", config, "--data", data},
				c.args...)...)
			if code != c.code || out != "" || strings.Count(errs, "\n") != 1 ||
				!strings.Contains(errs, c.word) {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit %d and one line with %s", code,
					out, errs, c.code, c.word)
			}
			if _, err := os.Stat(data); err == nil {
				t.Fatalf("made %s", data)
			}
		})
	}
}

// TestJSONShapes: other people's scripts rest on these keys.
func TestJSONShapes(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	l := printer
	l.Files = []file{{"foto.png", "image/png", []byte("no es una foto")}}
	d.send(l)
	d.send(d.last(ana).reply("Hola Carla."))
	item := []string{"number", "type", "author", "visibility", "state", "created_at", "text",
		"quoted", "message_id", "mail", "via", "subject", "attachments", "deliveries"}
	ticket := []string{"number", "subject", "status", "status_class", "severity", "production_down",
		"type", "requester", "organisation", "controller", "assignee",
		"product", "module", "project", "service", "created_at", "updated_at", "closed_at", "links",
		"followers"}
	mail := []string{"id", "received_at", "door", "mailbox", "envelope_from", "message_id",
		"sha256", "from", "subject", "proof", "evidence", "rule", "outcome", "ticket", "item",
		"attempts", "error"}
	notIMAP := []string{"folder", "uidvalidity", "uid"}
	outgoing := []string{"id", "kind", "ticket", "item", "to", "state", "attempts", "next_at",
		"last_reply", "message_id"}
	bounce := filepath.Join(t.TempDir(), "bounce.eml")
	if err := os.WriteFile(bounce, []byte(bounceOf(d.last(carla), soporte)), 0o600); err != nil {
		t.Fatal(err)
	}
	parse := []string{"file", "subject", "from", "to", "cc", "date", "message_id", "case",
		"production_down", "clean_subject", "text", "reply", "quoted", "signature",
		"forwarded", "lang", "auto", "bounce", "attachments", "warnings"}
	attachment := []string{"filename", "content_type", "size", "sha256", "inline", "content_id"}
	for _, c := range []struct {
		args   []string
		keys   []string
		within map[string][]string // key of a list or an object: its keys
		null   []string            // keys whose value is null; no other list may be
	}{
		{[]string{"mail", "list"}, mail, nil, notIMAP},
		{[]string{"mail", "show", "1"}, mail, nil, notIMAP},
		{[]string{"mail", "explain", "1"},
			slices.Concat(mail, []string{"commands", "changes", "notices", "not_told"}),
			map[string][]string{"notices": outgoing}, notIMAP},
		{[]string{"ticket", "list"}, ticket, nil, []string{"organisation", "closed_at", "due_at"}},
		{[]string{"ticket", "search", "impresora"}, ticket, nil,
			[]string{"organisation", "closed_at", "due_at"}},
		{[]string{"ticket", "show", "1"}, append(slices.Clone(ticket), "items", "not_told"),
			map[string][]string{"items": item}, []string{"organisation", "closed_at", "due_at"}},
		{[]string{"outbox", "list"}, outgoing, nil, []string{"next_at"}},
		{[]string{"outbox", "show", "1"}, outgoing, nil, []string{"next_at"}},
		{[]string{"person", "show", carla}, []string{"name", "addresses", "role", "organisation",
			"language", "active", "undeliverable_since", "tickets"}, nil,
			[]string{"organisation", "undeliverable_since", "away_until", "substitute"}},
		{[]string{"agent", "list"}, []string{"name", "addresses", "role"}, nil,
			[]string{"organisation", "undeliverable_since", "away_until", "substitute"}},
		{[]string{"parse", bounce}, parse,
			map[string][]string{"bounce": {"recipient", "status", "action", "original_message_id"}},
			nil},
		{[]string{"parse", filepath.Dir(bounce)}, parse, nil, nil},
		{[]string{"key", "list"}, []string{"id", "created", "retired", "signs"}, nil,
			[]string{"retired"}},
	} {
		t.Run(strings.ReplaceAll(strings.Join(c.args, " "), filepath.Dir(bounce), "DIR"),
			func(t *testing.T) {
				out := d.cli(append(c.args, "--json")...)
				objects := rowsOf[map[string]any](t, out)
				if len(objects) == 0 || strings.Count(out, "\n") != len(objects) {
					t.Fatalf("%d objects on %d lines", len(objects), strings.Count(out, "\n"))
				}
				hasKeys(t, c.args[0], objects[0], c.keys)
				for key, keys := range c.within {
					inner, ok := objects[0][key].(map[string]any)
					if list, isList := objects[0][key].([]any); isList {
						inner, ok = list[0].(map[string]any)
					}
					if !ok {
						t.Errorf("%s is %v", key, objects[0][key])
					}
					hasKeys(t, key, inner, keys)
				}
				for key, value := range objects[0] {
					if value == nil && !slices.Contains(c.null, key) && key != "bounce" &&
						key != "case" {
						t.Errorf("%s is null", key)
					}
				}
				if _, raw, found := strings.Cut(out, "\"received_at\":\""); found &&
					!strings.HasPrefix(raw[10:], "T") {
					t.Errorf("received_at is no RFC 3339 time: %.40s", raw)
				}
			})
	}
	first := d.ticket(1).Items[0]
	var shown map[string]any
	b, _ := json.Marshal(first)
	json.Unmarshal(b, &shown)
	hasKeys(t, "attachment", shown["attachments"].([]any)[0].(map[string]any), attachment)
	hasKeys(t, "delivery", shown["deliveries"].([]any)[0].(map[string]any),
		[]string{"to", "state", "last_reply"})
	parsed := rowsOf[map[string]any](t, d.cli("parse", "--json", bounce))[0]
	if parsed["auto"] != "bounce" || parsed["file"] != bounce ||
		parsed["bounce"].(map[string]any)["status"] != "5.1.1" {
		t.Errorf("parse: %v", parsed)
	}
}

func hasKeys(t *testing.T, what string, object map[string]any, keys []string) {
	t.Helper()
	for _, k := range keys {
		if _, ok := object[k]; !ok {
			t.Errorf("%s has no key %s: %v", what, k, object)
		}
	}
}

// TestTimesFollowTheZone: what is printed for people is in the zone of the configuration, and says
// which.
func TestTimesFollowTheZone(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.file = filepath.Join(t.TempDir(), "tokyo.toml")
	d.configure("timezone = \"Asia/Tokyo\"\ndata_dir = \""+d.data+"\"\n[[mailbox]]\naddress = \""+
		soporte+"\"\n", "")
	d.send(printer)
	for _, args := range [][]string{{"mail", "list"}, {"mail", "show", "1"},
		{"mail", "explain", "1"}, {"ticket", "list"}, {"ticket", "show", "1"},
		{"outbox", "show", "1"}, {"key", "list"}} {
		out := d.cli(args...)
		if zones := regexp.MustCompile(`\d\d:\d\d:\d\d ([+-]?\w+)`).FindAllStringSubmatch(out,
			-1); len(zones) == 0 || strings.Contains(out, "Z\n") {
			t.Errorf("%v names no time:\n%s", args, out)
		} else {
			for _, z := range zones {
				if z[1] != "+0900" {
					t.Errorf("%v: a time in %s:\n%s", args, z[1], out)
				}
			}
		}
	}
}

// TestTerminalIsSafe: nothing that a stranger writes moves the cursor, changes the title or forges
// a line.
func TestTerminalIsSafe(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	evil := "\x1b]0;pwn\x07\x1b[2J\r\n99 " +
		"forged\u202e\u200f\u200b\u00ad\u2028\ufeff\ue000\U000e0041\x9b31m\u009b2J\x00"
	d.send(letter{Sender: "eva@malo.test", From: "=?utf-8?q?=1B[31mEva=0D=0A?= <eva@malo.test>",
		To: soporte, Subject: "Hola " + evil, Text: "Texto \x1b[2Jmalo\u202e.",
		Files: []file{{"\x1b[1mfoto\u202egnp.exe", "image/png", []byte("x")}}})
	d.postRaw("nadie@malo.test", "Subject: sin remitente \x1b[2J\r\n\r\nx\r\n")
	d.quiet()
	raw := filepath.Join(t.TempDir(), "\x1b[2Jmail.eml")
	if err := os.WriteFile(raw, []byte(d.cli("mail", "raw", "1")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"mail", "list"}, {"mail", "show", "1"},
		{"mail", "explain", "1"}, {"mail", "explain", "2"}, {"ticket", "list"},
		{"ticket", "show", "1"},
		{"ticket", "search", "hola"}, {"outbox", "list"}, {"person", "list"},
		{"person", "show", "eva@malo.test"}, {"quarantine", "list"}, {"quarantine", "show", "2"},
		{"parse", raw},
		{"ticket", "show", "\x1b[2J"}, {"person", "show", "\x1b[2J@x.test"},
		{"parse", raw + ".no"}} {
		_, out, errs := d.runCLI("", args...)
		if out+errs == "" {
			t.Errorf("%q prints nothing", args)
		}
		noneUnseen(t, args, out+errs)
		_, lines, _ := d.runCLI("", append(args, "--json")...)
		noneUnseen(t, args, lines)
		rowsOf[map[string]any](t, lines)
		if strings.Contains(out, "\n99 forged") {
			t.Errorf("%q: a subject forges a line:\n%s", args, out)
		}
	}
	if log := d.log.String(); strings.ContainsAny(log, "\x1b\x07\x00") {
		t.Errorf("the log: %q", log)
	}
}

func noneUnseen(t *testing.T, args []string, out string) {
	t.Helper()
	for _, r := range out {
		if unseen(r) && r != '\n' {
			t.Errorf("%q prints %U:\n%q", args, r, out)
			return
		}
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Año nuevo, acción: «sí» 👍🏽", "Año nuevo, acción: «sí» 👍🏽"},
		{"a\x1b[2Jb\u009b31m", `a\u001b[2Jb\u009b31m`},
		{"gpj.\u202eexe\u2066\u200b\u00ad", `gpj.\u202eexe\u2066\u200b\u00ad`},
		{"una\u2028dos\u0085tres\r\n", `una\u2028dos\u0085tres\u000d\u000a`},
		{"\U000e0041\ue000", `\udb40\udc41\ue000`},
		{"\x9b31m\xff", "\ufffd31m\ufffd"},
	} {
		if got := safe(c.text); got != c.want {
			t.Errorf("safe(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	if got := safeText("uno\r\n\tdos\x07\r"); got != "uno\n\tdos\\u0007\\u000d" {
		t.Errorf("safeText: %q", got)
	}
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestCompletionAndHelp(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"completion", "bash"}, []string{"__start_buzon"}},
		{[]string{"completion", "zsh"}, []string{"#compdef buzon"}},
		{[]string{"completion", "fish"}, []string{"complete -c buzon"}},
		{[]string{}, []string{"serve", "demo", "check", "deliver", "parse", "mail", "ticket",
			"outbox", "quarantine", "agent", "person", "key", "version", "completion"}},
		{[]string{"--help"}, []string{"--config", "--data", "--json"}},
		{[]string{"deliver", "--help"}, []string{"--from", "--rcpt", "75"}},
		{[]string{"version"}, []string{"buzon"}},
		{[]string{"__complete", "ticket", "s"}, []string{"show", "search"}},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), c.args, strings.NewReader(""), &out,
			io.Discard); code != exitOK {
			t.Errorf("%v: exit %d", c.args, code)
		}
		for _, w := range c.words {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%v does not say %s:\n%.500s", c.args, w, out.String())
			}
		}
	}
}

// TestUnknownValues: a value that the desk does not have is refused, and those that it has are
// named.
func TestUnknownValues(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	for _, c := range []struct {
		args []string
		word string
	}{
		{[]string{"ticket", "list", "--status", "perdido"}, "all, open"},
		{[]string{"ticket", "list", "--severity", "9"}, "1 to 3"},
		{[]string{"agent", "add", "eva@ejemplo.test", "--language", "fr"}, "en, es"},
		{[]string{"person", "set", ana, "--language", "fr"}, "en, es"},
		{[]string{"person", "set", ana, "--address", "ana"}, `"ana"`},
	} {
		if code, out, errs := d.runCLI("", c.args...); code != exitUsage || out != "" ||
			!strings.Contains(errs, c.word) {
			t.Errorf("%v: exit %d, %q, %q; want exit 2 and %s", c.args, code, out, errs, c.word)
		}
	}
	for _, known := range []string{"all", "open", "waiting", "Esperando respuesta"} {
		if code, _, errs := d.runCLI("", "ticket", "list", "--status", known); code != exitOK {
			t.Errorf("--status %s: %s", known, errs)
		}
	}
}
