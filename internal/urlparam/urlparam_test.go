package urlparam_test

import (
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/urlparam"
)

// settings are what the test's parameters set.
type settings struct {
	name     string
	on, off  bool
	duration time.Duration
	count    int
}

func (s *settings) setters() urlparam.Setters {
	return urlparam.Setters{
		"name": urlparam.Name(&s.name), "on": urlparam.Bool(&s.on), "enabled": urlparam.Disable(&s.off),
		"after": urlparam.Duration(&s.duration, time.Millisecond), "count": urlparam.Int(&s.count, 1),
	}
}

func TestParse(t *testing.T) {
	var got settings
	err := urlparam.Parse("name=a%20b&on=true&enabled=false&after=1.5s&count=3", got.setters())
	if want := (settings{"a b", true, true, 1500 * time.Millisecond, 3}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestParseErrors(t *testing.T) {
	for query, want := range map[string]string{
		"name=":       `parameter name is "": want a name`,
		"on=maybe":    `parameter on is "maybe": want true or false`,
		"enabled=":    `parameter enabled is "": want true or false`,
		"after=5":     `parameter after is "5": want a duration of at least 1ms, such as 30s`,
		"after=1us":   `parameter after is "1us": want a duration of at least 1ms, such as 30s`,
		"count=0":     `parameter count is "0": want a whole number of at least 1`,
		"on=1&on":     "parameter on is given more than once",
		"name=%zz":    "parameter name cannot be read: a % must be written %25",
		"x":           `parameter "x" is not known: want after or count or enabled or name or on`,
		"on=1&x=1&yy": `parameter "x" is not known: want after or count or enabled or name or on`,
	} {
		if err := urlparam.Parse(query, new(settings).setters()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if err := urlparam.Parse("a=b", nil); err == nil || err.Error() != `parameter "a" is not known: want none` {
		t.Errorf("without parameters: %v", err)
	}
	if err := urlparam.Parse("", nil); err != nil {
		t.Errorf("an empty query: %v", err)
	}
}

func TestExtract(t *testing.T) {
	var got settings
	rest, err := urlparam.Extract("w=1&name=n&j=%zz", got.setters())
	if err != nil || rest != "w=1&j=%zz" || got.name != "n" {
		t.Errorf("rest %q, %v, name %q", rest, err, got.name)
	}
}
