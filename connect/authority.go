package connect

import (
	"net/url"
	"strings"
	"unicode"
)

// doubt is what is wrong with a URL of servers before anybody reads it closely: wherever a part of a password may stand
// in the place of something that messages show. The reason quotes nothing.
func doubt(rest string) (reason string) {
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
	case !paired(query):
		return "has a parameter that is no NAME=VALUE; " + special
	}
	for host := range strings.SplitSeq(authority[at+1:], ",") {
		if hostOf(host) != host || strings.Contains(host, "%40") || !strings.Contains(host, "[") && strings.Count(host, ":") > 1 {
			return "has a port that is no number from 1 to 65535; a name and password stand before an @, and " + special
		}
	}
	return ""
}

// paired tells whether the parameters are names, without an at sign, and values.
func paired(query string) bool {
	for pair := range strings.SplitSeq(query, "&") {
		if name, _, ok := strings.Cut(pair, "="); pair != "" && !ok || strings.Contains(name, "@") {
			return false
		}
	}
	return true
}
