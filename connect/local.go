package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// Directory is the URL of the store in a directory, whatever its name.
func Directory(dir string) string {
	if strings.HasPrefix(dir, "//") {
		dir = "/" + strings.TrimLeft(dir, "/")
	}
	return "pebble:" + strings.NewReplacer("%", "%25", "?", "%3F").Replace(dir)
}

// local is what a URL of this process or machine says.
type local struct {
	of    string // store or cache
	path  string
	given map[string]string
	url   string
}

// readLocal reads such a URL.
func readLocal(of string, a address, allowed ...string) (*local, error) {
	l := &local{of: of, url: a.url}
	path, query, _ := strings.Cut(a.rest, "?")
	var err error
	if l.path, err = url.PathUnescape(path); err != nil {
		return nil, l.wrong("a %% must be written %%25")
	}
	if l.given, err = parameters(query, allowed...); err != nil {
		return nil, l.wrong("%v", err)
	}
	return l, nil
}

// wrong is what is wrong with the URL.
func (l *local) wrong(format string, args ...any) error {
	return &URLError{Of: l.of, URL: Redact(l.url), Reason: fmt.Sprintf(format, args...)}
}

func openPebble(ctx context.Context, a address, o Options) (store.Store, error) {
	l, err := readLocal("store", a, "sync")
	if err != nil {
		return nil, err
	}
	options := pebblestore.Options{Logger: o.Logger}
	if text, ok := l.given["sync"]; ok {
		sync, err := strconv.ParseBool(text)
		if err != nil {
			return nil, l.wrong("parameter sync is %q: want true or false", text)
		}
		options.NoSync = !sync
	}
	if l.path == "" {
		return nil, l.wrong("names no directory: want pebble:DIR")
	}
	if o.Existing {
		if err := holding(l.path); err != nil {
			return nil, err
		}
	}
	return pebblestore.Open(ctx, l.path, options)
}

// holding fails unless there is something in a directory.
func holding(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &MissingError{Directory: dir, Reason: "there is no such directory"}
	}
	if err != nil {
		return err
	}
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return errors.Join(&MissingError{Directory: dir, Reason: "the directory is empty"}, f.Close())
	}
	return errors.Join(err, f.Close())
}
