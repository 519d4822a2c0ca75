package pgstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// commit is one Commit on its way, in one attempt or several.
type commit struct {
	*columns
	store *Store
	// tags are those of the attempts. A row that has one was written by this commit.
	tags []int64
	// doubt: an attempt may have happened, or may yet.
	inDoubt bool
	conflicts  map[string]bool // groups whose changes did not apply, once it is known
}

// Commit implements store.Store. It is one transaction and one round trip, however many changes there are.
//
// When the connection breaks it is made again. A row says which transaction wrote it, so a commit that may
// have happened is recognised where it did, and happens now where it did not; it is ErrUnknown only if
// another process has built on the group in between, or the store is out of patience.
func (s *Store) Commit(ctx context.Context, changes []*group.Change) error {
	columns, err := encodeChanges(changes)
	if err != nil {
		return err
	}
	c := &commit{columns: columns, store: s}
	if err := s.do(ctx, "commit", s.retrier.AttemptTimeout(), c.attempt); err != nil || len(c.conflicts) == 0 {
		return err
	}
	var late []string
	for _, change := range changes {
		if c.conflicts[change.Group] {
			late = append(late, change.Group)
		}
	}
	return &store.ConflictError{Groups: late}
}

// attempt sends the commit and learns what became of it.
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

// send sends the commit as one transaction and returns the groups whose changes applied.
func (c *commit) send(ctx context.Context) (applied map[string]bool, err error) {
	applied = make(map[string]bool, len(c.groups.names))
	mark := randomTag()
	c.tags = append(c.tags, mark)
	missing := c.unwritten(c.store.definitions)

	b := &pgx.Batch{}
	b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	b.Queue(c.store.sql["plan"])
	b.Queue(c.store.sql["lock"])
	c.queueDefinitions(b, missing)
	c.queueGroups(b, mark, applied)
	c.queueChunks(b, mark)
	b.Queue("COMMIT")
	if err := c.store.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	markWritten(c.store.definitions, missing)
	return applied, nil
}

// randomTag makes a number that no other transaction has.
func randomTag() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:]))
}

// maxDefinitionBatch bounds those in one statement, for groups with a million of them.
const maxDefinitionBatch = 4096

func (c *commit) queueDefinitions(b *pgx.Batch, missing []tracker.ID) {
	for some := range slices.Chunk(missing, maxDefinitionBatch) {
		ids, texts := make([][]byte, len(some)), make([][]byte, len(some))
		for i := range some {
			ids[i], texts[i] = some[i][:], c.definitions[some[i]]
		}
		b.Queue(c.store.sql["define"], ids, texts)
	}
}

func (c *commit) queueGroups(b *pgx.Batch, mark int64, applied map[string]bool) {
	g := &c.groups
	b.Queue(c.store.sql["apply"], mark, g.names, g.bases, g.versions, g.fed, g.due, g.places, g.seals, g.states).Query(
		func(rows pgx.Rows) error {
			var name []byte
			_, err := pgx.ForEachRow(rows, []any{&name}, func() error {
				applied[string(name)] = true
				return nil
			})
			return err
		})
}

// queueChunks queues what hangs on the groups: each statement writes for those that have the mark.
func (c *commit) queueChunks(b *pgx.Batch, mark int64) {
	sql := c.store.sql
	if p := &c.chunks; len(p.names) > 0 {
		b.Queue(sql["chunks"], mark, p.names, p.indexes, p.values)
	}
	if p := &c.layouts; len(p.names) > 0 {
		b.Queue(sql["layouts"], mark, p.names, p.indexes, p.values)
	}
	if p := &c.dropped; len(p.names) > 0 {
		b.Queue(sql["drop_chunks"], mark, p.names, p.indexes)
		b.Queue(sql["drop_layouts"], mark, p.names, p.indexes)
	}
	if i := &c.ids; len(i.names) > 0 {
		b.Queue(sql["ids"], mark, i.names, i.ids, i.hashes, i.versions, i.expires)
	}
}

// resolveInDoubt finds out, after an attempt whose end is unknown, which of the late groups stand where this
// commit has brought them. No version comes twice, and none between the base and the new one is ever
// reached from the new one, so a group that is not past the new version has not seen this commit and never
// will. One that is past it may have.
func (c *commit) resolveInDoubt(ctx context.Context) error {
	names := make([][]byte, 0, len(c.conflicts))
	for name := range c.conflicts {
		names = append(names, []byte(name))
	}
	open := len(c.conflicts)
	err := c.store.query(ctx, "settle", []any{names}, func(from pgx.Rows) error {
		var name []byte
		var version, mark int64
		if err := from.Scan(&name, &version, &mark); err != nil {
			return err
		}
		ours := c.newVersions[string(name)]
		if version <= ours {
			open--
		}
		if version == ours && slices.Contains(c.tags, mark) {
			delete(c.conflicts, string(name))
		}
		return nil
	})
	if err == nil && open > 0 {
		err = fmt.Errorf("the connection broke during the commit, and %d group(s) have moved on since: it may have happened before", open)
	}
	return err
}
