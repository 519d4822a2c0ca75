package connect

import (
	"fmt"
	"strings"
)

// URLError says what is wrong with a URL.
type URLError struct {
	// Of is what the URL should name: "store" or "cache".
	Of string
	// URL is what was given, without its secrets.
	URL string
	// Reason says what is wrong, and what to do.
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("%s URL %q: %s", e.Of, e.URL, e.Reason) }

// MissingError says that there is nothing where there must be something.
type MissingError struct {
	// Directory is where.
	Directory string
	// Reason says what is there instead.
	Reason string
}

func (e *MissingError) Error() string { return fmt.Sprintf("open %s: %s", e.Directory, e.Reason) }

// aliases are other names that people have for schemes.
var aliases = map[string]string{
	"mem": "memory", "ram": "memory",
	"file": "pebble", "dir": "pebble", "pebbledb": "pebble", "pebblestore": "pebble",
	"mongo": "mongodb", "mongo+srv": "mongodb+srv", "ferretdb": "mongodb",
	"pg": "postgres", "pgx": "postgres", "pgsql": "postgres", "psql": "postgres", "postgre": "postgres", "postgressql": "postgres",
	"redis+tls": "rediss", "redis+ssl": "rediss", "valkey": "redis", "valkeys": "rediss",
	"redis-cluster": "redis+cluster", "rediscluster": "redis+cluster", "cluster": "redis+cluster",
	"rediss-cluster": "rediss+cluster", "redisscluster": "rediss+cluster",
	"redis-sentinel": "redis+sentinel", "redissentinel": "redis+sentinel", "sentinel": "redis+sentinel",
}

// without is what is wrong with a text that has no scheme.
func (p *port[T]) without(url string) string {
	if url == "" {
		return "is empty: " + p.allowed()
	}
	if s := p.lookUp(strings.ToLower(url)); s != nil {
		return fmt.Sprintf("has no colon: want %s", s.form)
	}
	if strings.Contains(Redact(url), hidden) {
		return "has no scheme: " + p.allowed()
	}
	return fmt.Sprintf("has no scheme: did you mean %q? Else %s", p.bare+url, p.allowed())
}

// unknown is what is wrong with a scheme that this port does not have.
func (p *port[T]) unknown(name, url string) string {
	if meant, ok := aliases[name]; ok && p.lookUp(meant) != nil {
		s := p.lookUp(meant)
		return fmt.Sprintf("the scheme %s is not known: did you mean %q?", name, s.name+":"+fitting(s.form, shownRest(url)))
	}
	if other := otherPort(p.name, name); other != "" {
		return fmt.Sprintf("%s is the scheme of a %s: %s", name, other, p.allowed())
	}
	return fmt.Sprintf("the scheme %s is not known: %s", name, p.allowed())
}

// otherPort names the port that has a scheme; "" when none but the one asking has.
func otherPort(asking, name string) string {
	if p := stores(); p.name != asking && p.lookUp(name) != nil {
		return p.name
	}
	if p := caches(); p.name != asking && p.lookUp(name) != nil {
		return p.name
	}
	return ""
}

// allowed lists how a URL may look.
func (p *port[T]) allowed() string {
	forms := make([]string, len(p.schemes))
	for i, s := range p.schemes {
		forms[i] = s.form
	}
	return "want one of " + strings.Join(forms, ", ")
}

// slashes is what is wrong with the slashes after a scheme.
func slashes(form string, a address) string {
	if fitting(form, a.rest) == a.rest {
		return ""
	}
	name, _, _ := strings.Cut(form, ":")
	meant := name + ":" + fitting(form, shownRest(a.url))
	if strings.Contains(form, "://") {
		return fmt.Sprintf("two slashes are missing: did you mean %q?", meant)
	}
	return fmt.Sprintf("nothing like a host comes after %s: did you mean %q?", name, meant)
}

// shownRest is what follows the scheme of a URL, without its secrets.
func shownRest(url string) string {
	_, rest, _ := strings.Cut(Redact(url), ":")
	return rest
}

// fitting is what follows the scheme, with the slashes that the form has.
func fitting(form, rest string) string {
	switch slashed := strings.HasPrefix(rest, "//"); {
	case strings.Contains(form, "://") && !slashed:
		return "//" + strings.TrimPrefix(rest, "/")
	case !strings.Contains(form, "://") && slashed:
		return strings.TrimPrefix(rest, "//")
	}
	return rest
}
