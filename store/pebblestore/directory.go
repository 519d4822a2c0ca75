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

// markerName is the file that marks a directory as a store; it holds the format's version.
const (
	markerName    = "DICTRACK"
	markerDraft   = markerName + ".draft"
	markerContent = "dictrack store, format %d\n"
)

// directory is the directory of a store.
type directory struct {
	fs     vfs.FS
	path   string
	onDisk bool // on a real file system: with modes and symbolic links
}

// prepare creates the directory if it does not exist, and marks it. One that exists must be empty or have
// the marker; nothing is changed in any other.
func (d *directory) prepare() error {
	names, err := d.fs.List(d.path)
	if errors.Is(err, os.ErrNotExist) {
		err = d.create(d.path)
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == markerDraft })
	switch {
	case slices.Contains(names, markerName):
		err = d.readMarker()
	case len(names) > 0:
		return fmt.Errorf("open store in %s: want a new or empty directory, or one with a store of dictrack; this one has %s and no %s",
			d.path, names[0], markerName)
	default:
		err = d.writeMarker()
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	return d.secure()
}

// create creates a directory and its parents, so that they survive a loss of power.
func (d *directory) create(path string) error {
	parent := d.fs.PathDir(path)
	if _, err := d.fs.Stat(path); err == nil || parent == path {
		return err
	}
	if err := d.create(parent); err != nil {
		return err
	}
	if err := d.fs.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return syncDirectory(d.fs, parent)
}

func (d *directory) readMarker() error {
	f, err := d.fs.Open(d.fs.PathJoin(d.path, markerName))
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return checkMarker(content)
}

// checkMarker reads the content of the marker. The error is a *record.CorruptError or *record.FormatError.
func checkMarker(content []byte) error {
	var found int
	if _, err := fmt.Sscanf(string(content), markerContent, &found); err != nil {
		return &record.CorruptError{Record: "file " + markerName, Reason: fmt.Sprintf("%.40q is not the marker of dictrack", content)}
	}
	if found != format {
		return &record.FormatError{Found: found, Known: format}
	}
	return nil
}

// writeMarker writes the marker atomically and durably.
func (d *directory) writeMarker() error {
	draft := d.fs.PathJoin(d.path, markerDraft)
	f, err := d.fs.Create(draft, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, markerContent, format)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if d.onDisk {
		if err := os.Chmod(draft, 0o600); err != nil {
			return err
		}
	}
	if err := d.fs.Rename(draft, d.fs.PathJoin(d.path, markerName)); err != nil {
		return err
	}
	return syncDirectory(d.fs, d.path)
}

// secure restricts a real directory to its owner, and resolves its path: with two paths to one directory,
// Pebble's lock would not keep a second Store of this process out.
func (d *directory) secure() error {
	if !d.onDisk {
		return nil
	}
	path, err := filepath.Abs(d.path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err == nil {
		err = d.restrict(path)
	}
	if err != nil {
		return fmt.Errorf("open store in %s: %w", d.path, err)
	}
	d.path = path
	return nil
}

// restrict removes the permissions of group and others.
func (d *directory) restrict(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o700) // #nosec G302 -- a directory has to be entered
}
