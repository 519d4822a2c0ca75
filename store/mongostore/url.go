package mongostore

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// checkURLScheme refuses URLs of other databases.
func checkURLScheme(text string) error {
	scheme, _, ok := strings.Cut(text, "://")
	if ok && (scheme == "mongodb" || scheme == "mongodb+srv") {
		return nil
	}
	if !ok {
		return fmt.Errorf("the URL of MongoDB has no scheme, want mongodb://HOST/DATABASE")
	}
	return fmt.Errorf("the URL begins with %q, want mongodb:// or mongodb+srv://", url.PathEscape(scheme)+"://")
}

// parseURL parses a URL. No error contains the password.
func parseURL(text string) (*connstring.ConnString, error) {
	// Under the plain scheme no name server is asked: what it adds is of no interest here.
	c, err := connstring.Parse(strings.Replace(text, "mongodb+srv://", "mongodb://", 1))
	if err != nil {
		return nil, urlError(text, err)
	}
	return c, checkUnknownOptions(text, c.UnknownOptions)
}

// checkUnknownOptions refuses options that the driver ignores: a misspelt one may be the write concern.
func checkUnknownOptions(text string, more map[string][]string) error {
	switch {
	case len(more) == 0:
		return nil
	case strings.Count(text, "@") > 1: // then what seems to be an option may be a part of the password
		return errors.New("the URL of MongoDB has an option that the driver does not know, or an @ in the password, which has to be %40")
	}
	names := slices.Sorted(maps.Keys(more))
	return fmt.Errorf("the URL of MongoDB has the option %q, which the driver does not know: check how it is spelt", strings.Join(names, ", "))
}

// urlError returns the error for a URL that the driver cannot parse. Of the driver's error it contains only
// the beginning, up to what it quotes, and nothing at all if that may be a part of the URL, which may be
// the password.
func urlError(text string, err error) error {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok { // mongodb+srv
		return fmt.Errorf("the name server knows nothing of %q: check the URL of MongoDB", lookup.Name)
	}
	kind := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "error parsing uri: "), "error validating uri: ")
	kind, _, _ = strings.Cut(kind, `"`)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(":/@?&=,", r) }) {
		if len(word) > 3 && strings.Contains(kind, word) && !strings.Contains("mongodb+srv", word) {
			kind = ""
		}
	}
	if kind = strings.Trim(kind, ": "); kind != "" {
		kind += "; "
	}
	return fmt.Errorf("the URL of MongoDB cannot be read: %swant mongodb://USER:PASSWORD@HOST:PORT/DATABASE?option=value, with %%XX for what is special in a URL", kind)
}
