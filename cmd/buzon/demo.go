package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) demo() *cobra.Command {
	var stay, keep bool
	c := &cobra.Command{
		Use: "demo", Short: "Play a conversation on embedded defaults, in a temporary directory",
		Args: cobra.NoArgs,
		Long: "Starts a desk in a temporary directory and plays a conversation through its SMTP " +
			"door, as mail clients would. What the desk sends\n" +
			"is caught in a Maildir; nothing leaves this machine. Exit status: 1 when some mail " +
			"did not become what it should.",
		RunE: func(c *cobra.Command, _ []string) error {
			if a.dataDir != "" || a.configFile != "" {
				return errors.New("demo makes a desk of its own in a temporary directory: leave " +
					"out --data and --config, or use buzon serve")
			}
			return failed(a.runDemo(c.Context(), stay, keep))
		},
	}
	c.Flags().BoolVar(&stay, "stay", false, "stay up afterwards, for mail of your own")
	c.Flags().BoolVar(&keep, "keep", false, "keep the temporary directory")
	return c
}

// runDemo plays the script on a desk of its own, and takes it away again.
func (a *app) runDemo(ctx context.Context, stay, keep bool) (err error) {
	dir, err := os.MkdirTemp("", "buzon-demo-") // with mode 0700
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	defer func() {
		if !keep {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	h, err := open(ctx, demoConfig(dir),
		slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.takeLock(ctx, true); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	door, served := make(chan string, 1), make(chan error, 1)
	go func() {
		served <- h.serve(ctx, func(line string) {
			door <- strings.TrimPrefix(line,
				"smtp listening on ")
		})
	}()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	select {
	case addr := <-door:
		p := &player{house: h, door: addr, dir: filepath.Join(dir, "outgoing", "new"),
			sent: map[string]posted{}}
		return a.present(ctx, p, stay, keep)
	case err := <-served:
		served <- nil
		return err
	}
}

// demoConfig is the embedded defaults, with people.
func demoConfig(dir string) config {
	c := defaults()
	c.DataDir, c.named, c.SMTP.Listen = dir, true, "127.0.0.1:0"
	c.DNS.Server = noDNS
	c.SMTP.Networks = []string{"127.0.0.0/8"} // whoever plays there plays everybody
	c.Agents = map[string]string{"ana@ejemplo.test": "Ana Gómez", "luis@ejemplo.test": "Luis Pérez"}
	c.OnCall.Addresses = []string{"guardia@ejemplo.test"}
	c.Caps.Agents = 1000 // a day's mail comes in a minute here
	return c
}

// present plays and reports.
func (a *app) present(ctx context.Context, p *player, stay, keep bool) error {
	if !a.json {
		fmt.Fprintf(a.stdout, "A support desk, Soporte Ejemplo, runs in %s, its SMTP door at %s. "+
			"Customers, its agents Ana and Luis,\n"+
			"and some machines write to it now, as their mail clients would. This takes a few "+
			"seconds.\n\n", p.house.config.DataDir, p.door)
	}
	played, err := p.play(ctx)
	if err != nil {
		return err
	}
	if err := a.reportPlay(ctx, p, played); err != nil {
		return err
	}
	if stay || keep {
		if err := p.writePages(); err != nil {
			return err
		}
	}
	if !a.json {
		a.whereToLook(p, stay, keep)
	}
	if err := wrongs(played); err != nil || !stay {
		return err
	}
	return a.watch(ctx, p, keep)
}
