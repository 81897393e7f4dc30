package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

// notRun are the documented commands that are only read here, and why.
var notRun = map[string]string{
	"serve":              "every story runs it",
	"demo":               "it has a test of its own",
	"copy":               "it has a test of its own",
	"oauth login":        "it asks a provider",
	"check --send":       "it sends to a provider",
	"mailbox poll":       "the desk has no account",
	"mailbox reconcile":  "the desk has no account",
	"person forget":      "it has a test of its own",
	"agent set":          "the desk's agents stand in its configuration",
	"agent remove":       "likewise",
	"restore":            "it has a test of its own, and needs a directory without a desk",
	"quarantine release": "it has tests of its own, with mail in quarantine",
}

var (
	codeBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	codeSpan   = regexp.MustCompile("`([^`\n]+)`")
	buzonCall  = regexp.MustCompile(`^\s*(?:sudo -u buzon )?buzon ([a-z].*)$`)
	shellWord  = regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`)
	documented = []string{"../../README.md", "../../docs/*.md"}
)

// documentedCall is a command line of a page, without "buzon".
type documentedCall struct {
	page, line string
	block      bool // in a block of commands: it must succeed as it stands; else it may be a mere mention
}

func documentedCalls(t *testing.T) (list []documentedCall) {
	t.Helper()
	for _, pattern := range documented {
		pages, _ := filepath.Glob(pattern)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			add := func(line string, block bool) {
				if m := buzonCall.FindStringSubmatch(line); m != nil {
					line, _, _ := strings.Cut(m[1], "|")
					line, _, _ = strings.Cut(line, " #")
					list = append(list, documentedCall{page, line, block})
				}
			}
			for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
				for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
					add(strings.TrimSpace(line), true)
				}
			}
			for _, span := range codeSpan.FindAllStringSubmatch(
				codeBlock.ReplaceAllString(string(text), ""), -1) {
				add(span[1], false)
			}
		}
	}
	return list
}

// arguments are the words of the line, with what is there in this test for what stands for it in
// the text.
func (c documentedCall) arguments(t *testing.T, mail string) (args []string) {
	for i, m := range shellWord.FindAllStringSubmatch(c.line, -1) {
		word := m[1] + m[2] + m[3]
		switch {
		case !c.block && strings.Trim(word, "0123456789") == "" && word != "2026": // no year
			word = "1"
		case strings.HasSuffix(word, ".eml"):
			word = mail
		case word == "ID", word == "N":
			word = "1"
		case word == "ADDRESS":
			word = carla
		case word == "FILE" || word == "/etc/buzon/buzon.toml":
			word = filepath.Join(t.TempDir(), "buzon.toml")
		case i == 1 && args[0] == "backup" && word != "-":
			word = filepath.Join(t.TempDir(), "desk.tar")
		case i > 0 && args[i-1] == "--out",
			i == 2 && args[0] == "template" &&
				!strings.HasPrefix(word, "-"): // a directory to write into
			word = filepath.Join(t.TempDir(), word)
		}
		args = append(args, word)
	}
	return args
}

// TestDocumentedCommands: what README and docs tell people to write is known to buzon, and does not
// fail.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{Top: `plazos = "co-ley1755"`})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "550 5.1.1 no such user", Always: true})
	d.send(printer)
	d.quiet()
	d.stop()
	mail := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(mail, []byte(d.cli("mail", "raw", "1")), 0o600); err != nil {
		t.Fatal(err)
	}
	calls := documentedCalls(t)
	if n := len(calls); n < 50 {
		t.Fatalf("only %d commands were found", n)
	}
	for _, c := range calls {
		args := c.arguments(t, mail)
		root := (&app{stdout: io.Discard, stderr: io.Discard}).root(nil)
		command, rest, err := root.Find(args)
		if err == nil {
			err = command.ParseFlags(rest)
		}
		if err != nil || command == root {
			t.Errorf("%s: buzon %s: %v", c.page, c.line, err)
			continue
		}
		path := strings.TrimPrefix(command.CommandPath(), "buzon ")
		why := notRun[path]
		if slices.Contains(args, "--send") {
			why = notRun["check --send"]
		}
		whole := command.Runnable() && command.ValidateArgs(command.Flags().Args()) == nil
		if why != "" || !whole && !c.block || command.HasSubCommands() || path == "init" &&
			!c.block {
			continue
		}
		if code, _, errs := d.runCLI("", args...); code == exitUsage || c.block && code != exitOK {
			t.Errorf("%s: buzon %s: exit %d: %s", c.page, c.line, code, errs)
		}
	}
}
