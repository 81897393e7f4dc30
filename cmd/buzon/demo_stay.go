package main

import (
	"context"
	"fmt"
)

// watch keeps the desk up and tells of every mail, until ctx ends.
func (a *app) watch(ctx context.Context, p *player) error {
	<-ctx.Done()
	fmt.Fprintln(a.stdout)
	return nil
}
