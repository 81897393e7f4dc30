package proof

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"buzon/store/desk/lazy"
)

// The grammar of SPF records (RFC 7208 sections 5, 6, 7 and 12).
const (
	spfMacro   = `%(?:\{[slodiphvSLODIPHV][0-9]*[rR]?[-.+,/_=]*\}|[%_-])`
	spfLiteral = `[!-$&-~]`
	spfTop     = `(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[-A-Za-z0-9]*[A-Za-z0-9])`
	spfDomain  = `(?:` + spfMacro + `|` + spfLiteral + `)*(?:\.` + spfTop + `\.?|` + spfMacro + `)`
	spfMask4   = `(?:/(?:0|[1-9][0-9]?))`
	spfMask6   = `(?:/(?:0|[1-9][0-9]{0,2}))`
)

var (
	spfTerm = lazy.Compile(`^(?:[-+?~]?(?i:all` +
		`|include:` + spfDomain +
		`|(?:a|mx)(?::` + spfDomain + `)?` + spfMask4 + `?(?:/` + spfMask6 + `)?` +
		`|ptr(?::` + spfDomain + `)?` +
		`|ip4:[0-9.]+` + spfMask4 + `?` +
		`|ip6:[0-9A-Fa-f:.]+` + spfMask6 + `?` +
		`|exists:` + spfDomain +
		`)|[A-Za-z][-A-Za-z0-9._]*=(?:` + spfMacro + `|` + spfLiteral + `)*)$`)
	spfIP4   = lazy.Compile(`^[-+?~]?(?i:ip4):([0-9.]+)`)
	spfIP6   = lazy.Compile(`^[-+?~]?(?i:ip6):([0-9A-Fa-f:.]+)`)
	spfOnce  = lazy.Compile(`^(?i)(redirect|exp)=(` + spfDomain + `$)?`)
	spfNamed = lazy.Compile(`^([-+?~]?(?i:a|mx):)(` + spfDomain + `)(/.*)?$`)
)

// spfValid reports whether a record keeps to the grammar.
func spfValid(record string) bool {
	seen := map[string]bool{}
	for i, term := range strings.Split(record, " ") {
		if i == 0 || term == "" {
			continue
		}
		if !spfTerm.MatchString(term) {
			return false
		}
		if m := spfOnce.FindStringSubmatch(term); m != nil {
			name := strings.ToLower(m[1])
			if seen[name] || m[2] == "" {
				return false
			}
			seen[name] = true
		}
		if m := spfIP4.FindStringSubmatch(term); m != nil {
			if a, err := netip.ParseAddr(m[1]); err != nil || !a.Is4() {
				return false
			}
		} else if m := spfIP6.FindStringSubmatch(term); m != nil {
			if a, err := netip.ParseAddr(m[1]); err != nil || !a.Is6() {
				return false
			}
		}
	}
	return true
}

// slash stands for the one in the name of a host, which the library takes for a mask.
const slash = "\x01"

// spfResolver gives the library the records that it reads as RFC 7208 does.
//
// QUIRK: spf leaves errors alone that it does not come to, or that lie in names and modifiers; it
// knows no macro p, and no name with a slash.
type spfResolver struct {
	Resolver
	client netip.Addr
}

// LookupTXT puts a record that is an error in the place of one that is wrong.
func (r spfResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	list, err := r.Resolver.LookupTXT(ctx, name)
	list = slices.Clone(list) // it may be the cache's
	for i, text := range list {
		version, _, _ := strings.Cut(text, " ")
		if !strings.EqualFold(version, "v=spf1") {
			continue
		}
		if list[i] = r.readable(ctx, text, name); !spfValid(text) {
			list[i] = "v=spf1 malformed"
		}
	}
	return list, err
}

// readable writes a record as the library reads it.
func (r spfResolver) readable(ctx context.Context, record, domain string) string {
	terms := strings.Split(record, " ")
	for i, term := range terms {
		if m := spfNamed.FindStringSubmatch(term); m != nil {
			terms[i] = m[1] + strings.ReplaceAll(m[2], "/", slash) + m[3]
		}
	}
	record = strings.Join(terms, " ")
	if strings.Contains(record, "%{p}") {
		record = strings.ReplaceAll(record, "%{p}", r.validated(ctx, domain))
	}
	return record
}

func (r spfResolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return r.Resolver.LookupIPAddr(ctx, strings.ReplaceAll(host, slash, "/"))
}

func (r spfResolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return r.Resolver.LookupMX(ctx, strings.ReplaceAll(name, slash, "/"))
}

// validated is a name of the client that leads back to it, best one within domain (RFC 7208 section
// 7.3).
func (r spfResolver) validated(ctx context.Context, domain string) string {
	names, _ := r.LookupAddr(ctx, r.client.String())
	found := "unknown"
	for _, name := range names[:min(len(names), 10)] {
		list, _ := r.LookupIPAddr(ctx, name)
		if !slices.ContainsFunc(
			list, func(a net.IPAddr) bool { return a.IP.Equal(r.client.AsSlice()) }) {
			continue
		}
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if strings.HasSuffix("."+name, "."+strings.ToLower(strings.TrimSuffix(domain, "."))) {
			return name
		}
		if found == "unknown" {
			found = name
		}
	}
	return found
}
