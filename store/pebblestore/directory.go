package pebblestore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/record"
)

// markName is the file that makes a directory one of ours; it says the format.
const (
	markName    = "DICTRACK"
	markDraft   = markName + ".draft"
	markContent = "dictrack store, format %d\n"
)

// directory is where a store lives.
type directory struct {
	fs     vfs.FS
	path   string
	onDisk bool // a real one: it has modes and links
}

// prepare makes sure that the directory is there and ours: one that exists must be empty or have our
// mark. It changes nothing in any other.
func (d *directory) prepare() error {
	names, err := d.fs.List(d.path)
	if errors.Is(err, os.ErrNotExist) {
		err = d.make(d.path)
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == markDraft })
	switch {
	case slices.Contains(names, markName):
		err = d.readMark()
	case len(names) > 0:
		return fmt.Errorf("open store in %s: want a new or empty directory, or one with a store of dictrack; this one has %s and no %s",
			d.path, names[0], markName)
	default:
		err = d.writeMark()
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	return d.settle()
}

// make creates the directory and its parents, so that they survive a power loss.
func (d *directory) make(path string) error {
	parent := d.fs.PathDir(path)
	if _, err := d.fs.Stat(path); err == nil || parent == path {
		return err
	}
	if err := d.make(parent); err != nil {
		return err
	}
	if err := d.fs.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return syncDirectory(d.fs, parent)
}

func (d *directory) readMark() error {
	f, err := d.fs.Open(d.fs.PathJoin(d.path, markName))
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return checkMark(content)
}

// checkMark reads the content of the mark. The error is a *record.CorruptError or *record.FormatError.
func checkMark(content []byte) error {
	var found int
	if _, err := fmt.Sscanf(string(content), markContent, &found); err != nil {
		return &record.CorruptError{Record: "file " + markName, Reason: fmt.Sprintf("%.40q is no mark of dictrack", content)}
	}
	if found != format {
		return &record.FormatError{Found: found, Known: format}
	}
	return nil
}

// writeMark puts the mark there as a whole and for good.
func (d *directory) writeMark() error {
	draft := d.fs.PathJoin(d.path, markDraft)
	f, err := d.fs.Create(draft, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, markContent, format)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if d.onDisk {
		if err := os.Chmod(draft, 0o600); err != nil {
			return err
		}
	}
	if err := d.fs.Rename(draft, d.fs.PathJoin(d.path, markName)); err != nil {
		return err
	}
	return syncDirectory(d.fs, d.path)
}

// settle closes a real directory to others, and finds its only name: two names for one directory would
// get past Pebble's lock.
func (d *directory) settle() error {
	if !d.onDisk {
		return nil
	}
	path, err := filepath.Abs(d.path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err == nil {
		err = d.close(path)
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	d.path = path
	return nil
}

// close takes the rights of others away.
func (d *directory) close(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o700) // #nosec G302 -- a directory has to be entered
}
