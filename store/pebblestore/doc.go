// Package pebblestore stores groups in a directory of this machine, in a Pebble database. It needs no server, and serves
// one process at a time.
//
//	s, err := pebblestore.Open(ctx, "/var/lib/dictrack", pebblestore.Options{})
//
// Commit returns when the commit is on disk. Commits that arrive together share one sync (group commit), so that many
// goroutines commit many times as much as one. What is not on disk yet is never returned by a read.
//
// # Records
//
// The first byte of a key is the kind of its record. The record of a group holds its version, its due time and, for up to
// 128 trackers, their states, so that a step writes one record of a few hundred bytes. Larger groups have one record for
// each further chunk of 128 states. The IDs of a chunk's definitions are a record of their own, written when they change.
// Message ids are found by key, and removed in the order of their expiries; due groups are indexed by time. Every value
// begins with the version of the format and ends with a checksum over key and value. See docs/formats.md.
//
// # A disk that fails
//
// After a write or sync that failed, it is unknown what is on disk, and another attempt may report success although data
// is missing. So the first such error ends the Store: it writes nothing more, all calls under way and all later ones
// return an error that wraps store.ErrFailed and the cause, and Options.OnFatal is called. The outcome of the calls under
// way is unknown; Load tells, once the store has been opened again.
//
// Pebble 2.1 itself does not allow that. It answers some failures with an error; some with Logger.Fatalf, which must not
// return and is called with its locks held (a manifest that cannot be written); some with a panic on a goroutine of its
// own (the sync of a directory); and one, a write-ahead log that cannot be finished or begun, with a panic that unlocks a
// mutex twice while unwinding, which no recover stops. A memtable that cannot be written it retries without a pause. A
// library must not end the process of its user, and unwinding Pebble's goroutines (runtime.Goexit in Fatalf) would run
// into the same mutex, or release the lock of a manifest whose last record is in doubt, for the next write to follow it.
//
// So Pebble never sees a failed write. It uses a file system that trips a circuit breaker at the first error and then does
// not return: that goroutine, and each one that writes afterwards, hangs for ever, with the locks it holds. Fatalf, which
// remains for inconsistencies that Pebble finds, does the same. Callers do not hang: every call works on a goroutine of its
// own, and returns when its context ends or the breaker trips.
//
// The price is that a Store that failed leaks some goroutines and its memory (up to Options.CacheBytes and four times
// MemTableBytes). A program that goes on can Close it and Open the directory again, since nothing writes to it any more.
// Only if a write hangs in the operating system does the directory stay locked until the process ends; Close says so. A
// server should rather end in OnFatal and be restarted.
//
// Only the removal of a file may fail: Pebble repeats it when it is opened again.
//
// An error of reading fails that call alone: it is a *record.CorruptError if bytes are invalid.
package pebblestore
