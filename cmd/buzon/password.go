package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"buzon/mailin/smtpd"
	"buzon/store"
	"buzon/store/desk"
)

// leastPassword is how long a password must be.
const leastPassword = 12

// hashing is what a password costs to try: 19 MiB and two passes, as OWASP has it.
var hashing = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1,
	SaltLength: 16, KeyLength: 32}

// agentPassword is `buzon agent password`: it sets what an agent logs in with at the SMTP door.
func (a *app) agentPassword() *cobra.Command {
	var remove bool
	c := a.withPerson(a.existing, "password ADDRESS",
		"Set an agent's password for the SMTP door, from standard input",
		func(c *cobra.Command, h *house, p desk.Person) error {
			if remove {
				return h.setPassword(c.Context(), p, "")
			}
			return a.givePassword(c.Context(), h, p)
		})
	c.Flags().BoolVar(&remove, "remove", false, "take it away: he can't log in any more")
	return c
}

// givePassword sets the password that standard input has.
func (a *app) givePassword(ctx context.Context, h *house, p desk.Person) error {
	if !p.Agent() {
		return fmt.Errorf("%s is no agent: only agents log in", p.Address())
	}
	password, err := a.readPassword()
	if err != nil {
		return err
	}
	if len(password) < leastPassword {
		return fmt.Errorf("a password has %d characters or more", leastPassword)
	}
	hash, err := hashed(password)
	if err != nil {
		return err
	}
	if !h.config.logins() {
		fmt.Fprintln(a.stderr, "buzon: nobody can log in yet: set smtp.auth = true")
	}
	return h.setPassword(ctx, p, hash)
}

func hashed(password string) (string, error) { return argon2id.CreateHash(password, hashing) }

func (c config) logins() bool { return c.SMTP != nil && c.SMTP.Auth }

func (h *house) setPassword(ctx context.Context, p desk.Person, hash string) error {
	return h.store.Write(ctx, func(tx *store.Tx) error { return tx.SetPassword(ctx, p.ID, hash) })
}

// readPassword reads a line, which a terminal does not show.
func (a *app) readPassword() (string, error) {
	if f, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(a.stderr, "Password: ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.stderr)
		return string(b), err
	}
	line, err := bufio.NewReader(io.LimitReader(a.stdin, 4<<10)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// login checks who logs in at the SMTP door. One is tried at a time: each takes memory. Whoever
// has no password takes as long as who has one.
func (h *house) login() func(user, password string) error {
	nobody, err := argon2id.CreateHash("nobody has this one", hashing)
	if err != nil {
		return func(string, string) error { return err }
	}
	turn := make(chan struct{}, 1)
	return func(user, password string) error {
		turn <- struct{}{}
		defer func() { <-turn }()
		ctx := context.Background()
		p, err := h.store.PersonByAddress(ctx, desk.Canonical(user))
		if err != nil {
			return err
		}
		hash := ""
		if p.Agent() && p.Active {
			if hash, err = h.store.Password(ctx, p.ID); err != nil {
				return err
			}
		}
		known := hash != ""
		if !known {
			hash = nobody
		}
		ok, err := argon2id.ComparePasswordAndHash(password, hash)
		if err == nil && (!ok || !known) {
			err = smtpd.ErrAuth
		}
		return err
	}
}
