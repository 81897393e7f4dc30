package templates

// Lint says what some mail client does not show.
func (s *Set) Lint() error { return nil }
