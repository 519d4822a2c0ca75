package connect

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/dictrack/dictrack/internal/urlparam"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// Directory returns the URL of the store in a directory, whatever characters its name has.
func Directory(dir string) string {
	if strings.HasPrefix(dir, "//") {
		dir = "/" + strings.TrimLeft(dir, "/")
	}
	return "pebble:" + strings.NewReplacer("%", "%25", "?", "%3F").Replace(dir)
}

func openPebble(ctx context.Context, a address, o Options) (store.Store, error) {
	options := pebblestore.Options{Logger: o.Logger}
	path, query, _ := strings.Cut(a.rest, "?")
	dir, err := url.PathUnescape(path)
	if err != nil {
		return nil, storeURLError(a, "a % must be written %25")
	}
	if err := urlparam.Parse(query, urlparam.Setters{"sync": urlparam.Disable(&options.NoSync)}); err != nil {
		return nil, storeURLError(a, err.Error())
	}
	if dir == "" {
		return nil, storeURLError(a, "names no directory: want pebble:DIR")
	}
	if o.MustExist {
		if err := checkNotEmpty(dir); err != nil {
			return nil, err
		}
	}
	return pebblestore.Open(ctx, dir, options)
}

func storeURLError(a address, reason string) error {
	return &URLError{Of: "store", URL: Redact(a.url), Reason: reason}
}

// checkNotEmpty returns a *NotFoundError unless there is something in a directory.
func checkNotEmpty(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &NotFoundError{Directory: dir, Reason: "there is no such directory"}
	}
	if err != nil {
		return err
	}
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return errors.Join(&NotFoundError{Directory: dir, Reason: "the directory is empty"}, f.Close())
	}
	return errors.Join(err, f.Close())
}
