package mongostore

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// checkScheme refuses URLs of something else.
func checkScheme(text string) error {
	scheme, _, ok := strings.Cut(text, "://")
	if ok && (scheme == "mongodb" || scheme == "mongodb+srv") {
		return nil
	}
	if !ok {
		return fmt.Errorf("the URL of MongoDB has no scheme, want mongodb://HOST/DATABASE")
	}
	return fmt.Errorf("the URL begins with %q, want mongodb:// or mongodb+srv://", url.PathEscape(scheme)+"://")
}

// databaseOf is the database that a URL names; "" for none. The driver keeps it to itself.
func databaseOf(text string) string {
	_, rest, _ := strings.Cut(text, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, name, _ := strings.Cut(rest, "/")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// unreadable is what Open answers to a URL that the driver cannot read. Of the driver's error only the
// beginning is told, up to what it quotes, and nothing when it may have a part of the URL: what the URL has
// may be a password.
func unreadable(text string, err error) error {
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
