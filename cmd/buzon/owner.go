package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// becomeOwner has root go on as the user who owns the data directory, and everybody else be that
// user already: a file that is root's own the daemon could not read. Root stays root where the
// directory is his or not there yet.
func becomeOwner(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return nil // there is nothing to own, or opening it will say what is wrong
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return nil
	}
	uid, gid := int(stat.Uid), int(stat.Gid)
	name, groups := loginOf(uid, gid)
	if os.Geteuid() != 0 {
		if unix.Access(dir, unix.R_OK|unix.W_OK|unix.X_OK) == nil {
			return nil // a file system that says nothing true of owners
		}
		return fmt.Errorf("%s belongs to %s: run this as that user, as with sudo -u %s", dir,
			name, name)
	}
	if err := switchTo(uid, gid, groups); err != nil {
		return fmt.Errorf("%s belongs to %s, and this process can't become that user (%w): run "+
			"this as %s, as with sudo -u %s", dir, name, err, name, name)
	}
	return nil
}

func switchTo(uid, gid int, groups []int) error {
	err := syscall.Setgroups(groups)
	if err == nil {
		err = syscall.Setgid(gid)
	}
	if err == nil {
		err = syscall.Setuid(uid)
	}
	return err
}

// loginOf is a user's name, or number where he has none, and all his groups.
func loginOf(uid, gid int) (name string, groups []int) {
	groups = []int{gid}
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return strconv.Itoa(uid), groups
	}
	list, _ := u.GroupIds()
	for _, g := range list {
		if n, err := strconv.Atoi(g); err == nil && n != gid {
			groups = append(groups, n)
		}
	}
	return u.Username, groups
}

// checkOwner reports what the owner of the data directory, who is to run the daemon, can't read of
// the configuration.
func (c config) checkOwner() error {
	if c.file == "" {
		return nil
	}
	f, err := os.Open(c.file)
	if errors.Is(err, fs.ErrPermission) {
		name, _ := loginOf(os.Geteuid(), os.Getegid())
		return fmt.Errorf(
			"%s can't be read by %s, who owns %s: chgrp its group to it and chmod 640", c.file,
			name, c.DataDir)
	}
	if err != nil {
		return err
	}
	return f.Close()
}
