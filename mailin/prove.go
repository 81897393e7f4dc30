package mailin

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"buzon/mailin/proof"
	"buzon/store"
	"buzon/store/desk"
)

// prove asks the DNS what proves, or speaks against, the domain in From. Of mail from the archive
// the keys are gone, and of what we sent ourselves nobody asks.
func (in *Intake) prove(ctx context.Context, p *prepared) {
	defer func() {
		p.raw.Close()
		p.raw = nil // many wait for their turn
	}()
	env, m := p.mail.Envelope, p.rd.Message
	sent := strings.HasPrefix(env.Door, "imap-sent:")
	if in.o.Proof == nil || sent || env.Archive || env.Incomplete != "" {
		return
	}
	account, fetched := strings.CutPrefix(env.Door, "imap:")
	peer, _ := netip.ParseAddr(env.Remote)
	look := proof.Mail{
		Raw: p.raw, Size: p.raw.Size, Author: m.Author, From: desk.Canonical(m.Author),
		MailFrom: env.From, Helo: env.Helo, Peer: peer, Door: env.Door == "smtp" ||
			env.Door == "lmtp",
	}
	if fetched {
		look.Authserv = in.o.Authserv[account]
	}
	p.proven = in.o.Proof.Check(ctx, look)
}

// weigh says how sure it is that the address is the sender's: by who vouches for him, else by what
// the domain in From passed or failed. What a form says is proven by nobody.
func (f *filing) weigh(ctx context.Context) error {
	for _, p := range f.prepared.proven.Parts {
		f.proofs = append(f.proofs, store.ProofPart(p))
	}
	switch vouched, err := f.vouched(ctx); {
	case err != nil:
		return err
	case vouched || f.form == "" && f.prepared.proven.Verdict == proof.Passed:
		f.proof = Proven
	case f.prepared.proven.Verdict == proof.Failed:
		return f.failed(ctx)
	}
	return nil
}

// vouched reports whether somebody whom we trust says who wrote: the agent himself, his login or
// his network.
func (f *filing) vouched(ctx context.Context) (bool, error) {
	env := f.mail.Envelope
	if f.mail.Override.Decision == store.Confirm && f.mail.Override.By == f.person.ID {
		return true, nil
	}
	if f.form != "" {
		return false, nil
	}
	if env.Trusted {
		f.proofs = append(f.proofs, store.ProofPart{Method: "network", Result: "pass",
			Detail: "smtp.trusted_networks"})
		return true, nil
	}
	if env.AuthUser == "" {
		return false, nil
	}
	user, err := f.tx.PersonByAddress(ctx, desk.Canonical(env.AuthUser))
	own := user.ID != 0 && user.ID == f.person.ID && user.Agent() && user.Active
	p := store.ProofPart{Method: "auth", Result: "pass", Detail: env.AuthUser}
	if !own {
		p.Result = "policy"
		p.Detail += " logged in, which is not an agent with the address in From"
	}
	f.proofs = append(f.proofs, p)
	return own, err
}

// failed holds a failure against the sender where his domain wants that, or is ours or an agent's:
// those are whom forgers are after.
func (f *filing) failed(ctx context.Context) error {
	if f.strictly() {
		f.proof = Disproof
		return nil
	}
	_, domain, _ := strings.Cut(desk.Canonical(f.rd.Message.Author), "@")
	agents, err := f.tx.Agents(ctx)
	if err != nil {
		return err
	}
	ours := f.o.Mailboxes.Addresses()
	for _, a := range agents {
		ours = append(ours, a.Addresses...)
	}
	if slices.ContainsFunc(ours, func(address string) bool {
		return strings.HasSuffix(desk.Canonical(address), "@"+domain)
	}) {
		f.proof = Disproof
	}
	return nil
}

// strictly reports whether the domain in From wants mail kept out that fails its checks.
func (f *filing) strictly() bool {
	p := f.prepared.proven
	return p.Verdict == proof.Failed && (p.Policy == proof.Quarantine || p.Policy == proof.Reject)
}

// obey keeps mail apart that a filter calls harmful, or a stranger's whose domain asks for it.
func (f *filing) obey() {
	f.filter()
	if f.row.Obeys && f.strictly() {
		f.row.Action, f.row.Alert = Quarantine, true
	}
}
