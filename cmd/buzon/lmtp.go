package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"strconv"

	"buzon/mailin/smtpd"
)

// socket says who may hand mail to the LMTP socket: its mode and group, -1 for the process's own.
func (s smtpConfig) socket() (mode fs.FileMode, group int, err error) {
	mode, group = 0o660, -1
	if s.LMTP == "" && (s.LMTPMode != "" || s.LMTPGroup != "") {
		return mode, group, errors.New(
			`smtp.lmtp: name the socket, or leave out lmtp_mode and lmtp_group`)
	}
	if s.LMTPMode != "" {
		n, err := strconv.ParseUint(s.LMTPMode, 8, 9)
		if err != nil || n&0o600 != 0o600 {
			return mode, group, fmt.Errorf(
				`smtp.lmtp_mode: %q: want octal digits such as "0660" or "0666"`, s.LMTPMode)
		}
		mode = fs.FileMode(n)
	}
	if s.LMTPGroup == "" {
		return mode, group, nil
	}
	g, err := user.LookupGroup(s.LMTPGroup)
	if err != nil {
		return mode, group, fmt.Errorf(
			`smtp.lmtp_group: %q: there is no such group here; Postfix's is "postfix"`, s.LMTPGroup)
	}
	group, err = strconv.Atoi(g.Gid)
	return mode, group, err
}

// listenLMTP opens the socket for those who may use it.
func (s smtpConfig) listenLMTP() (net.Listener, error) {
	mode, group, err := s.socket()
	if err != nil {
		return nil, err
	}
	l, err := smtpd.ListenUnix(s.LMTP, mode)
	if err != nil || group < 0 {
		return l, err
	}
	if err := os.Chown(s.LMTP, -1, group); err != nil {
		l.Close()
		return nil, fmt.Errorf(
			"smtp.lmtp_group: %w: make the user who runs buzon a member of the group %s", err,
			s.LMTPGroup)
	}
	return l, nil
}
