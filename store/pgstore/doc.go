// Package pgstore stores groups in a PostgreSQL database, for any number of processes at once.
//
//	s, err := pgstore.Open(ctx, "postgres://dictrack:secret@db.example.com/dictrack", pgstore.Options{})
//
// It needs PostgreSQL 12 or newer. At the first start the user needs CREATE on the database, to create the schema, or owns a
// schema that was created for it; later the tables are enough. The tables come from embedded SQL, forward only. Of processes
// that start at once one creates them and the others wait. A database that a newer dictrack has migrated is a
// *record.FormatError.
//
// # Durability
//
// A Commit is one transaction and one round trip, however many groups are in it. It returns when PostgreSQL has committed,
// which means on disk if the server's fsync and synchronous_commit are on, as they are by default. With synchronous_commit
// off a crash of the server loses the last commits: Open logs a warning. With synchronous standbys
// (synchronous_standby_names) a failover loses nothing; otherwise a standby that is promoted may miss the last commits.
//
// A Load is one statement, and so reads one snapshot.
//
// # A server that is unavailable
//
// Calls are retried while the server restarts, fails over or cannot be reached, until Options.RetryTimeout is over or their
// context ends. A commit whose reply was lost may have been applied. Each row has a random tag of the transaction that wrote
// it last, so the next attempt recognizes its own work: it succeeds where it was applied, is applied where it was not, and
// conflicts where another commit was faster. Only if another process has changed the same group since can that not be
// decided; then Commit returns an error that says so, and the outcome is unknown, as it is after the timeout. The Manager
// returns ErrUnknown for both, and a repeated call with its message id is applied once.
//
// Open does not retry: an address where nothing listens is more likely a mistake in the URL.
//
// # Poolers
//
// PgBouncer in session mode needs no settings. In transaction mode it needs none from 1.21 on with max_prepared_statements
// above 0; otherwise add default_query_exec_mode=exec to the URL, which prepares no statements. Statement mode does not work,
// since a commit is a transaction of several statements. Nothing depends on a session: settings and locks are those of one
// transaction.
//
// # Tables
//
// docs/formats.md describes them. Every binary value has a format version and a checksum over the row; one that does not match
// is a *record.CorruptError that names the record. Nothing is deleted then, and other groups remain available. Names and message
// ids are bytea, since they may be any bytes but NUL, of at most 2,048 and 512 bytes. The views readable_groups,
// readable_definitions and readable_message_ids show them as text, with due times, and the definitions as jsonb:
//
//	SELECT * FROM dictrack.readable_groups WHERE due < now() + interval '1 hour';
//
// pg_dump and point-in-time recovery work as for any database. After a restore to an earlier time, messages that came after it
// count again when they are sent again, as they should.
package pgstore
