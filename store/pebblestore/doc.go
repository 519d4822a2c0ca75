// Package pebblestore keeps groups in a directory of this machine, in a Pebble database: the store that
// needs no server.
//
//	s, err := pebblestore.Open(ctx, "/var/lib/dictrack", pebblestore.Options{})
//
// A Commit returns when the disk has it. Commits that come together share one sync, so many goroutines
// commit many times what one can. Nobody reads what is not on disk yet.
//
// # Records
//
// The first byte of a key is its kind. A group's head holds its version, its due time and, up to 128
// trackers, their states, so that a step is one record of a few hundred bytes. Larger groups have a record
// for each further chunk of 128 states. The IDs of the definitions are in records of their own, written
// when they change; ids that were seen are found by their key and forgotten in the order of their
// expiries; due groups are sorted by time. Every value carries the format's number and a checksum over
// key and value. docs/formats.md has the details.
//
// # A disk that fails
//
// After a write or a sync that went wrong nobody knows what is on disk, and trying again may report
// success over a hole. So the first such error ends the Store: it writes nothing more, everybody who
// waits gets an error that is store.ErrFailed and tells the cause, later calls get it too, and
// Options.OnFatal is called. What the calls under way did is unknown; Load in a Store that is opened
// again tells.
//
// Pebble 2.1 is no help in this. It answers some failures with an error, some with Logger.Fatalf, which
// must not return and is called with its locks held (a manifest that cannot be written), some with a
// panic on a goroutine of its own (the sync of a directory), and one, a write-ahead log that cannot be
// finished or begun, with a panic whose unwinding unlocks a mutex that is not locked: a fatal error of
// the runtime that no recover stops. A failed flush it tries again without a pause. A library must not
// end the process of its user, and unwinding Pebble's goroutines (runtime.Goexit in Fatalf) would run
// into the same mutex, or release the lock on a manifest whose last record is in doubt, for the next
// flush to write after it.
//
// So Pebble never learns of a failed write. It sees the disk through a file system that trips a breaker
// at the first error and then does not return: that goroutine, and any other that wants to write
// afterwards, stays where it is, for ever and with the locks it holds. Fatalf, which is left for Pebble's
// own inconsistencies, does the same. Callers are not stuck with them: every call does its work on
// another goroutine, and leaves when its context ends or the breaker trips.
//
// What it costs: a Store that failed leaves some goroutines and its memory behind (up to Options'
// CacheBytes and four times MemTableBytes). A program that lives on can Close it and Open the directory
// anew, since nothing writes to it any more: only if a write hangs in the operating system does the
// directory stay locked until the process ends, and Close says so. A server does better to end in
// OnFatal and be started again.
//
// Only what is removed may fail to be removed: Pebble tries again when it is opened.
//
// Errors of reading fail the call and nothing else: a *record.CorruptError where bytes are wrong.
package pebblestore
