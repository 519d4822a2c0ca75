package pebblestore

import (
	"github.com/cockroachdb/pebble/v2/vfs"
)

// file is a file or directory whose writes never fail; see disk. Like any vfs.File it is written and synced
// by one goroutine at a time.
type file struct {
	vfs.File
	disk        *disk
	name        string
	syncOnClose bool // Sync does nothing
	// manifest makes the next Sync also sync the directory. Pebble syncs it only after it has written a
	// marker that refers to the manifest, so a loss of power in between could leave a marker that refers to
	// nothing.
	manifest bool
}

func (f *file) Write(p []byte) (n int, _ error) {
	f.disk.breaker.write(func() (err error) {
		n, err = f.File.Write(p)
		return err
	})
	return n, nil
}

func (f *file) WriteAt(p []byte, at int64) (n int, _ error) {
	f.disk.breaker.write(func() (err error) {
		n, err = f.File.WriteAt(p, at)
		return err
	})
	return n, nil
}

func (f *file) Sync() error {
	if f.syncOnClose {
		return nil
	}
	f.disk.breaker.write(f.File.Sync)
	if f.manifest {
		f.disk.breaker.write(func() error { return syncDirectory(f.disk.FS, f.disk.PathDir(f.name)) })
		f.manifest = false
	}
	return nil
}

func (f *file) SyncData() error {
	if !f.syncOnClose {
		f.disk.breaker.write(f.File.SyncData)
	}
	return nil
}

func (f *file) SyncTo(length int64) (full bool, _ error) {
	f.disk.breaker.write(func() (err error) {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, nil
}

// Close syncs the file first if Sync did not: Pebble regards a log as damaged if it ends early and another
// follows.
func (f *file) Close() error {
	f.disk.breaker.write(func() error {
		if f.syncOnClose {
			if err := f.File.SyncData(); err != nil {
				return err
			}
		}
		return f.File.Close()
	})
	return nil
}
