// Package mongostore stores groups in a MongoDB database, for any number of processes at once.
//
//	s, err := mongostore.Open(ctx, "mongodb://dictrack:secret@db.example.com/dictrack", mongostore.Options{})
//
// It needs MongoDB 4.2 or newer: a replica set, a single server or a sharded cluster. The user needs the role readWrite on
// the database. Collections and indexes are created if they do not exist.
//
// # Durability
//
// One document holds a group: its version, its due time, the states of its trackers and recent message ids. A commit
// replaces it by compare-and-set on the version, which is atomic for one document, so no transactions are needed. One
// command writes many groups. What the document refers to is written before and never changes: definitions, and overflow
// documents, which hold values that are too large for it (chunks of a group with more than 8,192 trackers, large states, the
// message ids of a very large commit). So a crash at any point leaves a group as it was before or after the commit; orphaned
// documents are removed later.
//
// Commit returns when a majority of the members has the commit in the journal, unless Options.WriteConcern or the URL say
// otherwise. Load reads from the primary what a majority has. A primary that was cut off and replaced may answer reads for
// some seconds until it notices; it cannot commit. If that matters, set Options.ReadConcern to linearizable.
//
// # Servers that are unavailable
//
// Calls are retried while servers restart, elect a primary or cannot be reached, until Options.RetryTimeout is over or their
// context ends. A commit whose reply was lost may have been applied: the group's document has the token of the last commit of
// every Store, so the next attempt recognizes its own work, even if other processes have committed since. If the timeout is
// over first, the outcome is unknown; the Manager then returns ErrUnknown, and a repeated call with its message id is applied
// once. The driver's retryable writes may be on.
//
// Open does not retry: an address where nothing listens is more likely a mistake in the URL.
//
// # Tracker documents
//
// The collection dictrack_trackers has one document for each tracker, for queries by people:
//
//	db.dictrack_trackers.find({group: "Robot001"}).sort({index: 1})
//	db.dictrack_trackers.find({name: "late-departures", progress: {$gte: 50}})
//	db.dictrack_trackers.find({completed: true, updated: {$gte: ISODate("2026-11-01")}})
//
// Its fields are group, name, kind, progress and target as numbers, exact (the progress as text, to the last digit), stage,
// stages, cycle, completed, limited, expires, index, definition (the _id in dictrack_definitions, whose json is the whole
// definition), and updated, the time of the commit that the document reflects. There are indexes on group and index, name and
// progress, completed and updated, updated.
//
// These documents follow the commits after about Options.TrackerDocDelay, so that many commits share one update. No program
// reads them back. They never go back in time: each has the version of its group, and only an older one is replaced. If a
// process ends before it has updated them, the groups' documents say so, and the next process that opens the store or loads
// the group does it.
//
// Names of groups may be any bytes. The _id of a group's document is its name if that is ASCII; every other byte is written as
// the character with that code, so that ids sort like the bytes. The field group of a tracker document is the name itself if
// it is UTF-8.
//
// # Message ids
//
// Message ids move from a group's document to the collection dictrack_message_ids when there are some dozens. They are not
// removed by a TTL index, which would use the server's clock, but by Forget, which the Manager calls.
package mongostore
