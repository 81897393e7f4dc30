package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
)

// usualDoor is where a desk takes mail that is not told where.
const usualDoor = "127.0.0.1:2525"

type smtpConfig struct {
	Listen    string `toml:"listen"`
	LMTP      string `toml:"lmtp"`
	LMTPMode  string `toml:"lmtp_mode"`  // of the socket, in octal; "0660"
	LMTPGroup string `toml:"lmtp_group"` // of the socket; that of the process
	TLSCert   string `toml:"tls_cert"`
	TLSKey    string `toml:"tls_key"`
	// networks whose mail with bare line feeds is taken
	Trusted  []string `toml:"trusted"`
	Networks []string `toml:"trusted_networks"` // that let users write in their own names only
	// our own mail servers in front; nil: this machine
	Relays      []string `toml:"relays"`
	Auth        bool     `toml:"auth"` // agents log in, over TLS
	Connections int      `toml:"connections"`
	PerAddress  int      `toml:"per_address"`
	MaxSize     size     `toml:"max_size"`
}

func (c config) checkSMTP() error {
	if c.SMTP == nil {
		return nil
	}
	if c.SMTP.Listen == "" && c.SMTP.LMTP == "" {
		return fmt.Errorf("smtp.listen: name an address such as %q, or lmtp, or leave out [smtp]",
			usualDoor)
	}
	if c.SMTP.Listen != "" {
		if err := checkListen("smtp.listen", c.SMTP.Listen, usualDoor); err != nil {
			return err
		}
	}
	if (c.SMTP.TLSCert == "") != (c.SMTP.TLSKey == "") {
		return errors.New("smtp.tls_cert, smtp.tls_key: give both or none")
	}
	_, _, socket := c.SMTP.socket()
	_, err := networks("smtp.trusted", c.SMTP.Trusted)
	_, vouched := networks("smtp.trusted_networks", c.SMTP.Networks)
	_, relays := networks("smtp.relays", c.SMTP.Relays)
	return cmp.Or(socket, err, vouched, relays, c.SMTP.checkAuth())
}

// checkListen looks whether a door can be opened there, as far as that is seen from its address.
func checkListen(key, address, example string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%s: %q: want host:port, such as %q", key, address, example)
	}
	return nil
}
