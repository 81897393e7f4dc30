package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"buzon/threading"
)

func (a *app) key() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "The keys that sign reply addresses and Message-IDs"}
	c.AddCommand(
		a.keyCommand("list", "List the keys", cobra.NoArgs,
			func(k *threading.Keyring, _ []string) error { return a.listKeys(k) }),
		a.rotateKey(),
		a.keyCommand("retire ID", "End a key: replies to what it signed count as unsigned",
			cobra.ExactArgs(1), func(k *threading.Keyring, args []string) error {
				return k.Retire(args[0])
			}))
	return c
}

// rotateKey makes a key beside those that are there, or the first where they are lost.
func (a *app) rotateKey() *cobra.Command {
	var lost bool
	c := a.keyCommand("rotate", "Make a new key that signs from now on; older ones still verify",
		cobra.NoArgs, func(k *threading.Keyring, _ []string) error {
			if lost {
				return fmt.Errorf("the keys are there: leave out --lost")
			}
			id, err := k.Rotate()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "key %s signs from now on\n", id)
			return nil
		})
	rotate := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		conf, err := a.config()
		if err != nil {
			return err
		}
		if !lost || exists(conf.keyFile()) || !conf.deskThere(c.Context()) {
			return rotate(c, args)
		}
		return failed(a.replaceKeys(conf))
	}
	c.Flags().BoolVar(&lost, "lost", false, "the key file is lost for good: begin with a new one")
	return c
}

// replaceKeys begins anew where the keys are lost.
func (a *app) replaceKeys(c config) error {
	if err := becomeOwner(c.DataDir); err != nil {
		return err
	}
	if _, err := threading.OpenKeyring(c.keyFile()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.stdout,
		"a new key signs from now on; replies to mail sent until now prove nothing")
	return err
}

func (a *app) keyCommand(use, short string, args cobra.PositionalArgs,
	f func(*threading.Keyring, []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			k, err := c.keyring(cmd.Context())
			if err != nil {
				return failed(err)
			}
			return failed(f(k, args))
		}}
}

// keyring opens the keys of a desk that is there.
func (c config) keyring(ctx context.Context) (*threading.Keyring, error) {
	if err := becomeOwner(c.DataDir); err != nil {
		return nil, err
	}
	if !exists(c.keyFile()) {
		return nil, fmt.Errorf("there are no keys in %s yet: start buzon serve, or name another "+
			"with --data", c.DataDir)
	}
	if !c.deskThere(ctx) {
		return nil, c.keysAlone()
	}
	return threading.OpenKeyring(c.keyFile())
}

// keyRow is a key for JSON.
type keyRow struct {
	ID      string  `json:"id"`
	Created *string `json:"created"`
	Retired *string `json:"retired"` // null while it verifies
	Signs   bool    `json:"signs"`
}

func (a *app) listKeys(k *threading.Keyring) error {
	return printAll(a, k.List(),
		func(key threading.Key) keyRow {
			return keyRow{key.ID, stamp(key.Created), stamp(key.Retired), key.Signs}
		},
		[]string{"KEY", "CREATED", "STATE"},
		func(key threading.Key) []string {
			state := "verifies"
			switch {
			case key.Signs:
				state = "signs"
			case !key.Retired.IsZero():
				state = "retired " + a.clock(key.Retired)
			}
			return []string{key.ID, a.clock(key.Created), state}
		})
}
