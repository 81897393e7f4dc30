package main

import (
	"fmt"

	"buzon/store/desk"
)

// peaceFlags say when a person is written to.
var peaceFlags = [3]struct {
	edit        desk.EditKind
	about, such string
}{
	{desk.EditQuiet, "hours in which nothing is written to him, 22:00-07:00, but of severity 1; " +
		"empty: none", "22:00-07:00"},
	{desk.EditDigest, "at what time he gets all of a day's notices as one mail, 08:00, or daily; " +
		"empty: each at once", "08:00"},
	{desk.EditTimezone, "of these two, America/Bogota; empty: the desk's", "America/Bogota"},
}

// readPeace reads what the flags say.
func (p *personFlags) readPeace() error {
	for i, k := range peaceFlags {
		value, ok := desk.ReadPeace(desk.Edit{What: k.edit, Value: p.peace[i]})
		if !ok {
			return exitError{exitUsage, fmt.Errorf("--%s %q: write one such as %s", k.edit,
				p.peace[i], k.such)}
		}
		p.peace[i] = value
	}
	return nil
}
