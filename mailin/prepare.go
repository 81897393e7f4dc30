package mailin

import (
	"context"
	"fmt"
	"io"
	"net/mail"
	"strings"

	"buzon/mailin/alert"
	"buzon/mailin/lapse"
	"buzon/mailin/message"
	"buzon/mailin/proof"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates/rich"
	"buzon/threading"
)

// prepared is a mail that has been read, with all that filing it needs, so that the transaction
// does no work but its own. It keeps nothing open: many may wait for their turn.
type prepared struct {
	mail        store.Mail
	rd          *Reading
	canonical   []byte
	attachments []store.NewAttachment // durable once settled
	text        string                // as written; from here on without passwords
	inFull      string                // as agents are shown it
	quoted      string
	passedOn    string // forwarded
	page        *rich.Page
	signature   string
	words       string // of it, for the search
	said        string // a short form of it, by which a responder is known
	// ownNotice: a notice that the desk sent to an agent is among the attachments
	ownNotice    bool
	fielded      string      // where field lines may stand, and
	places       []bool      // in which lines of it
	hinted       lapse.Hints // what the text says beside its words
	personWanted bool        // a line of the new words asks for a person
	speaksOfFile bool        // the new words announce a file
	// it had a password in it, which is masked in all that is kept beside the original
	secret bool
	raw    *store.Blob  // until the sender has been proven
	proven proof.Result // of the domain in From
	alert  alert.Alert  // that a monitoring system tells, where
	alerts bool         // there is one
}

// prepare reads a mail of the journal. What it returns must be proven and settled.
func (in *Intake) prepare(ctx context.Context, m store.Mail) (p *prepared, err error) {
	raw, err := in.o.Store.OpenMail(ctx, m)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p == nil || p.raw == nil {
			raw.Close()
		}
	}()
	p = &prepared{mail: m}
	if p.rd, err = in.read(ctx, raw, raw.Size, in.readOptions(m.Envelope)); err != nil {
		return nil, err
	}
	p.rd.found(m.Envelope.Found)
	if p.canonical, err = canonical(p.rd.Message, raw, raw.Size); err != nil {
		return nil, fmt.Errorf("hash mail: %w", err)
	}
	p.rd.nameMails(ctx)
	for i := range p.rd.Message.Attachments {
		a, err := in.keep(&p.rd.Message.Attachments[i], !p.rd.listed(p.rd.Message.Attachments[i]))
		if err != nil {
			p.close()
			return nil, err
		}
		p.attachments = append(p.attachments, a)
		p.ownNotice = p.ownNotice || in.agentsNotice(&p.rd.Message.Attachments[i])
	}
	p.understand()
	in.readAlert(p)
	p.raw = raw
	return p, nil
}

// understand reads all in the words that filing asks about.
func (p *prepared) understand() {
	p.hideSecrets()
	p.page = rich.Read(p.rd.Message.HTML)
	p.fielded, p.places = p.rd.Reply.Fields()
	own := p.rd.Reply.New()
	p.hinted = lapse.Read(p.text, p.words)
	p.speaksOfFile = lapse.SpeaksOfFile(lapse.Head(own), p.words)
	p.personWanted, p.said = desk.AsksForPerson(own), print(p.text)
	p.words += store.Words("", p.attachments)
}

// hideSecrets masks passwords in all of the mail that is kept, but for the mail itself.
func (p *prepared) hideSecrets() {
	mask := func(text string) string {
		masked, found := lapse.Mask(text)
		p.secret = p.secret || found
		return masked
	}
	p.rd.Message.Subject = mask(p.rd.Message.Subject)
	p.rd.CleanSubject = mask(p.rd.CleanSubject)
	written, parts := p.rd.written(), p.rd.Reply
	p.text, p.words = written, store.Words(written, nil)
	if lapse.MayHide(written, p.words) {
		if p.text = mask(written); p.text != written {
			p.words = store.Words(p.text, nil)
		}
	}
	if p.inFull = p.text; p.rd.Shown() != written {
		p.inFull, _ = lapse.Mask(p.rd.Shown())
	}
	// what stands here may be another's, so that nobody is warned of it
	p.quoted, _ = lapse.Mask(parts.Quoted())
	p.passedOn, _ = lapse.Mask(parts.Forwarded())
	p.signature, _ = lapse.Mask(parts.Signature())
}

// settle makes the attachments durable, and waits for the disk.
func (p *prepared) settle() error {
	defer p.close()
	return store.Settled(p.attachments)
}

// close closes the attachments' files; what was settled stays.
func (p *prepared) close() {
	for _, a := range p.attachments {
		a.Spool.Close()
	}
}

// keep copies an attachment's decoded bytes to a spool.
func (in *Intake) keep(a *message.Attachment, ornament bool) (store.NewAttachment, error) {
	spool := in.o.Store.NewSpool()
	if _, err := io.Copy(spool, a.Open()); err != nil {
		spool.Close()
		return store.NewAttachment{}, fmt.Errorf("keep attachment: %w", err)
	}
	return store.NewAttachment{Spool: spool, Attachment: desk.Attachment{
		Filename: a.Filename, ContentType: a.ContentType,
		Size: spool.Size(), SHA256: spool.SHA256(),
		Inline: a.Inline, ContentID: a.ContentID, Ornament: ornament,
	}}, nil
}

// agentsNotice reports whether an attached mail is one that the desk sent to an agent.
func (in *Intake) agentsNotice(a *message.Attachment) bool {
	named := strings.HasSuffix(strings.ToLower(a.Filename), ".eml")
	if a.ContentType != "message/rfc822" && !named {
		return false
	}
	m, err := mail.ReadMessage(io.LimitReader(a.Open(), 64<<10))
	if err != nil {
		return false
	}
	t, v := in.o.Signer.VerifyMessageID(m.Header.Get("Message-ID"), in.boxes)
	return v == threading.Valid && t.Kind.Desk()
}
