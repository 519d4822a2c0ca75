package connect

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// port describes the URLs of one of the two kinds of things that a URL can name: stores and caches.
type port[T any] struct {
	name          string // store or cache
	schemes       []scheme[T]
	defaultScheme string // what a URL without a scheme probably lacks
	// ofOther returns the name of the other port if that has the scheme, else "".
	ofOther func(scheme string) string
}

// scheme is a kind of URL.
type scheme[T any] struct {
	name  string
	alias string // another name; "" for none
	form  string // how such a URL looks
	open  func(ctx context.Context, a address, o Options) (T, error)
}

// open opens what a URL names.
func (p *port[T]) open(ctx context.Context, url string, o Options) (opened T, err error) {
	s, a, reason := p.parse(url)
	if reason == "" {
		reason = checkSlashes(s.form, a)
	}
	if reason == "" && strings.HasPrefix(a.rest, "//") {
		reason = checkAuthority(a.rest)
	}
	if reason != "" {
		return opened, &URLError{Of: p.name, URL: Redact(url), Reason: reason}
	}
	got, err := s.open(ctx, a, o)
	if err != nil {
		return opened, err // not got: a nil pointer in an interface is not a nil interface
	}
	return got, nil
}

// parse finds the scheme of a URL. The reason says why there is none, and what to do about it.
func (p *port[T]) parse(url string) (s *scheme[T], a address, reason string) {
	name, rest, ok := cutScheme(url)
	if !ok {
		return nil, a, p.missingScheme(url)
	}
	if s = p.find(name); s == nil {
		return nil, a, p.unknownScheme(name, url)
	}
	return s, address{url: name + ":" + rest, rest: rest}, ""
}

// find returns the scheme with that name, nil if there is none.
func (p *port[T]) find(name string) *scheme[T] {
	i := slices.IndexFunc(p.schemes, func(s scheme[T]) bool { return name != "" && (s.name == name || s.alias == name) })
	if i < 0 {
		return nil
	}
	return &p.schemes[i]
}

// prefixes lists how URLs begin.
func (p *port[T]) prefixes() []string {
	all := make([]string, len(p.schemes))
	for i, s := range p.schemes {
		all[i] = s.name + ":"
		if strings.Contains(s.form, "://") {
			all[i] += "//"
		}
	}
	return all
}

// likelySchemes maps names that people give to schemes that they may mean.
var likelySchemes = map[string]string{
	"mem": "memory", "ram": "memory",
	"dir": "pebble", "pebbledb": "pebble", "pebblestore": "pebble",
	"mongo": "mongodb", "mongo+srv": "mongodb+srv", "ferretdb": "mongodb",
	"pg": "postgres", "pgx": "postgres", "pgsql": "postgres", "psql": "postgres", "postgre": "postgres", "postgressql": "postgres",
	"redis+tls": "rediss", "redis+ssl": "rediss", "valkey": "redis", "valkeys": "rediss",
	"redis-cluster": "redis+cluster", "rediss-cluster": "rediss+cluster", "redis-sentinel": "redis+sentinel",
}

// missingScheme is the reason to refuse a URL without a scheme.
func (p *port[T]) missingScheme(url string) string {
	if url == "" {
		return "is empty: " + p.want()
	}
	if s := p.find(strings.ToLower(url)); s != nil {
		return fmt.Sprintf("has no colon: want %s", s.form)
	}
	if strings.Contains(Redact(url), hidden) {
		return "has no scheme: " + p.want()
	}
	return fmt.Sprintf("has no scheme: did you mean %q? Else %s", p.defaultScheme+url, p.want())
}

// unknownScheme is the reason to refuse a URL whose scheme this port does not have.
func (p *port[T]) unknownScheme(name, url string) string {
	if likely := p.find(likelySchemes[name]); likely != nil {
		return fmt.Sprintf("the scheme %s is not known: did you mean %q?", name, likely.name+":"+fixSlashes(likely.form, redactedRest(url)))
	}
	if other := p.ofOther(name); other != "" {
		return fmt.Sprintf("%s is the scheme of a %s: %s", name, other, p.want())
	}
	return fmt.Sprintf("the scheme %s is not known: %s", name, p.want())
}

// want lists the forms of URLs.
func (p *port[T]) want() string {
	forms := make([]string, len(p.schemes))
	for i, s := range p.schemes {
		forms[i] = s.form
	}
	return "want one of " + strings.Join(forms, ", ")
}

// checkSlashes returns what is wrong with the slashes after a scheme, "" for nothing.
func checkSlashes(form string, a address) string {
	if fixSlashes(form, a.rest) == a.rest {
		return ""
	}
	name, _, _ := strings.Cut(form, ":")
	meant := name + ":" + fixSlashes(form, redactedRest(a.url))
	if strings.Contains(form, "://") {
		return fmt.Sprintf("two slashes are missing: did you mean %q?", meant)
	}
	return fmt.Sprintf("%s: is not followed by a host: did you mean %q?", name, meant)
}
