package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
)

func TestStoreKinds(t *testing.T) {
	dir := t.TempDir()
	for _, url := range []string{
		"memory:", "MEMORY:", "pebble:" + dir + "/a", "Pebble:" + dir + "/b?sync=false", Directory(dir + "/100%?"), Directory("//" + dir + "/c"),
	} {
		s, err := Store(t.Context(), url, Options{})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		defer s.Close()
		_, memory := s.(*memorystore.Store)
		_, pebble := s.(*pebblestore.Store)
		if isMemory := strings.EqualFold(url, "memory:"); memory != isMemory || pebble == isMemory {
			t.Errorf("%s opens a %T", url, s)
		}
	}
	for _, name := range []string{"a", "b", "c", "100%?"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestCacheKinds(t *testing.T) {
	for url, want := range map[string]string{
		"memory:":                               "*memorycache.Cache",
		"memory:?":                              "*memorycache.Cache",
		"memory:?write_behind=250ms":            "*writebehind.Cache",
		"memory:?changes=500&write_behind=0.5s": "*writebehind.Cache",
	} {
		c, err := Cache(t.Context(), url, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%T", c); got != want {
			t.Errorf("%s opens a %s, want a %s", url, got, want)
		}
	}
}

func TestWriteBehindParameters(t *testing.T) {
	got, reason := parseMemoryCache(address{rest: "?changes=500&write_behind=1m"})
	if want := (writebehind.Options{MaxDelay: time.Minute, MaxPending: 500}); reason != "" || got != want {
		t.Errorf("%+v, %s; want %+v", got, reason, want)
	}
}

// invalidStoreURLs are invalid URLs, and what the error must say.
var invalidStoreURLs = map[string]string{
	"":                                   "is empty: want one of memory:, file:PATH, pebble:DIR",
	"state/":                             `has no scheme: did you mean "pebble:state/"?`,
	"/var/lib/dictrack":                  `did you mean "pebble:/var/lib/dictrack"?`,
	`C:\state`:                           `did you mean "pebble:C:\\state"?`,
	"./a:b":                              `did you mean "pebble:./a:b"?`,
	"memory":                             "has no colon: want memory:",
	"memory:x":                           "memory: must not be followed by anything but parameters",
	"memory:?a=b":                        `parameter "a" is not known: want none`,
	"memory://":                          `memory: is not followed by a host: did you mean "memory:"?`,
	"pebble:":                            "names no directory: want pebble:DIR",
	"pebble://state":                     `did you mean "pebble:state"?`,
	"pebble:///var/state":                `did you mean "pebble:/var/state"?`,
	"pebble:100%":                        "a % must be written %25",
	"pebble:x?sink=true":                 `parameter "sink" is not known: want sync`,
	"pebble:x?sync=maybe":                `parameter sync is "maybe": want true or false`,
	"pebble:x?sync=1&%zz":                `parameter "%zz" is not known: want sync`,
	"pebble:x?sync=1&sync":               "parameter sync is given more than once",
	"file:///var/state":                  `did you mean "file:/var/state"?`,
	"mongodb://h/db?trackers=never":      `parameter trackers is "never": want true or false`,
	"mongodb://h/db?prefix=":             `parameter prefix is "": want a name`,
	"postgres://h/db?schema=a&schema=b":  "parameter schema is given more than once",
	"postgres://h/db?retry_timeout=long": `parameter retry_timeout is "long": want a duration of at least 1ns`,
	"postgres://h/db?schema=%zz":         "parameter schema cannot be read: a % must be written %25",
	"sqlite:state.db":                    "the scheme sqlite is not known: want one of memory:, file:PATH, pebble:DIR",
}

func TestInvalidURLs(t *testing.T) {
	for url, want := range invalidStoreURLs {
		s, err := Store(t.Context(), url, Options{})
		checkURLError(t, "store", url, want, s == nil, err)
	}
	for url, want := range invalidCacheURLs {
		c, err := Cache(t.Context(), url, Options{})
		checkURLError(t, "cache", url, want, c == nil, err)
	}
}

var invalidCacheURLs = map[string]string{
	"":                                        "is empty: want one of memory:",
	"memory:?a=b":                             `parameter "a" is not known: want changes or write_behind`,
	"memory:?changes=5":                       "parameter changes bounds write_behind: want both",
	"memory:?write_behind=":                   `parameter write_behind is "": want a duration of at least 1ms`,
	"memory:?write_behind=5":                  `parameter write_behind is "5": want a duration`,
	"memory:?write_behind=1us":                `parameter write_behind is "1us"`,
	"memory:?write_behind=-1s":                `parameter write_behind is "-1s"`,
	"memory:?write_behind=1s&changes=0":       `parameter changes is "0": want a whole number of at least 1`,
	"memory:?write_behind=1s&changes=1k":      `parameter changes is "1k"`,
	"memory:?write_behind=1s&write_behind=2s": "parameter write_behind is given more than once",
	"pebble:state":                            "pebble is the scheme of a store: want one of memory:",
	"memcached://h":                           "the scheme memcached is not known: want one of memory:",
}

func checkURLError(t *testing.T, of, url, want string, isNil bool, err error) {
	t.Helper()
	var wrong *URLError
	if !isNil || !errors.As(err, &wrong) {
		t.Fatalf("%s %q: no URLError: %v", of, url, err)
	}
	if text := err.Error(); wrong.Of != of || !strings.HasPrefix(text, of+` URL "`) || !strings.Contains(text, want) || strings.Contains(text, "\n") {
		t.Errorf("%s %q: %v\nwant: ... %s", of, url, err, want)
	}
}

// unreachable replaces hosts by an address where nothing listens.
var unreachable = strings.NewReplacer("@h/", "@127.0.0.1:1/", "//h/", "//127.0.0.1:1/", "@h1,,h2", "@127.0.0.1:1,,127.0.0.1:1",
	"@h?", "@127.0.0.1:1?", "@h1/", "@127.0.0.1:1/", "@h1?", "@127.0.0.1:1?")

// TestErrorsHideSecrets checks that no error shows a password, whatever is wrong with its URL.
func TestErrorsHideSecrets(t *testing.T) {
	for _, form := range malformed {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			url := strings.TrimSuffix(unreachable.Replace(strings.ReplaceAll(form+"\x00", "SECRET", "s3cret")), "\x00")
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := Store(ctx, url, Options{})
			checkError(t, url, err)
			c, err := Cache(ctx, url, Options{})
			if err == nil { // one that connects when it is started
				err = errors.Join(c.Start(ctx, cache.Deps{Logger: slog.New(slog.DiscardHandler)}), c.Close(ctx))
			}
			checkError(t, url, err)
		})
	}
}

func checkError(t *testing.T, url string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%q: no error", url)
		return
	}
	t.Log(err)
	checkHidden(t, url, "s3cret", fmt.Sprintf("%v %+v %#v", err, err, err))
	if text := err.Error(); strings.Contains(text, "\n") {
		t.Errorf("%q: more than one line: %q", url, text)
	}
}

func TestMustExist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for _, want := range []string{"there is no such directory", "the directory is empty"} {
		_, err := Store(t.Context(), Directory(dir), Options{MustExist: true})
		var missing *NotFoundError
		if !errors.As(err, &missing) || missing.Path != dir || err.Error() != "open "+dir+": "+want {
			t.Errorf("%v, want: %s", err, want)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, existing := range []bool{false, true} {
		s, err := Store(t.Context(), Directory(dir), Options{MustExist: existing})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLikelySchemes(t *testing.T) {
	for url, want := range map[string]string{
		"mongo://h/db": "mongodb://h/db", "mongodb:h/db": "mongodb://h/db", "mongo+srv://u:s3cret@h/db": "mongodb+srv://u:***@h/db",
		"pg://h/db":                "postgres://h/db",
		"postgres:h/db":            "postgres://h/db",
		"postgresql:/u:pw@h/db":    "postgres://***@h/db",
		"psql://u:s3cret@h/db":     "postgres://u:***@h/db",
		"POSTGRESQL:h/db":          "postgres://h/db",
		"dir:///var/lib/dictrack/": "pebble:/var/lib/dictrack/",
	} {
		_, err := Store(t.Context(), url, Options{})
		checkURLError(t, "store", url, "did you mean \""+want+"\"?", true, err)
	}
}
