package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"buzon/mailin/imappoll"
	"buzon/store"
)

// job is work that the daemon does by itself at set times.
type job struct {
	name, about string
	schedule    string                              // as cron writes it
	atStart     bool                                // when the daemon begins, too
	apart       bool                                // it has a runner of its own
	due         func(context.Context) (bool, error) // whether there is anything to do; nil: always
	// run does it, and says in a few words what came of it; "" is nothing worth a word.
	run func(context.Context) (result string, err error)
}

// jobs are all that the desk does by the clock.
func (h *house) jobs() []job {
	list := []job{
		{name: "sweep", schedule: "@daily", atStart: true, run: h.sweep,
			about: "clear away the files that interrupted work has left"},
		{name: "secrets", schedule: "@daily", atStart: true, run: h.warnOfSecrets,
			about: "warn of client secrets that end soon"},
		{name: "timers", schedule: "@every 15s", due: h.store.TimerDue, run: h.tick,
			about: "do what the clock owes tickets: reminders, closing, waking"},
		{name: "panel", schedule: "@hourly", atStart: true, run: h.panel,
			about: "owe the panel of the day to agents and administrators"},
		{name: "outbox", schedule: "@every 1m", run: h.watchOutbox,
			about: "tell agents whose answers are late; hold the outbox after a restore"},
	}
	for _, c := range h.config.accounts() {
		poll := func(ctx context.Context) (string, error) {
			return "looked through", h.poll(ctx, c)
		}
		list = append(list, job{name: "poll " + c.Name, schedule: c.Schedule, apart: true,
			run: poll, about: "look for mail, beside what the server tells"})
	}
	return list
}

// poll looks for an account's mail now, or has the daemon look.
func (h *house) poll(ctx context.Context, c imapConfig) error {
	alone, err := h.takeLock(ctx, false)
	if err != nil {
		return err
	}
	if alone {
		return h.pollHere(ctx, c, imappoll.PollNow)
	}
	return h.pollThere(ctx, c.Name, imappoll.PollNow)
}

// tick does what the clock owes tickets.
func (h *house) tick(ctx context.Context) (string, error) {
	telling := store.Telling{Caps: h.config.Caps.caps()}
	n, err := h.store.Tick(ctx, 1000, store.Origin{Telling: telling, Chronicle: h.chronicle})
	if n == 0 {
		return "", err
	}
	return fmt.Sprintf("%d steps", n), err
}

// chronicle writes out what happened since an alarm, a line each, in the desk's language.
func (h *house) chronicle(list []store.Moment) string {
	lines := []string{h.templates.Phrase(h.config.Language, "timeline", "title")}
	for _, m := range list {
		said := h.templates.Phrase(h.config.Language, "timeline", m.What)
		at := m.At.In(h.location).Format("15:04:05")
		lines = append(lines, at+"  "+strings.ReplaceAll(said, "{who}", m.Who))
	}
	return strings.Join(lines, "\n")
}

// sweep clears away what interrupted work left in the data directory, and what blocked senders
// wrote long ago.
func (h *house) sweep(ctx context.Context) (string, error) {
	erased, err := h.store.EraseBlocked(ctx)
	if err != nil {
		return "", err
	}
	n, err := h.store.Sweep(ctx)
	if n+erased == 0 {
		return "", err
	}
	return fmt.Sprintf("%d files, %d mails of blocked senders", n, erased), err
}

// runJobs does each job at its times until ctx ends, and waits for those that run then.
func (h *house) runJobs(ctx context.Context) error {
	log := cronLog{h.log}
	c := cron.New(cron.WithLocation(h.location), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	var first errgroup.Group
	for _, j := range h.jobs() {
		if j.apart {
			continue
		}
		schedule, err := cron.ParseStandard(j.schedule)
		if err != nil {
			return fmt.Errorf("job %s: %w", j.name, err)
		}
		do := func() { h.runPlanned(ctx, j, schedule) }
		c.Schedule(schedule, cron.FuncJob(do))
		if j.atStart {
			first.Go(func() error { do(); return nil })
		}
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	return first.Wait()
}

// runPlanned runs a job whose time has come; what goes wrong is told by the log, and by buzon jobs
// list.
func (h *house) runPlanned(ctx context.Context, j job, schedule cron.Schedule) {
	if j.due != nil {
		if due, err := j.due(ctx); err == nil && !due {
			return // often, and nothing worth writing down
		}
	}
	result, err := h.runJob(ctx, j)
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, errJobRuns):
		h.log.Info("job is running elsewhere", "job", j.name)
	case err != nil:
		h.log.Error("job failed", "job", j.name, "error", err)
	case result != "":
		h.log.Info("job done", "job", j.name, "result", result)
	}
	next := schedule.Next(time.Now().In(h.location))
	if err := h.store.PlanJob(ctx, j.name, next); err != nil && ctx.Err() == nil {
		h.log.Error("cannot write when a job runs next", "job", j.name, "error", err)
	}
}

// errJobRuns says that another process, or this one, is at it.
var errJobRuns = errors.New("the job is running already: see buzon jobs list")

// runJob does a job now, and writes down what came of it.
func (h *house) runJob(ctx context.Context, j job) (result string, err error) {
	ours, err := h.store.BeginJob(ctx, j.name)
	if err != nil {
		return "", err
	}
	if !ours {
		return "", errJobRuns
	}
	within, cancel := context.WithTimeout(ctx, store.JobTime)
	defer cancel()
	result, err = unbroken(func() (string, error) { return j.run(within) })
	// Also where it was told to stop: else it would seem to run.
	return result, errors.Join(err, h.store.EndJob(context.WithoutCancel(ctx), j.name, result, err))
}

// unbroken makes an error of a panic.
func unbroken(f func() (string, error)) (result string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// cronLog tells what cron has to say; of its daily doings only what went wrong.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, more ...any) { l.log.Debug("jobs: "+msg, more...) }

func (l cronLog) Error(err error, msg string, more ...any) {
	l.log.Error("jobs: "+msg, append(more, "error", err)...)
}

func (a *app) jobs() *cobra.Command {
	c := &cobra.Command{Use: "jobs", Short: "What the daemon does by itself at set times"}
	c.AddCommand(
		&cobra.Command{Use: "list", Args: cobra.NoArgs,
			Short: "List the jobs: when each ran, what came of it, when it runs next",
			RunE:  func(c *cobra.Command, _ []string) error { return a.listJobs(c.Context()) }},
		&cobra.Command{Use: "run NAME", Args: cobra.ExactArgs(1),
			Short: "Run a job now, also beside the daemon",
			RunE: func(c *cobra.Command, args []string) error {
				return a.runJobNow(c.Context(), args[0])
			}})
	return c
}

// jobRow is the JSON of a job.
type jobRow struct {
	Name     string  `json:"name"`
	About    string  `json:"about"`
	Schedule string  `json:"schedule"`
	LastRun  *string `json:"last_run"`
	Took     *int64  `json:"took_ms"` // null: it has not run, or runs
	Running  bool    `json:"running"`
	Result   string  `json:"result"`
	Error    string  `json:"error"`
	NextRun  *string `json:"next_run"`
}

func (a *app) listJobs(ctx context.Context) error {
	return in(ctx, a.look, func(h *house) error {
		known, err := h.store.Jobs(ctx)
		if err != nil {
			return failed(err)
		}
		list := h.jobs()
		for _, j := range list {
			schedule, err := cron.ParseStandard(j.schedule)
			if err != nil {
				return failed(err)
			}
			if k := known[j.name]; k.Next.Before(time.Now()) { // no daemon has planned it, or runs
				k.Next = schedule.Next(time.Now().In(h.location))
				known[j.name] = k
			}
		}
		return a.printJobs(list, known)
	})
}

func (a *app) printJobs(list []job, known map[string]store.Job) error {
	head := []string{"JOB", "SCHEDULE", "LAST RUN", "TOOK", "RESULT", "NEXT RUN", ""}
	row := func(j job) jobRow { return j.row(known[j.name]) }
	return printAll(a, list, row, head, func(j job) []string {
		r, k := row(j), known[j.name]
		return []string{r.Name, r.Schedule, a.clock(k.Begun), r.took(), r.said(),
			a.clock(k.Next), r.About}
	})
}

// row is a job with what is known of it.
func (j job) row(k store.Job) jobRow {
	r := jobRow{Name: j.name, About: j.about, Schedule: j.schedule,
		LastRun: stamp(k.Begun), Result: k.Result, Error: k.Error, NextRun: stamp(k.Next)}
	switch {
	case k.Begun.IsZero():
	case k.Ended.IsZero():
		r.Running = time.Since(k.Begun) < store.JobTime
	default:
		took := k.Ended.Sub(k.Begun).Milliseconds()
		r.Took = &took
	}
	return r
}

func (r jobRow) took() string {
	if r.Took == nil {
		return ""
	}
	return (time.Duration(*r.Took) * time.Millisecond).String()
}

func (r jobRow) said() string {
	switch {
	case r.Running:
		return "running"
	case r.Error != "":
		return "failed: " + r.Error
	case r.Result == "" && r.LastRun != nil:
		return "nothing to do"
	}
	return r.Result
}

func (a *app) runJobNow(ctx context.Context, name string) error {
	return in(ctx, a.existing, func(h *house) error {
		list := h.jobs()
		i := slices.IndexFunc(list, func(j job) bool { return j.name == name })
		if i < 0 {
			names := make([]string, len(list))
			for i, j := range list {
				names[i] = j.name
			}
			return fmt.Errorf("there is no job %q: there is %s", name,
				strings.Join(names, ", "))
		}
		result, err := h.runJob(ctx, list[i])
		if err != nil {
			return failed(err)
		}
		result = cmp.Or(result, "nothing to do")
		if a.json {
			return a.object(map[string]string{"name": name, "result": result})
		}
		fmt.Fprintf(a.stdout, "%s: %s\n", name, safe(result))
		return nil
	})
}
