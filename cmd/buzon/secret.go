package main

import (
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"

	"buzon/mailin"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

var envPattern = lazy.Compile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expandEnv puts the environment's values where the configuration says ${NAME}. A name that is not
// set is an error: an empty password would be found out much later.
func expandEnv(file, text string) (string, error) {
	var missing error
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		lines[i] = envPattern.ReplaceAllStringFunc(line, func(m string) string {
			name := m[2 : len(m)-1]
			value, ok := os.LookupEnv(name)
			if !ok && missing == nil {
				missing = fmt.Errorf("%s:%d: the environment has no %s: set it, or write the value",
					file, i+1, name)
			}
			return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
		})
	}
	return strings.Join(lines, "\n"), missing
}

// secret is a password as given, or read from its file, which others must not be able to read.
func secret(value, file, key string) (string, error) {
	if file == "" {
		return value, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s: others can read %s: chmod 600 %s", key, file, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// networks reads the addresses and prefixes of a key.
func networks(key string, list []string) (all []netip.Prefix, err error) {
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, aerr := netip.ParseAddr(text)
			if aerr != nil {
				return nil, fmt.Errorf(`%s: %q: want an address or a network such as "10.0.0.0/8"`,
					key, text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		all = append(all, p)
	}
	return all, nil
}

// thisHost is what smtp.relays is unless it says otherwise.
var thisHost = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("::1/128")}

// within returns what tells the addresses of the networks.
func within(networks []netip.Prefix) func(netip.Addr) bool {
	return func(a netip.Addr) bool {
		return slices.ContainsFunc(networks,
			func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
	}
}

func findMailbox(boxes desk.Mailboxes, address string) (string, bool) {
	box, _, ok := mailin.Lookup(boxes).Find(address)
	return box, ok
}

// didYouMean names the key that an unknown one is closest to.
func didYouMean(key []string) string {
	t := reflect.TypeOf(config{})
	for _, name := range key[:len(key)-1] {
		f, ok := fieldFor(t, name)
		if !ok {
			return ""
		}
		if t = f.Type; t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return ""
		}
	}
	best, distance := "", 4
	var known []string
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("toml")
		if name == "" {
			continue
		}
		known = append(known, name)
		if d := desk.Distance(name, key[len(key)-1]); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf(": did you mean %s?", best)
	}
	return ": known here are " + strings.Join(known, ", ")
}

func fieldFor(t reflect.Type, name string) (reflect.StructField, bool) {
	return t.FieldByNameFunc(func(field string) bool {
		f, _ := t.FieldByName(field)
		return f.Tag.Get("toml") == name
	})
}
