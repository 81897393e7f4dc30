package main

import (
	"errors"
	"fmt"
	"slices"
)

type relayConfig struct {
	Host         string `toml:"host"`
	Port         int    `toml:"port"`
	TLS          string `toml:"tls"`
	Username     string `toml:"username"`
	Password     string `toml:"password"`
	PasswordFile string `toml:"password_file"`
	CAFile       string `toml:"ca_file"`
	Connections  int    `toml:"connections"`
}

func (c config) checkRelay() error {
	if c.Relay == nil {
		return nil
	}
	if c.Relay.Host == "" {
		return errors.New(`relay.host: name the smarthost, such as "smtp.ejemplo.test", ` +
			`or leave out [relay]`)
	}
	if !slices.Contains([]string{"", "tls", "starttls", "none"}, c.Relay.TLS) {
		return fmt.Errorf(`relay.tls: %q: want "tls", "starttls" or "none"`, c.Relay.TLS)
	}
	if c.Relay.Port < 0 || c.Relay.Port > 65535 {
		return fmt.Errorf("relay.port: %d: want 1 to 65535", c.Relay.Port)
	}
	if c.Relay.Password != "" && c.Relay.PasswordFile != "" {
		return errors.New("relay.password, relay.password_file: give one of them")
	}
	return nil
}
