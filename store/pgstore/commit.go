package pgstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// commit is a Commit, in one attempt or several.
type commit struct {
	*columns
	store     *Store
	tags      []int64         // of the attempts' transactions: a row that has one was written by this commit
	inDoubt   bool            // an earlier attempt may have been applied, or may still be
	conflicts map[string]bool // groups whose changes were not applied, once known
}

// Commit implements store.Store. It is one transaction and one round trip, however many changes there are.
//
// If the connection breaks, it is retried. Each row has the tag of the transaction that wrote it, so a
// commit that may have been applied is recognized if it was, and applied if it was not. The outcome is
// unknown only if another process has changed the group since, or after Options.RetryTimeout.
func (s *Store) Commit(ctx context.Context, changes []*record.Change) error {
	columns, err := encodeChanges(changes)
	if err != nil {
		return err
	}
	c := &commit{columns: columns, store: s}
	if err := s.do(ctx, "commit", s.retrier.AttemptTimeout(), c.attempt); err != nil || len(c.conflicts) == 0 {
		return err
	}
	var conflicts []string
	for _, change := range changes {
		if c.conflicts[change.Group] {
			conflicts = append(conflicts, change.Group)
		}
	}
	return &store.ConflictError{Groups: conflicts}
}

// attempt sends the commit and determines its outcome.
func (c *commit) attempt(ctx context.Context) error {
	if len(c.groups.names) == 0 {
		return nil
	}
	applied, err := c.send(ctx)
	if err != nil {
		c.inDoubt = c.inDoubt || !notApplied(err)
		return err
	}
	c.conflicts = map[string]bool{}
	for name := range c.newVersions {
		if !applied[name] {
			c.conflicts[name] = true
		}
	}
	if c.inDoubt && len(c.conflicts) > 0 {
		return c.resolveInDoubt(ctx)
	}
	return nil
}

// send sends the commit as one transaction and returns the groups whose changes were applied.
func (c *commit) send(ctx context.Context) (applied map[string]bool, err error) {
	applied = make(map[string]bool, len(c.groups.names))
	tag := randomTag()
	c.tags = append(c.tags, tag)
	unwritten := c.unwritten(c.store.definitions)

	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	b.Queue(c.store.sql["planner_settings"])
	b.Queue(c.store.sql["lock_groups"])
	c.queueDefinitions(b, unwritten)
	c.queueGroups(b, tag, applied)
	c.queueChunks(b, tag)
	b.Queue("COMMIT")
	if err := c.store.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	markWritten(c.store.definitions, unwritten)
	return applied, nil
}

// randomTag returns a number that no other transaction has.
func randomTag() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:]))
}

// maxDefinitionBatch bounds the definitions in one statement, since a group may have a million.
const maxDefinitionBatch = 4096

func (c *commit) queueDefinitions(b *pgx.Batch, unwritten []tracker.ID) {
	for some := range slices.Chunk(unwritten, maxDefinitionBatch) {
		ids, texts := make([][]byte, len(some)), make([][]byte, len(some))
		for i := range some {
			ids[i], texts[i] = some[i][:], c.definitions[some[i]]
		}
		b.Queue(c.store.sql["insert_definitions"], ids, texts)
	}
}

func (c *commit) queueGroups(b *pgx.Batch, tag int64, applied map[string]bool) {
	g := &c.groups
	b.Queue(c.store.sql["upsert_groups"], tag, g.names, g.bases, g.versions, g.initialized, g.due, g.counts, g.checksums, g.states).Query(
		func(rows pgx.Rows) error {
			var name []byte
			_, err := pgx.ForEachRow(rows, []any{&name}, func() error {
				applied[string(name)] = true
				return nil
			})
			return err
		})
}

// queueChunks queues the writes to the other tables: each statement writes only for groups that have the
// tag.
func (c *commit) queueChunks(b *pgx.Batch, tag int64) {
	sql := c.store.sql
	if p := &c.chunks; len(p.names) > 0 {
		b.Queue(sql["upsert_chunks"], tag, p.names, p.indexes, p.values)
	}
	if p := &c.layouts; len(p.names) > 0 {
		b.Queue(sql["upsert_layouts"], tag, p.names, p.indexes, p.values)
	}
	if p := &c.dropped; len(p.names) > 0 {
		b.Queue(sql["delete_chunks"], tag, p.names, p.indexes)
		b.Queue(sql["delete_layouts"], tag, p.names, p.indexes)
	}
	if i := &c.ids; len(i.names) > 0 {
		b.Queue(sql["upsert_message_ids"], tag, i.names, i.ids, i.hashes, i.versions, i.expires)
	}
}

// resolveInDoubt determines, after an attempt with an unknown outcome, which of the conflicting groups are
// at the version that this commit brings them to. Versions are unique, and none between the base and the
// new version is reached from the new one; so a group that is not past the new version has not seen this
// commit and never will. One that is past it may have.
func (c *commit) resolveInDoubt(ctx context.Context) error {
	names := make([][]byte, 0, len(c.conflicts))
	for name := range c.conflicts {
		names = append(names, []byte(name))
	}
	unresolved := len(c.conflicts)
	err := c.store.query(ctx, "read_tx_tags", []any{names}, func(from pgx.Rows) error {
		var name []byte
		var version, tag int64
		if err := from.Scan(&name, &version, &tag); err != nil {
			return err
		}
		ours := c.newVersions[string(name)]
		if version <= ours {
			unresolved--
		}
		if version == ours && slices.Contains(c.tags, tag) {
			delete(c.conflicts, string(name))
		}
		return nil
	})
	if err == nil && unresolved > 0 {
		err = fmt.Errorf("the connection broke during the commit, and %d group(s) have moved on since: it may have happened before", unresolved)
	}
	return err
}
