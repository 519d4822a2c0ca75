package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/field"
)

// Options of Open. The zero Options are the defaults.
type Options struct {
	// FS is the file system. Default: that of the operating system, where the directory and its files are
	// accessible to their owner only.
	FS vfs.FS
	// NoSync makes Commit return when the operating system has the commit, not the disk. Commits then
	// survive any end of the process. After a loss of power the last ones may be lost, each as a whole; if
	// the disk has written later blocks and not earlier ones, Open returns a *record.CorruptError. Default:
	// off.
	NoSync bool
	// Logger receives what is not returned to a caller. Default: no logging.
	Logger *slog.Logger
	// OnFatal is called once if the store fails, on a goroutine of its own, with an error that wraps
	// store.ErrFailed. It may call the store, also Close. A server should end its process here and be
	// restarted; a program that goes on may Close the store and Open it again. The package comment says
	// what failing means. Default: none.
	OnFatal func(error)
	// CacheBytes bounds the memory for cached blocks of the database. Default: 64 MiB.
	CacheBytes int64
	// MemTableBytes is how much is written to a table in memory before it goes to disk; there are up to
	// four such tables. Default: 8 MiB.
	MemTableBytes int
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 64 << 20
	}
	if o.MemTableBytes == 0 {
		o.MemTableBytes = 8 << 20
	}
	return o
}

const (
	minMemTableBytes = 16 << 10 // what Pebble needs
	maxMemTableBytes = 1 << 30
)

// validate returns a *field.Error for each option that is invalid.
func (o *Options) validate() error {
	var errs []error
	if o.CacheBytes < 0 {
		errs = append(errs, &field.Error{Path: "options.CacheBytes", Value: o.CacheBytes, Want: "want at least 0"})
	}
	if o.MemTableBytes < minMemTableBytes || o.MemTableBytes > maxMemTableBytes {
		errs = append(errs, &field.Error{
			Path: "options.MemTableBytes", Value: o.MemTableBytes,
			Want: fmt.Sprintf("want %d to %d", minMemTableBytes, maxMemTableBytes),
		})
	}
	return errors.Join(errs...)
}

// pebble returns Pebble's options for this load: small records, written often and looked up one by one, few
// scans.
func (o *Options) pebble(d *disk) *pebble.Options {
	opts := &pebble.Options{
		FS:                 d,
		FormatMajorVersion: pebble.FormatValueSeparation,
		Logger:             logger{d.breaker},
		EventListener:      listener(o.Logger),

		CacheSize:                   o.CacheBytes,
		MemTableSize:                uint64(o.MemTableBytes), // #nosec G115 -- validated
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       2,
		L0StopWritesThreshold:       1000, // slow reads are better than no commits
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
	}
	for i := range opts.Levels {
		opts.Levels[i].BlockSize = 16 << 10 // neighbours are alike: groups of one template
		opts.Levels[i].IndexBlockSize = 64 << 10
		opts.Levels[i].FilterPolicy = bloom.FilterPolicy(10) // most ids looked up are new
	}
	return opts
}

// listener logs events that an operator should know of.
func listener(log *slog.Logger) *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			if !errors.Is(err, pebble.ErrCancelledCompaction) {
				log.Error("background work failed; Pebble retries it", "error", err)
			}
		},
		// Reading the damaged record is an error; all others remain available.
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			log.Error("data on disk is damaged", "path", info.Path, "error", info.Details)
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			log.Warn("commits are stalled: the disk is too slow", "reason", info.Reason)
		},
		WriteStallEnd: func() { log.Info("commits are no longer stalled") },
	}
}

// logger logs what Pebble reports outside of events.
type logger struct{ breaker *breaker }

func (l logger) Infof(format string, args ...any) {
	l.breaker.log.Debug(fmt.Sprintf(format, args...))
}

func (l logger) Errorf(format string, args ...any) {
	l.breaker.log.Error(fmt.Sprintf(format, args...))
}

// Fatalf is called when Pebble cannot go on, and must not return; see the package comment.
func (l logger) Fatalf(format string, args ...any) {
	l.breaker.trip(fmt.Errorf(format, args...))
	l.breaker.hang()
}
