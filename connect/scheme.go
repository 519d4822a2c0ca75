package connect

import (
	"context"
	"strings"
)

// port is one of the two kinds of things that a URL can name.
type port[T any] struct {
	name    string // store or cache
	schemes []scheme[T]
	bare    string // what a text without a scheme probably lacks
}

// scheme is a kind of URL, and what opens it.
type scheme[T any] struct {
	name string
	also string // another name; "" for none
	form string // how such a URL looks
	open func(ctx context.Context, a address, o Options) (T, error)
}

// address is a URL whose scheme is known.
type address struct {
	url  string // with its scheme in lower case
	rest string // what follows the colon
}

// open opens what a URL names.
func open[T any](ctx context.Context, p port[T], url string, o Options) (opened T, err error) {
	s, a, reason := p.find(url)
	if reason == "" {
		reason = slashes(s.form, a)
	}
	if reason == "" && strings.HasPrefix(a.rest, "//") {
		reason = doubt(a.rest)
	}
	if reason != "" {
		return opened, &URLError{Of: p.name, URL: Redact(url), Reason: reason}
	}
	got, err := s.open(ctx, a, o)
	if err != nil {
		return opened, err // a pointer that is nil makes no interface that is
	}
	return got, nil
}

// find finds the scheme of a URL. The reason says why there is none, and what to do.
func (p *port[T]) find(url string) (s *scheme[T], a address, reason string) {
	name, rest, ok := cutScheme(url)
	if !ok {
		return nil, a, p.without(url)
	}
	if s = p.lookUp(name); s == nil {
		return nil, a, p.unknown(name, url)
	}
	return s, address{url: name + ":" + rest, rest: rest}, ""
}

// lookUp finds a scheme by its name; nil when there is none.
func (p *port[T]) lookUp(name string) *scheme[T] {
	for i := range p.schemes {
		if s := &p.schemes[i]; s.name == name || s.also == name {
			return s
		}
	}
	return nil
}

// cutScheme cuts a URL at the colon after its scheme, which it puts into lower case. One letter is no scheme but a
// drive, and what is followed by a port alone is a host.
func cutScheme(url string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(url, ":")
	if !ok || len(name) < 2 || strings.Trim(strings.ToLower(name), schemeLetters) != "" || isPort(rest) {
		return "", "", false
	}
	return strings.ToLower(name), rest, true
}

const schemeLetters = "abcdefghijklmnopqrstuvwxyz0123456789+-."

// isPort tells whether a text begins as a port does, and goes on as it may.
func isPort(text string) bool {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	after := text[len(digits):]
	return digits != "" && len(digits) <= 5 && (after == "" || strings.ContainsRune("/?,", rune(after[0])))
}

// beginnings are those of the port's URLs.
func (p *port[T]) beginnings() []string {
	all := make([]string, len(p.schemes))
	for i, s := range p.schemes {
		all[i] = s.name + ":"
		if strings.Contains(s.form, "://") {
			all[i] += "//"
		}
	}
	return all
}
