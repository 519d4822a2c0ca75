// Package pgstore keeps groups in a PostgreSQL database: the store that most teams already run, for any
// number of processes at once.
//
//	s, err := pgstore.Open(ctx, "postgres://dictrack:secret@db.example.com/dictrack", pgstore.Options{})
//
// PostgreSQL 12 or newer. The user needs CREATE on the database at the first start, to make the schema, or
// owns a schema that was made for it; afterwards its own tables are enough. The tables come from embedded
// SQL, forward only; processes that start at once wait for the one that makes them, and a database that a
// newer dictrack has brought further is a *store.FormatError.
//
// # What is kept, and when
//
// A Commit is one transaction and one round trip, however many groups are in it. It returns when PostgreSQL
// has committed, which means on disk as long as the server's fsync and synchronous_commit are on, as they
// are by default. With synchronous_commit off a crash of the server takes the last commits along: Open logs
// a warning. With synchronous standbys (synchronous_standby_names) a failover loses nothing either; without,
// a standby that is promoted may miss the last commits.
//
// A Load is one statement and so of one moment.
//
// # A server that goes away
//
// Calls wait for a server that restarts, fails over or cannot be reached, and try again until
// Options.RetryTimeout is over or their context ends. Reading again is harmless. A commit that was sent and not
// answered may have happened. Each row says which transaction has written it last, so the next attempt
// knows its own work: it is done where it was done, it is done now where it was not, and it conflicts where
// somebody else was faster. Only where another process has gone on from the same group in between can
// nobody tell; then Commit returns an error that says so, and the outcome is unknown, as it is when the
// patience is over. The Manager answers both with ErrUnknown, and a repeated call with its id does nothing
// twice.
//
// Options.RetryTimeout is spent by every call for itself. Open does not wait: an address where nobody listens
// is more likely a mistake in the URL.
//
// # Poolers
//
// PgBouncer in session mode needs nothing. In transaction mode, from 1.21 with max_prepared_statements
// above 0 nothing either; otherwise say default_query_exec_mode=exec in the URL, which prepares no
// statements. Statement mode does not work: a commit is a transaction of several statements. Nothing here
// depends on a session: settings are of one transaction, and so are locks.
//
// # Tables
//
// docs/formats.md describes them. Every binary value has a format and a checksum over the row; one that
// does not match is a *store.CorruptError that names the record, nothing is deleted, and other groups go
// on. Names and ids are bytea, since they may be any bytes but NUL, at most 2,048 and 512 of them. The
// views readable_groups, readable_definitions and readable_ids show them as text, with due times, and the
// definitions as jsonb:
//
//	SELECT * FROM dictrack.readable_groups WHERE due < now() + interval '1 hour';
//
// pg_dump and point-in-time recovery work as for any database. After a restore to an earlier moment, data
// with ids that came after it counts again when it is sent again, as it should.
package pgstore
