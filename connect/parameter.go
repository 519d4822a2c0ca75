package connect

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// parameters reads what follows the question mark of a URL: each of those allowed at most once.
func parameters(query string, allowed ...string) (map[string]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("its parameters cannot be read: want NAME=VALUE, with & between them and % as %25")
	}
	set := map[string]string{}
	for name, all := range values {
		switch {
		case len(allowed) == 0:
			return nil, fmt.Errorf("parameter %q is not known: want none", name)
		case !slices.Contains(allowed, name):
			return nil, fmt.Errorf("parameter %q is not known: want %s", name, strings.Join(allowed, " or "))
		case len(all) > 1:
			return nil, fmt.Errorf("parameter %s is given %d times: want it once", name, len(all))
		}
		set[name] = all[0]
	}
	return set, nil
}

// take takes parameters out of a URL whose other ones are for the library of the adapter, and sets what they say. The
// name of each is that of its setter, whose error says what is wanted instead.
func take(text string, setters map[string]func(string) error) (rest string, err error) {
	mark := strings.LastIndexByte(text, '?')
	if mark < 0 {
		return text, nil
	}
	var others []string
	taken := map[string]bool{}
	for pair := range strings.SplitSeq(text[mark+1:], "&") {
		name, value, _ := strings.Cut(pair, "=")
		set := setters[name]
		if set == nil {
			others = append(others, pair)
			continue
		}
		if taken[name] {
			return "", fmt.Errorf("parameter %s is given more than once", name)
		}
		taken[name] = true
		if value, err = url.QueryUnescape(value); err != nil {
			return "", fmt.Errorf("parameter %s cannot be read: a %% must be written %%25", name)
		}
		if err = set(value); err != nil {
			return "", fmt.Errorf("parameter %s is %q: %w", name, value, err)
		}
	}
	if others == nil {
		return text[:mark], nil
	}
	return text[:mark+1] + strings.Join(others, "&"), nil
}
