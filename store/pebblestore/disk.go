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

// disk is the file system that Pebble sees: its writes never fail, since a failed write trips the breaker
// and does not return.
type disk struct {
	vfs.FS
	breaker *breaker
	private bool // create files with mode 0600
	noSync  bool // sync a write-ahead log only when it is closed

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

// createPrivate creates an empty file that only its owner may read, and replaces an existing one.
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

// Remove may fail: Pebble then removes the file when it is opened the next time. It still waits when writes
// are blocked, since another Store may own the files by then.
func (d *disk) Remove(name string) (err error) {
	d.breaker.write(func() error {
		err = d.FS.Remove(name)
		return nil
	})
	return err
}

// RemoveAll is like Remove.
func (d *disk) RemoveAll(name string) (err error) {
	d.breaker.write(func() error {
		err = d.FS.RemoveAll(name)
		return nil
	})
	return err
}

// Lock locks the directory. The lock is released once: by Pebble's Close or, if that cannot be called, by
// releaseDir.
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

// lockError distinguishes a directory that is in use from one that cannot be locked.
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

// syncDirectory makes the entries of a directory durable.
func syncDirectory(fs vfs.FS, path string) error {
	f, err := fs.OpenDir(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// closeOnce closes once; further calls of Close return nil.
type closeOnce struct {
	io.Closer
	once sync.Once
}

func (c *closeOnce) Close() (err error) {
	c.once.Do(func() { err = c.Closer.Close() })
	return err
}
