package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestJobsBesideTheDaemon: the daemon does its jobs when it begins; they are listed, and run by
// hand beside it.
func TestJobsBesideTheDaemon(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	jobs := func() map[string]jobRow {
		of := map[string]jobRow{}
		for _, j := range rowsOf[jobRow](t, d.cli("jobs", "list", "--json")) {
			of[j.Name] = j
		}
		return of
	}
	d.until("the first runs", func() bool {
		return jobs()["sweep"].Took != nil &&
			jobs()["secrets"].Took != nil
	})
	j := jobs()["sweep"]
	next := must(time.Parse(time.RFC3339, *j.NextRun))(t)
	if j.Running || j.Error != "" || j.LastRun == nil || time.Until(next) <= 0 ||
		time.Until(next) > 24*time.Hour {
		t.Errorf("%+v", j)
	}
	if out := d.cli("jobs", "run", "sweep"); out != "sweep: nothing to do\n" {
		t.Errorf("run: %q", out)
	}
	if out := d.cli("jobs", "list"); !strings.Contains(out, "sweep") ||
		!strings.Contains(out, "nothing to do") {
		t.Errorf("list:\n%s", out)
	}
	if code, _, stderr := d.runCLI("", "jobs", "run", "dance"); code != exitUsage ||
		!strings.Contains(stderr, "sweep, secrets") {
		t.Errorf("a job that is none: exit %d, %s", code, stderr)
	}
}

// TestJobThatFails: neither an error nor a panic ends the daemon, and both are told; nothing runs
// twice at once.
func TestJobThatFails(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	ctx := context.Background()
	broken := job{name: "broken", run: func(context.Context) (string, error) {
		return "",
			errors.New("no room")
	}}
	if _, err := d.runJob(ctx, broken); err == nil {
		t.Error("the error is lost")
	}
	odd := job{name: "odd", run: func(context.Context) (string, error) { panic("an odd day") }}
	if _, err := d.runJob(ctx, odd); err == nil {
		t.Error("the panic is lost")
	}
	var within error
	twice := job{name: "twice", run: func(ctx context.Context) (string, error) {
		_, within = d.runJob(ctx, job{name: "twice"})
		return "once", nil
	}}
	if result, err := d.runJob(ctx, twice); err != nil || result != "once" ||
		!errors.Is(within, errJobRuns) {
		t.Errorf("%s, %v; within: %v", result, err, within)
	}
	known := must(d.store.Jobs(ctx))(t)
	if known["broken"].Error != "no room" || known["odd"].Error != "panic: an odd day" ||
		known["twice"].Result != "once" {
		t.Errorf("%+v", known)
	}
}
