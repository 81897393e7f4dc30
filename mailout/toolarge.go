package mailout

import (
	"errors"
	"fmt"
)

// TooLarge says that a mail is larger than the relay takes. Waiting does not mend that, leaving
// files out may.
type TooLarge struct {
	Limit int64 // bytes that the relay takes; 0: it did not say
	Cause error
}

func (e *TooLarge) Error() string { return e.Cause.Error() }

func (e *TooLarge) Unwrap() error { return e.Cause }

// tooLarge is the Result of a mail that is too large.
func tooLarge(size, limit int64, cause error) Result {
	words := "the mail is larger than the relay takes"
	if size > 0 {
		words = fmt.Sprintf("the mail has %d KB, and the relay takes %d KB", size>>10, limit>>10)
	}
	return Result{Outcome: Refused, Reply: words,
		Err: &Refusal{Reply: words, Cause: &TooLarge{Limit: limit, Cause: cause}}}
}

// isTooLarge reports whether a mail was refused for its size alone.
func isTooLarge(err error) bool {
	var t *TooLarge
	return errors.As(err, &t)
}
