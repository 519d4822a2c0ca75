package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options of Open. The zero Options are those to use.
type Options struct {
	// FS is the file system. Nil is the disk: there the directory is open to its owner only, as is each
	// file.
	FS vfs.FS
	// NoSync answers a Commit when the operating system has it, not the disk. Then commits survive any
	// end of the process. After a loss of power the last ones are gone, each as a whole; or, where the
	// disk kept later blocks and not earlier ones, Open returns a *store.CorruptError.
	NoSync bool
	// Logger is told what goes on; nil is silent.
	Logger *slog.Logger
	// OnFatal is called once if the store fails, on a goroutine of its own, with an error that wraps
	// store.ErrFailed. It may call the store, Close included. A server ends its process here and is
	// started again; a program that lives on may Close, and Open anew. The package comment says what
	// failing means.
	OnFatal func(error)
	// CacheBytes bounds what is kept in memory of the tables on disk. Default: 64 MiB.
	CacheBytes int64
	// MemTableBytes is how much is written before it becomes a table on disk; up to four times as much
	// is in memory. Default: 8 MiB.
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

// minMemTableBytes is what Pebble needs at least.
const minMemTableBytes = 16 << 10

func (o *Options) validate() error {
	if o.CacheBytes < 0 {
		return fmt.Errorf("option CacheBytes is %d, want none below 0", o.CacheBytes)
	}
	if o.MemTableBytes < minMemTableBytes || o.MemTableBytes > 1<<30 {
		return fmt.Errorf("option MemTableBytes is %d, want one from %d to %d", o.MemTableBytes, minMemTableBytes, 1<<30)
	}
	return nil
}

// pebble are the options for this load: small records written often, looked up one by one, few walks.
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

// listener logs what somebody who runs the store should know.
func listener(log *slog.Logger) *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			if !errors.Is(err, pebble.ErrCancelledCompaction) {
				log.Error("work in the background failed and is tried again", "error", err)
			}
		},
		// A damaged record is told to whoever reads it; what reads well stays available.
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			log.Error("data on disk is damaged", "path", info.Path, "error", info.Details)
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			log.Warn("commits wait for the disk", "reason", info.Reason)
		},
		WriteStallEnd: func() { log.Info("commits go on") },
	}
}

// logger is what Pebble says outside of events.
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
