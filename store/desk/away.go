package desk

import (
	"slices"
	"strings"
	"time"

	"buzon/store/desk/lazy"
)

// An agent who is away has a substitute, who gets his notices, and the tickets that he would be
// given, until the day is over that he has named. What he does meanwhile he hears of himself.

// Away reports whether somebody stands in for a person.
func (p Person) Away(now time.Time) bool { return p.Substitute != 0 && p.AwayUntil.After(now) }

// StandIns are who stands in for each of the agents who are away. Substitutes may be away too;
// where all of them are, or the last has left, nobody stands in, and each gets his own.
func StandIns(agents []Person, now time.Time) map[int64]Person {
	of, list := map[int64]Person{}, map[int64]Person{}
	for _, a := range agents {
		of[a.ID] = a
	}
	for _, a := range agents {
		s := a
		for i := 0; i < len(agents) && s.Away(now); i++ {
			s = of[s.Substitute]
		}
		if s.ID != a.ID && s.ID != 0 && !s.Away(now) {
			list[a.ID] = s
		}
	}
	return list
}

// instead is who gets a ticket in a person's place.
func (w *draft) instead(p Person) Person {
	if s, away := StandIns(w.Agents, w.Now)[p.ID]; away && p.ID != w.deed.By.ID {
		return s
	}
	return p
}

// itsOwn are notices that are for nobody but their reader.
var itsOwn = []Notice{ConfirmAgent, AgentWelcome, TakenOver}

// awayArg is what follows «#ausente»: a day, and who stands in until it is over.
var awayArg = lazy.Compile(
	`(?i)^(?:hasta|until|al?|to)?\s*(?:el\s+)?(.+?)[\s,;]+(?:suplente|substitute|reemplaza|covered by):?\s+(\S.*)$`)

// away has a colleague stand in for who says so.
func (w *draft) away(arg string) Result {
	m := awayArg.FindStringSubmatch(arg)
	if m == nil {
		return Result{Key: "away_how"}
	}
	day, wrong := w.Times.Day(m[1], w.Now)
	if y, mo, d := w.Now.In(w.Times.zone()).Date(); wrong == Gone && sameDay(day, y, mo, d) {
		wrong = Dated // until tonight
	}
	if w.wrong = wrong; wrong != Dated {
		return w.misdated(m[1])
	}
	found, names := w.agentsNamed(m[2])
	if len(found) != 1 || found[0].ID == w.deed.By.ID {
		return notUnderstood("agent", m[2], names...)
	}
	y, mo, d := day.Date()
	is := w.deed.By
	is.AwayUntil = time.Date(y, mo, d+1, 0, 0, 0, 0, day.Location())
	is.Substitute = found[0].ID
	w.Outcome.Absent = &is
	return w.standsIn(is, found[0], day.Format(time.DateOnly)+" · "+found[0].Name)
}

// standsIn says who stands in for somebody: where the one whom he names is away too, another one,
// or nobody.
func (w *draft) standsIn(is, named Person, value string) Result {
	if !named.Away(w.Now) {
		return Result{Key: "away", Value: value}
	}
	agents := slices.Clone(w.Agents)
	for i, a := range agents {
		if a.ID == is.ID {
			agents[i] = is
		}
	}
	if s, there := StandIns(agents, w.Now)[is.ID]; there {
		return Result{Key: "away_too", Value: value + " · " + s.Name}
	}
	return Result{Key: "away_alone", Value: value}
}

func sameDay(at time.Time, y int, m time.Month, d int) bool {
	ay, am, ad := at.Date()
	return ay == y && am == m && ad == d
}

// present ends that before its day.
func (w *draft) present(string) Result {
	is := w.deed.By
	is.AwayUntil, is.Substitute = time.Time{}, 0
	w.Outcome.Absent = &is
	return Result{Key: "present"}
}

// agentsNamed are those whom an address names, its beginning as «luis@», a name, or what only his
// name begins with; and the names of all.
func (w *draft) agentsNamed(arg string) (found []Person, names []string) {
	local, short := strings.CutSuffix(Fold(strings.TrimSpace(arg)), "@")
	exact := func(p Person) bool { return p.Address() == address(arg) || Same(p.Name, arg) }
	for _, p := range w.Agents {
		names = append(names, p.Name)
		switch {
		case exact(p):
			found = []Person{p}
		case short && strings.HasPrefix(p.Address(), local+"@"),
			arg != "" && strings.HasPrefix(OneLine(Fold(p.Name))+" ", OneLine(Fold(arg))+" "):
			if !slices.ContainsFunc(found, exact) {
				found = append(found, p)
			}
		}
	}
	return found, names
}
