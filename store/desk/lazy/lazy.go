// Package lazy has regular expressions that are compiled when they are first used: to compile all
// that the program has took a fifth of the time of a short command.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regexp.Regexp, with those of its methods that are asked for.
type Regexp struct {
	text string
	once sync.Once
	re   *regexp.Regexp
}

// Compile returns an expression that is right: a wrong one panics at its first use.
func Compile(text string) *Regexp { return &Regexp{text: text} }

// Get is the expression itself.
func (r *Regexp) Get() *regexp.Regexp {
	r.once.Do(func() { r.re = regexp.MustCompile(r.text) })
	return r.re
}

func (r *Regexp) MatchString(s string) bool      { return r.Get().MatchString(s) }
func (r *Regexp) FindString(s string) string     { return r.Get().FindString(s) }
func (r *Regexp) FindStringIndex(s string) []int { return r.Get().FindStringIndex(s) }
func (r *Regexp) FindStringSubmatch(s string) []string {
	return r.Get().FindStringSubmatch(s)
}
func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	return r.Get().FindStringSubmatchIndex(s)
}
func (r *Regexp) FindSubmatch(b []byte) [][]byte { return r.Get().FindSubmatch(b) }
func (r *Regexp) FindAllString(s string, n int) []string {
	return r.Get().FindAllString(s, n)
}
func (r *Regexp) FindAllStringIndex(s string, n int) [][]int {
	return r.Get().FindAllStringIndex(s, n)
}
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.Get().FindAllStringSubmatch(s, n)
}
func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return r.Get().FindAllStringSubmatchIndex(s, n)
}
func (r *Regexp) FindAllIndex(b []byte, n int) [][]int { return r.Get().FindAllIndex(b, n) }
func (r *Regexp) FindAllSubmatchIndex(b []byte, n int) [][]int {
	return r.Get().FindAllSubmatchIndex(b, n)
}
func (r *Regexp) ReplaceAllString(s, by string) string { return r.Get().ReplaceAllString(s, by) }
func (r *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	return r.Get().ReplaceAllStringFunc(s, f)
}
func (r *Regexp) SubexpNames() []string          { return r.Get().SubexpNames() }
func (r *Regexp) ReplaceAll(b, by []byte) []byte { return r.Get().ReplaceAll(b, by) }
func (r *Regexp) Split(s string, n int) []string { return r.Get().Split(s, n) }
