package store

import (
	"errors"
	"testing"
	"time"
)

// TestJobs: one process at a time does a job, until it ends, or has died in it.
func TestJobs(t *testing.T) {
	s, c := newStore(t)
	begin := func() bool { return must(s.BeginJob(ctx, "sweep"))(t) }
	same(t, "first", begin(), true)
	same(t, "while it runs", begin(), false)
	same(t, "another", must(s.BeginJob(ctx, "secrets"))(t), true)
	c.move(3 * time.Second)
	check(t, s.EndJob(ctx, "sweep", "2 files", nil))
	check(t, s.PlanJob(ctx, "sweep", c.now().Add(time.Hour)))
	j := must(s.Jobs(ctx))(t)["sweep"]
	same(t, "what is known", []any{j.Ended.Sub(j.Begun), j.Result, j.Error, j.Next.Sub(c.now())},
		[]any{3 * time.Second, "2 files", "", time.Hour})
	same(t, "after its end", begin(), true)
	same(t, "it runs", must(s.Jobs(ctx))(t)["sweep"].Ended.IsZero(), true)
	c.move(JobTime + time.Second)
	same(t, "its process has died", begin(), true)
	c.move(-24 * time.Hour)
	same(t, "the clock was set back", begin(), true)
	check(t, s.EndJob(ctx, "sweep", "", errors.New("no\nroom")))
	same(t, "error", must(s.Jobs(ctx))(t)["sweep"].Error, "no room")
	check(t, s.PlanJob(ctx, "poll a", c.now()))
	same(t, "planned and never run", must(s.BeginJob(ctx, "poll a"))(t), true)
}
