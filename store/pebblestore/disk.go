package pebblestore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/store"
)

// disk is the file system as Pebble gets to see it: one whose writes never fail, since a failed one
// trips the breaker and does not return.
type disk struct {
	vfs.FS
	breaker *breaker
	private bool // create files with mode 0600
	noSync  bool // leave the sync of write-ahead logs to their end

	lock io.Closer // of the directory; set by Lock
}

func (d *disk) Create(name string, category vfs.DiskWriteCategory) (f vfs.File, _ error) {
	d.breaker.write(func() (err error) {
		if d.private {
			if err = d.createPrivate(name); err == nil {
				f, err = d.FS.OpenReadWrite(name, category)
			}
			return err
		}
		f, err = d.FS.Create(name, category)
		return err
	})
	created := d.file(name, f)
	created.manifest = strings.HasPrefix(d.PathBase(name), "MANIFEST-")
	return created, nil
}

// createPrivate makes a new empty file that only its owner may read, in place of one of that name.
func (d *disk) createPrivate(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (d *disk) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (f vfs.File, _ error) {
	d.breaker.write(func() (err error) {
		f, err = d.FS.OpenReadWrite(name, category, opts...)
		return err
	})
	return d.file(name, f), nil
}

func (d *disk) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (f vfs.File, _ error) {
	d.breaker.write(func() (err error) {
		f, err = d.FS.ReuseForWrite(oldname, newname, category)
		return err
	})
	return d.file(newname, f), nil
}

func (d *disk) OpenDir(name string) (vfs.File, error) {
	f, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return d.file(name, f), nil
}

func (d *disk) Link(oldname, newname string) error {
	d.breaker.write(func() error { return d.FS.Link(oldname, newname) })
	return nil
}

func (d *disk) Rename(oldname, newname string) error {
	d.breaker.write(func() error { return d.FS.Rename(oldname, newname) })
	return nil
}

// Remove may fail without harm: what is not wanted any more is then removed when the store is opened.
// But it waits with the other writes when those are frozen, since another Store may have the files.
func (d *disk) Remove(name string) (err error) {
	d.breaker.write(func() error {
		err = d.FS.Remove(name)
		return nil
	})
	return err
}

// RemoveAll is as Remove.
func (d *disk) RemoveAll(name string) (err error) {
	d.breaker.write(func() error {
		err = d.FS.RemoveAll(name)
		return nil
	})
	return err
}

// Lock takes the directory. It is released once, by Pebble's Close or, when that cannot be, by abandon.
func (d *disk) Lock(name string) (io.Closer, error) {
	if d.private {
		// An existing one is not opened: closing it again would release the lock of another Store here.
		if f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			_ = f.Close()
		}
	}
	lock, err := d.FS.Lock(name)
	if err != nil {
		return nil, lockError(err)
	}
	once := &closeOnce{Closer: lock}
	d.lock = once
	return once, nil
}

// lockError tells a directory in use from one where nothing can be locked.
func lockError(err error) error {
	if _, ok := errors.AsType[*os.PathError](err); ok || errors.Is(err, syscall.ENOLCK) {
		return fmt.Errorf("lock the directory: %w", err)
	}
	return fmt.Errorf("%w: %w", store.ErrInUse, err)
}

// file wraps a file that may be written.
func (d *disk) file(name string, f vfs.File) *file {
	return &file{File: f, disk: d, name: name, syncOnClose: d.noSync && strings.HasSuffix(name, ".log")}
}

// syncDirectory makes what a directory lists survive.
func syncDirectory(fs vfs.FS, path string) error {
	f, err := fs.OpenDir(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// closeOnce closes once and answers further calls with nil.
type closeOnce struct {
	io.Closer
	once sync.Once
}

func (c *closeOnce) Close() (err error) {
	c.once.Do(func() { err = c.Closer.Close() })
	return err
}
