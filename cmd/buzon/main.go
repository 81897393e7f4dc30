// Command buzon is an email-driven ticketing gateway: one binary that takes mail in, keeps the
// desk, and sends mail out.
//
//	mailin ─► threading ─► store ─► mailout, put together by open.go and run by serve.go
//
// Every other file is one subcommand. They read and write the same data directory, also while the
// daemon runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"buzon/store/desk"
)

// Exit codes; deliver has its own (sysexits).
const (
	exitOK      = 0
	exitFailure = 1 // it was tried and did not work, or there is no such thing
	exitUsage   = 2 // the command line or the configuration is wrong; nothing was done
)

func main() {
	syscall.Umask(0o077) // what the desk keeps is private, whatever the caller's umask
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals // whoever asks a second time waits for nothing
		os.Exit(exitFailure)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// app is what every subcommand has in hand.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	configFile     string
	dataDir        string
	json           bool
	zone           *time.Location // of printed times; the configuration's once it is read
}

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// failed marks an error of the work itself, as apart from the command line's; one that has its code
// keeps it.
func failed(err error) error {
	if err == nil || errors.As(err, new(exitError)) {
		return err
	}
	return exitError{exitFailure, err}
}

// run is the whole program; it can be called from tests.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var e exitError
	if !errors.As(err, &e) {
		e = exitError{exitUsage, err}
	}
	if text := e.err.Error(); text != "" {
		fmt.Fprintln(stderr, "buzon:", safeText(text))
	}
	return e.code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "buzon", Short: "Email-driven ticketing gateway",
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.configFile, "config", "c", "",
		"configuration `FILE` (default buzon.toml, then /etc/buzon/buzon.toml)")
	f.StringVar(&a.dataDir, "data", "", "data `DIR`, instead of the configured data_dir")
	f.BoolVar(&a.json, "json", false, "print JSON")
	root.AddCommand(a.initialise(), a.serve(), a.demo(), a.check(), a.copy(), a.backup(),
		a.restore(), a.deliver(), a.parse(), a.mail(), a.ticket(), a.viewAs(), a.jobs(), a.outbox(),
		a.quarantine(), a.pending(), a.imports(), a.block(), a.alert(), a.reports(),
		a.people("agent"), a.people("person"), a.template(), a.key(), a.dkim(), a.mailbox(),
		a.oauth(), a.version())
	for _, k := range desk.Kinds {
		root.AddCommand(a.catalogue(k))
	}
	root.SetOut(a.stdout) // the completion command keeps what it finds here
	root.InitDefaultCompletionCmd()
	a.complete(root)
	for _, c := range root.Commands() {
		if c.HasSubCommands() { // alone it shows them; another word is an error
			c.Args, c.RunE = cobra.NoArgs, root.RunE
		}
		for _, sub := range append(c.Commands(), c) {
			tellUse(sub)
		}
	}
	tellUse(root)
	return root
}

// tellUse has a command say how it is written when its arguments are not what it takes.
func tellUse(c *cobra.Command) {
	args := c.Args
	c.Args = func(c *cobra.Command, given []string) error {
		if args == nil {
			return nil
		}
		err := args(c, given)
		switch {
		case err == nil:
			return nil
		case c.HasSubCommands():
			return fmt.Errorf("%w: see %s --help", err, c.CommandPath())
		}
		return fmt.Errorf("%w: write %s", err, strings.TrimSuffix(c.UseLine(), " [flags]"))
	}
}
