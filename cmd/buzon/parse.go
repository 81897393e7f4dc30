package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/mailin"
	"buzon/mailin/message"
	"buzon/mailin/reply"
)

func (a *app) parse() *cobra.Command {
	return &cobra.Command{
		Use: "parse FILE|DIR|-", Short: "Show what buzon reads in a mail", Args: cobra.ExactArgs(1),
		Long: "Shows what buzon reads in a mail, and which rule took its text apart. For a " +
			"directory, one JSON object for each file.",
		RunE: func(c *cobra.Command, args []string) error {
			return failed(a.parsePath(c.Context(), args[0]))
		},
	}
}

// parsePath reads a mail, or all files of a directory.
func (a *app) parsePath(ctx context.Context, path string) error {
	if path == "-" {
		raw, err := io.ReadAll(a.stdin)
		if err != nil {
			return err
		}
		return a.parseOne(ctx, "-", bytes.NewReader(raw), int64(len(raw)), a.json)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return a.parseFile(ctx, path, a.json)
	}
	files, err := os.ReadDir(path)
	for _, f := range files {
		if err == nil && f.Type().IsRegular() {
			err = a.parseFile(ctx, filepath.Join(path, f.Name()), true)
		}
	}
	return err
}

func (a *app) parseFile(ctx context.Context, path string, asJSON bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return a.parseOne(ctx, path, f, info.Size(), asJSON)
}

func (a *app) parseOne(ctx context.Context, name string, r io.ReaderAt, size int64,
	asJSON bool) error {
	rd, err := mailin.Read(ctx, r, size, mailin.ReadOptions{})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if asJSON {
		return a.object(parsedMail(name, rd))
	}
	a.show(rd)
	return nil
}

// parsed is the JSON of a mail that was read; a fixed interface.
type parsed struct {
	File           string             `json:"file"`
	Subject        string             `json:"subject"`
	From           string             `json:"from"`
	To             []string           `json:"to"`
	Cc             []string           `json:"cc"`
	Date           *string            `json:"date"`
	MessageID      string             `json:"message_id"`
	Case           *int64             `json:"case"`
	ProductionDown bool               `json:"production_down"`
	CleanSubject   string             `json:"clean_subject"`
	Text           string             `json:"text"`
	HTML           string             `json:"html"` // source, decoded
	Reply          string             `json:"reply"`
	Quoted         string             `json:"quoted"`
	Signature      string             `json:"signature"`
	Forwarded      string             `json:"forwarded"`
	Lang           string             `json:"lang"`
	Auto           string             `json:"auto"`
	AutoReason     string             `json:"auto_reason"`
	Bounce         *parsedBounce      `json:"bounce"`
	Attachments    []parsedAttachment `json:"attachments"`
	Warnings       []string           `json:"warnings"`
}

type parsedBounce struct {
	Recipient         string `json:"recipient"`
	Status            string `json:"status"`
	Action            string `json:"action"`
	OriginalMessageID string `json:"original_message_id"`
}

type parsedAttachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	Inline      bool   `json:"inline"`
	ContentID   string `json:"content_id"`
}

func parsedMail(name string, rd *mailin.Reading) parsed {
	m := rd.Message
	p := parsed{
		File: name, Subject: m.Subject, To: addresses(m.To), Cc: addresses(m.Cc),
		MessageID:      m.MessageID,
		ProductionDown: rd.ProductionDown, CleanSubject: rd.CleanSubject, Text: rd.Text,
		HTML: m.HTML, Reply: rd.Reply.Reply(), Quoted: rd.Reply.Quoted(),
		Signature: rd.Reply.Signature(), Forwarded: rd.Reply.Forwarded(), Lang: rd.Lang,
		Auto: string(rd.Origin.Class), AutoReason: rd.Origin.Reason,
		Attachments: []parsedAttachment{}, Warnings: nonNil(m.Warnings),
	}
	if len(m.From) > 0 {
		p.From = m.From[0].Address
	}
	if !m.Date.IsZero() {
		date := m.Date.Format(time.RFC3339)
		p.Date = &date
	}
	if rd.Case != 0 {
		p.Case = &rd.Case
	}
	if b := rd.Origin.Bounce; b != nil {
		p.Bounce = &parsedBounce{b.Recipient, b.Status, b.Action,
			strings.Trim(b.OriginalMessageID, "<>")}
	}
	p.attach(m.Attachments)
	return p
}

// attach adds the attachments, but for those whose words are the text.
func (p *parsed) attach(list []message.Attachment) {
	for _, a := range list {
		if !a.Alone {
			p.Attachments = append(p.Attachments, parsedAttachment{a.Filename, a.ContentType,
				a.Size, a.SHA256, a.Inline, a.ContentID})
		}
	}
}

func addresses(list []message.Address) []string {
	all := []string{}
	for _, a := range list {
		all = append(all, a.Address)
	}
	return all
}

// colours of the kinds of text, for a terminal.
var colours = map[reply.Kind]string{reply.New: "\x1b[1m", reply.Quoted: "\x1b[34m",
	reply.Signature: "\x1b[2m", reply.Forwarded: "\x1b[35m"}

// show prints a mail for a person: the facts, and the text in order with the kind of each stretch
// and its rule.
func (a *app) show(rd *mailin.Reading) {
	p := parsedMail("", rd)
	auto := p.Auto
	if p.AutoReason != "" {
		auto += "  " + p.AutoReason
	}
	facts(a.stdout, "Subject", p.Subject, "From", p.From, "To", strings.Join(p.To, ", "), "Cc",
		strings.Join(p.Cc, ", "), "Date", deref(p.Date),
		"Message-ID", p.MessageID, "Language", p.Lang, "Origin", auto)
	if p.Case != nil {
		facts(a.stdout, "Case", fmt.Sprint(*p.Case))
	}
	if p.ProductionDown {
		facts(a.stdout, "Alarm", "Producción Caída")
	}
	if b := p.Bounce; b != nil {
		facts(a.stdout, "Bounce", fmt.Sprintf("%s %s %s of <%s>", b.Recipient, b.Action, b.Status,
			b.OriginalMessageID))
	}
	for _, at := range p.Attachments {
		facts(a.stdout, "Attachment", fmt.Sprintf("%s (%s, %d bytes)", at.Filename, at.ContentType,
			at.Size))
	}
	for _, w := range p.Warnings {
		facts(a.stdout, "Warning", w)
	}
	a.showText(rd)
}

func (a *app) showText(rd *mailin.Reading) {
	colour, reset := a.colour()
	for _, r := range rd.Reply.Ranges {
		fmt.Fprintf(a.stdout, "\n%s── %s%s%s\n", colour("\x1b[36m"), r.Kind, ruleOf(r), reset)
		fmt.Fprintf(a.stdout, "%s%s%s\n", colour(colours[r.Kind]),
			safeText(strings.Trim(rd.Reply.Base[r.Start:r.End], "\n")), reset)
	}
}

func ruleOf(r reply.Range) string {
	if r.Rule == "" {
		return ""
	}
	return " (" + r.Rule + ")"
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// colour yields escape codes where standard output is a terminal, and nothing elsewhere.
func (a *app) colour() (func(string) string, string) {
	if terminal(a.stdout) && os.Getenv("NO_COLOR") == "" {
		return func(code string) string { return code }, "\x1b[0m"
	}
	return func(string) string { return "" }, ""
}
