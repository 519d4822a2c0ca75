// Package urlparam reads the parameters of URLs that name a store or a cache.
package urlparam

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setters holds a function for each known parameter, by its name. It is called with the value, and its error says which
// values are allowed: "want true or false".
type Setters map[string]func(value string) error

// Parse calls the setter of each parameter in query, the part of a URL after the question mark. Every parameter must be
// known, and be given at most once.
func Parse(query string, setters Setters) error {
	rest, err := Extract(query, setters)
	if err != nil || rest == "" {
		return err
	}
	name, _, _ := strings.Cut(rest, "=")
	name, _, _ = strings.Cut(name, "&")
	want := "want none"
	if len(setters) > 0 {
		want = "want " + strings.Join(slices.Sorted(maps.Keys(setters)), " or ")
	}
	return fmt.Errorf("parameter %q is not known: %s", name, want)
}

// Extract is Parse for a URL that also has parameters of others: it calls the setters of the known ones and returns the
// query without them.
func Extract(query string, setters Setters) (rest string, err error) {
	var others []string
	given := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		set := setters[name]
		if set == nil {
			others = append(others, pair)
			continue
		}
		if given[name] {
			return "", fmt.Errorf("parameter %s is given more than once", name)
		}
		given[name] = true
		if value, err = url.QueryUnescape(value); err != nil {
			return "", fmt.Errorf("parameter %s cannot be read: a %% must be written %%25", name)
		}
		if err = set(value); err != nil {
			return "", fmt.Errorf("parameter %s is %q: %w", name, value, err)
		}
	}
	return strings.Join(others, "&"), nil
}

// Name sets *name to a value that must not be empty.
func Name(name *string) func(string) error {
	return func(value string) error {
		if value == "" {
			return errors.New("want a name")
		}
		*name = value
		return nil
	}
}

// Bool sets *flag.
func Bool(flag *bool) func(string) error {
	return func(value string) (err error) {
		if *flag, err = strconv.ParseBool(value); err != nil {
			return errors.New("want true or false")
		}
		return nil
	}
}

// Disable sets *disabled to the opposite of what the URL says, for options whose zero value means on.
func Disable(disabled *bool) func(string) error {
	return func(value string) error {
		var enabled bool
		err := Bool(&enabled)(value)
		*disabled = !enabled
		return err
	}
}

// Duration sets *d to a duration of at least min.
func Duration(d *time.Duration, min time.Duration) func(string) error {
	return func(value string) (err error) {
		if *d, err = time.ParseDuration(value); err != nil || *d < min {
			return fmt.Errorf("want a duration of at least %v, such as 30s", min)
		}
		return nil
	}
}

// Int sets *n to a whole number of at least min.
func Int(n *int, min int) func(string) error {
	return func(value string) (err error) {
		if *n, err = strconv.Atoi(value); err != nil || *n < min {
			return fmt.Errorf("want a whole number of at least %d", min)
		}
		return nil
	}
}
