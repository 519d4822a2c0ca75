// Package mongostore keeps groups in a MongoDB database, for any number of processes at once.
//
//	s, err := mongostore.Open(ctx, "mongodb://dictrack:secret@db.example.com/dictrack", mongostore.Options{})
//
// MongoDB 4.2 or newer, a replica set, a single server or a sharded cluster. The user needs the role
// readWrite on the database. Collections and indexes are made when they are not there.
//
// # What is kept, and when
//
// One document is the truth about a group: its version, its due time, what its trackers stand at, the ids
// that came lately. A commit replaces it where it stands at the version that the change was made from, which
// MongoDB does for one document as a whole; no transactions are needed. Many groups go in one command. What
// the document refers to is written before and never changes: definitions, and parts, which are values too
// large for it (chunks of a group with more than 8,192 trackers, large states, the ids of a very large
// commit). So a crash at any point leaves a group as it was or as it is after the commit; what else it
// leaves, nobody refers to, and it is removed later.
//
// A Commit returns when a majority of the members has it in the journal, unless Options.WriteConcern or the
// URL say otherwise. A Load reads what a majority has, from the primary. A primary that was cut off and
// replaced may answer reads for some seconds until it notices; it cannot commit. Options.ReadConcern can be
// linearizable where even that matters.
//
// # Servers that go away
//
// Calls wait for servers that restart, elect a primary or cannot be reached, and try again until
// Options.RetryTimeout is over or their context ends. A commit that was sent and not answered may have happened:
// the document names the last commit of every Store, so the next attempt knows its own work, whoever went on
// from there. It is done where it was done, it is done now where it was not, and it conflicts where somebody
// else was faster. Only when the patience ends first is the outcome unknown; the Manager answers that with
// ErrUnknown, and a repeated call with its id does nothing twice. The driver's retryable writes are welcome.
//
// Open does not wait: an address where nobody listens is more likely a mistake in the URL.
//
// # Documents for people
//
// The collection dictrack_trackers has one document for each tracker, for queries in a shell:
//
//	db.dictrack_trackers.find({group: "Robot001"}).sort({place: 1})
//	db.dictrack_trackers.find({name: "late-departures", progress: {$gte: 50}})
//	db.dictrack_trackers.find({completed: true, updated: {$gte: ISODate("2026-11-01")}})
//
// It has group, name, kind, progress and target as numbers, exact (the progress, to the last digit, as
// text), stage, stages, cycle, completed, limited, expires, definition (the _id in dictrack_definitions,
// whose json is the whole of it), and updated: when the commit came that was the group's last when the
// document was written. Indexes are on group and place, name and progress, completed and updated, updated.
//
// These documents follow the commits by about Options.TrackerDocDelay, so that many commits share one update.
// Nothing reads them back as the truth. They never go back: each has the version of its group, and only an
// older one is replaced. A process that ends before it has brought them up to date has said so in the
// groups' documents, and the next one that opens the store, or loads the group, does it.
//
// Names of groups may be any bytes. The _id of a group's document is its name when that is ASCII; any other
// byte is written as the character of that number, so that ids are in the order of the bytes. The field group
// of a tracker's document is the name as it is, if it is UTF-8.
//
// # Ids
//
// Ids move from a group's document to the collection dictrack_ids when there are some dozens. No TTL index
// removes them: MongoDB would go by the server's clock. Forget does, by an index, and is called by the
// Manager.
package mongostore
