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
