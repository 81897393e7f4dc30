package main

import "fmt"

const usualMonitor = "127.0.0.1:8025"

type httpConfig struct {
	Listen string `toml:"listen"`
}

func (c config) checkHTTP() error {
	if c.HTTP == nil {
		return nil
	}
	if c.HTTP.Listen == "" {
		return fmt.Errorf("http.listen: name an address such as %q, or leave out [http]",
			usualMonitor)
	}
	return checkListen("http.listen", c.HTTP.Listen, usualMonitor)
}
