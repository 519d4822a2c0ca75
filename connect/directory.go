package connect

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Directory returns the URL of the store in a directory, whatever characters its name has.
func Directory(dir string) string {
	if strings.HasPrefix(dir, "//") {
		dir = "/" + strings.TrimLeft(dir, "/")
	}
	return "pebble:" + strings.NewReplacer("%", "%25", "?", "%3F").Replace(dir)
}

func storeURLError(a address, reason string) error {
	return &URLError{Of: "store", URL: Redact(a.url), Reason: reason}
}

// checkNotEmpty returns a *NotFoundError unless there is something in a directory.
func checkNotEmpty(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &NotFoundError{Path: dir, Reason: "there is no such directory"}
	}
	if err != nil {
		return err
	}
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return errors.Join(&NotFoundError{Path: dir, Reason: "the directory is empty"}, f.Close())
	}
	return errors.Join(err, f.Close())
}
