package connect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/cache/memorycache"
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
	c, err := Cache(t.Context(), "memory:", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, ok := c.(*memorycache.Cache); !ok {
		t.Errorf("memory: opens a %T", c)
	}
}

// mistakes are wrong URLs, and what the error must say.
var storeMistakes = map[string]string{
	"":                     "is empty: want one of memory:, pebble:DIR",
	"state/":               `has no scheme: did you mean "pebble:state/"?`,
	"/var/lib/dictrack":    `did you mean "pebble:/var/lib/dictrack"?`,
	`C:\state`:             `did you mean "pebble:C:\\state"?`,
	"./a:b":                `did you mean "pebble:./a:b"?`,
	"memory":               "a colon is missing: did you mean memory:?",
	"memory:x":             "nothing but parameters comes after memory:",
	"memory:?a=b":          `parameter "a" is not known: want none`,
	"memory://":            `nothing like a host comes after memory: did you mean "memory:"?`,
	"pebble:":              "names no directory: want pebble:DIR",
	"pebble://state":       `did you mean "pebble:state"?`,
	"pebble:///var/state":  `did you mean "pebble:/var/state"?`,
	"pebble:100%":          "a % must be written %25",
	"pebble:x?sink=true":   `parameter "sink" is not known: want sync`,
	"pebble:x?sync=maybe":  `parameter sync is "maybe": want true or false`,
	"pebble:x?sync=1&%zz":  "its parameters cannot be read",
	"pebble:x?sync=1&sync": "parameter sync is given 2 times",
	"file:///var/state":    `did you mean "pebble:/var/state"?`,
	"sqlite:state.db":      "the scheme sqlite is not known: want one of memory:, pebble:DIR",
}

func TestMistakes(t *testing.T) {
	for url, want := range storeMistakes {
		s, err := Store(t.Context(), url, Options{})
		checkMistake(t, "store", url, want, s == nil, err)
	}
	for url, want := range cacheMistakes {
		c, err := Cache(t.Context(), url, Options{})
		checkMistake(t, "cache", url, want, c == nil, err)
	}
}

var cacheMistakes = map[string]string{
	"":              "is empty: want one of memory:",
	"memory:?a=b":   `parameter "a" is not known: want`,
	"pebble:state":  "pebble is the scheme of a store: want one of memory:",
	"memcached://h": "the scheme memcached is not known: want one of memory:",
}

func checkMistake(t *testing.T, of, url, want string, isNil bool, err error) {
	t.Helper()
	var wrong *URLError
	if !isNil || !errors.As(err, &wrong) {
		t.Fatalf("%s %q: no URLError: %v", of, url, err)
	}
	if text := err.Error(); wrong.Of != of || !strings.HasPrefix(text, of+` URL "`) || !strings.Contains(text, want) || strings.Contains(text, "\n") {
		t.Errorf("%s %q: %v\nwant: ... %s", of, url, err, want)
	}
}

// Whatever is wrong with a URL, its password is shown by no error.
func TestErrorsHideSecrets(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nothing needs to be reached
	for _, form := range malformed {
		url := strings.ReplaceAll(form, "SECRET", "s3cret")
		if _, err := Store(ctx, url, Options{}); err == nil {
			t.Errorf("store %q: no error", url)
		} else {
			checkHidden(t, url, "s3cret", err.Error())
		}
		if _, err := Cache(ctx, url, Options{}); err == nil {
			t.Errorf("cache %q: no error", url)
		} else {
			checkHidden(t, url, "s3cret", err.Error())
		}
	}
}

func TestExisting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for _, want := range []string{"there is no such directory", "the directory is empty"} {
		_, err := Store(t.Context(), Directory(dir), Options{Existing: true})
		var missing *MissingError
		if !errors.As(err, &missing) || missing.Directory != dir || err.Error() != "open "+dir+": "+want {
			t.Errorf("%v, want: %s", err, want)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, existing := range []bool{false, true} {
		s, err := Store(t.Context(), Directory(dir), Options{Existing: existing})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
