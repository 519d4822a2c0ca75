package connect

import (
	"net/url"
	"strings"
	"unicode"
)

// checkAuthority returns what is wrong with the URL of a server, "" for nothing. It is called before any client library
// parses the URL, and refuses what could put a part of a password where error messages show it. The reason quotes
// nothing.
func checkAuthority(rest string) (reason string) {
	const special = "special characters in a name or password are written with %, such as %40 for @, %2F for / and %25 for %"
	rest = strings.TrimPrefix(rest, "//")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, after := rest[:end], rest[end:]
	path, query, _ := strings.Cut(after, "?")
	at := strings.LastIndexByte(authority, '@')
	_, err := url.PathUnescape(authority[:max(at, 0)])
	switch {
	case strings.IndexFunc(rest, unicode.IsControl) >= 0:
		return "has a character that cannot be printed"
	case err != nil || strings.ContainsAny(path, "@#") || strings.ContainsAny(query, "#"):
		return special
	case !isValidQuery(query):
		return "has a parameter that is not NAME=VALUE; " + special
	}
	for host := range strings.SplitSeq(authority[at+1:], ",") {
		if redactHost(host) != host || strings.Contains(host, "%40") || !strings.Contains(host, "[") && strings.Count(host, ":") > 1 {
			return "has a port that is not a number from 1 to 65535; a name and password are followed by an @, and " + special
		}
	}
	return ""
}

// isValidQuery reports whether all parameters are NAME=VALUE, with no at sign in the name.
func isValidQuery(query string) bool {
	for pair := range strings.SplitSeq(query, "&") {
		if name, _, ok := strings.Cut(pair, "="); pair != "" && !ok || strings.Contains(name, "@") {
			return false
		}
	}
	return true
}
