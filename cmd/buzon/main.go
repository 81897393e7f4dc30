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
	"slices"
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
	root := a.root(args)
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

// commands make the commands of the program, by their names.
func (a *app) commands() map[string]func() *cobra.Command {
	all := map[string]func() *cobra.Command{
		"init": a.initialise, "serve": a.serve, "demo": a.demo, "check": a.check, "copy": a.copy,
		"backup": a.backup, "restore": a.restore, "deliver": a.deliver, "parse": a.parse,
		"mail": a.mail, "ticket": a.ticket, "view-as": a.viewAs, "jobs": a.jobs,
		"outbox": a.outbox, "quarantine": a.quarantine, "pending": a.pending,
		"import": a.imports, "block": a.block, "alert": a.alert, "report": a.reports,
		"template": a.template, "key": a.key, "dkim": a.dkim, "mailbox": a.mailbox,
		"oauth": a.oauth, "version": a.version,
	}
	for _, noun := range []string{"agent", "person"} {
		all[noun] = func() *cobra.Command { return a.people(noun) }
	}
	for _, k := range desk.Kinds {
		all[string(k)] = func() *cobra.Command { return a.catalogue(k) }
	}
	return all
}

// named are the commands that a command line needs: the one that it names, and all where it names
// none, asks for help, or is to be completed. To make all takes as long as a short command.
func (a *app) named(args []string) (list []*cobra.Command) {
	all := a.commands()
	for i := 0; i < len(args); i++ {
		switch {
		case slices.Contains([]string{"-c", "--config", "--data"}, args[i]):
			i++ // its value
		case strings.HasPrefix(args[i], "-"):
		case all[args[i]] != nil:
			return append(list, all[args[i]]())
		default:
			i = len(args)
		}
	}
	for _, create := range all {
		list = append(list, create())
	}
	return list
}

// root is the program's command, with those below it that a command line needs.
func (a *app) root(args []string) *cobra.Command {
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
	root.AddCommand(a.named(args)...)
	root.SetOut(a.stdout) // the completion command keeps what it finds here
	root.InitDefaultCompletionCmd()
	a.complete(root)
	for _, c := range root.Commands() {
		if c.HasSubCommands() && c.RunE == nil { // alone it shows them; another word is an error
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
