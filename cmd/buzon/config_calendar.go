package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

// calendarConfig is when people work.
type calendarConfig struct {
	Name     string   `toml:"name"`
	Timezone string   `toml:"timezone"` // "": the desk's
	Hours    []string `toml:"hours"`
	Holidays string   `toml:"holidays"` // a country's
	Also     []string `toml:"also"`     // days on which nobody works besides
	Not      []string `toml:"not"`      // and those of its holidays on which people do
}

// calendars are the configured ones, by their names.
func (c config) calendars() (map[string]*desk.Calendar, error) {
	of := map[string]*desk.Calendar{}
	for _, k := range c.Calendar {
		zone, err := time.LoadLocation(cmp.Or(k.Timezone, c.Timezone))
		if err != nil {
			return nil, fmt.Errorf(`calendar.timezone: %q is not known: write one such as `+
				`"America/Bogota"`, k.Timezone)
		}
		made, err := desk.Hours{Name: k.Name, Zone: zone, Hours: k.Hours, Country: k.Holidays,
			Also: k.Also, Not: k.Not}.Calendar()
		switch {
		case k.Name == "":
			return nil, errors.New(`calendar.name: a calendar has none: write one such as "bogota"`)
		case of[k.Name] != nil:
			return nil, fmt.Errorf("calendar.name: %q is there twice", k.Name)
		case err != nil:
			return nil, fmt.Errorf("calendar.name: %q: %w", k.Name, err)
		}
		of[k.Name] = made
	}
	return of, nil
}

// calendarNamed is the one that a key names, nil for "".
func calendarNamed(of map[string]*desk.Calendar, key, name string) (*desk.Calendar, error) {
	if name != "" && of[name] == nil {
		return nil, fmt.Errorf("%s: there is no [[calendar]] with the name %q", key, name)
	}
	return of[name], nil
}

// promises are the times within which tickets are answered and solved, by severity.
type promises struct {
	Calendar    string          `toml:"calendar"` // the name of one; "": always
	FirstAnswer map[string]days `toml:"first_answer"`
	NextAnswer  map[string]days `toml:"next_answer"`
	Solution    map[string]days `toml:"solution"`
}

// serviceSLA are those of who has a service.
type serviceSLA struct {
	Name string `toml:"name"`
	promises
}

func (p promises) targets(of map[string]*desk.Calendar, table string) (t desk.Targets, err error) {
	if t.Calendar, err = calendarNamed(of, table+".calendar", p.Calendar); err != nil {
		return t, err
	}
	for kind, list := range map[desk.TimerKind]map[string]days{desk.FirstAnswer: p.FirstAnswer,
		desk.NextAnswer: p.NextAnswer, desk.Solution: p.Solution} {
		for severity, within := range list {
			n, err := strconv.Atoi(severity)
			if err != nil || n < 1 || within < days(time.Minute) {
				return t, fmt.Errorf("%s.%s: %q: write a severity and a time, such as "+
					`%s.1 = "4h"`, table, kind, severity, kind)
			}
			if t.Within == nil {
				t.Within = map[desk.TimerKind]map[int]time.Duration{}
			}
			if t.Within[kind] == nil {
				t.Within[kind] = map[int]time.Duration{}
			}
			t.Within[kind][n] = time.Duration(within)
		}
	}
	return t, nil
}

// sla is what the desk promises.
func (c config) sla() (s desk.SLA, err error) {
	of, err := c.calendars()
	if err != nil {
		return s, err
	}
	if s.Targets, err = c.SLA.targets(of, "sla"); err != nil {
		return s, err
	}
	for _, service := range c.SLA.Service {
		name := desk.Fold(service.Name)
		if _, twice := s.Services[name]; twice || name == "" {
			return s, fmt.Errorf("sla.service: %q: write the name of a service, once", service.Name)
		}
		service.Calendar = cmp.Or(service.Calendar, c.SLA.Calendar)
		t, err := service.targets(of, "sla.service")
		if err != nil {
			return s, err
		}
		if s.Services == nil {
			s.Services = map[string]desk.Targets{}
		}
		s.Services[name] = t
	}
	return s, nil
}

// legalConfig completes what a law leaves open.
type legalConfig struct {
	Calendar string         `toml:"calendar"` // "": weekdays but for the holidays of its country
	Days     int            `toml:"days"`     // working days; 0: the law's
	Types    map[string]int `toml:"types"`    // likewise, by the type of ticket
}

// law is the one whose clock runs, nil for none.
func (c config) law(zone *time.Location) (*desk.Law, error) {
	if c.Plazos == "" {
		if c.Legal.Calendar != "" || c.Legal.Days != 0 || len(c.Legal.Types) > 0 {
			return nil, errors.New(
				`legal: it completes plazos: write plazos = "es-ley10-2025" or ` +
					`another of ` + strings.Join(desk.LawNames(), ", "))
		}
		return nil, nil
	}
	l, ok := desk.LawNamed(c.Plazos)
	if !ok {
		return nil, fmt.Errorf("plazos: %q is not known: write one of %s", c.Plazos,
			strings.Join(desk.LawNames(), ", "))
	}
	of, err := c.calendars()
	if err == nil {
		l.Calendar, err = calendarNamed(of, "legal.calendar", c.Legal.Calendar)
	}
	if err == nil && l.Calendar == nil {
		l.Calendar, err = desk.Hours{Name: l.Country, Zone: zone, Country: l.Country,
			Hours: []string{"mon-fri 00:00-24:00"}}.Calendar()
	}
	if err != nil {
		return nil, err
	}
	return &l, c.lawDays(&l)
}

// lawDays has the configuration say how many working days there are.
func (c config) lawDays(l *desk.Law) error {
	if l.Days = cmp.Or(c.Legal.Days, l.Days); l.Days < 1 {
		return errors.New("legal.days: write how many working days, such as 15")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Legal.Types)) {
		if c.Legal.Types[name] < 1 {
			return fmt.Errorf("legal.types: %q: write how many working days, such as 10", name)
		}
		if l.Types == nil {
			l.Types = map[string]int{}
		}
		l.Types[desk.Fold(name)] = c.Legal.Types[name]
	}
	return nil
}

// escalationConfig is whom Producción Caída reaches that nobody answers.
type escalationConfig struct {
	Steps       []escalationStep `toml:"steps"`
	TakeExpires days             `toml:"take_expires"`
}

type escalationStep struct {
	After duration `toml:"after"` // since the alarm
	To    []string `toml:"to"`
}

func (c config) ladder() (list []desk.Rung, err error) {
	for _, s := range c.Escalation.Steps {
		r := desk.Rung{After: time.Duration(s.After)}
		if len(list) > 0 && r.After <= list[len(list)-1].After || r.After <= 0 {
			return nil, errors.New(
				`escalation.steps: each is later than the one before it: count ` +
					`after = "5m" from the alarm`)
		}
		for _, address := range s.To {
			if desk.Canonical(address) == "" {
				return nil, fmt.Errorf("escalation.steps: %q is no mail address", address)
			}
			r.To = append(r.To, desk.Canonical(address))
		}
		if len(r.To) == 0 {
			return nil, errors.New(`escalation.steps: a step reaches nobody: ` +
				`write to = ["jefe@ejemplo.test"]`)
		}
		list = append(list, r)
	}
	if len(list) == 0 && c.Escalation.TakeExpires != 0 {
		return nil, errors.New(
			"escalation.take_expires: there is no ladder to go on: write steps too")
	}
	return list, nil
}
