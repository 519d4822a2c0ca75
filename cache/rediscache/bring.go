package rediscache

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// brought is a dirty group on its way to the Backing.
type brought struct {
	dirtyGroup
	epoch   string
	record  *record // nil: it is gone
	changed map[string]string
	seen    []group.Seen
	change  *group.Change
	kept    *flushed // what the Backing has, once that is known
	all     bool     // which is another version than was thought, so that all is to be brought again
	stuck   error
}

// bring brings groups to the Backing. Stuck are those that it cannot bring there; err says that nothing can be done for
// now.
func (c *Cache) bring(ctx context.Context, groups []dirtyGroup) (stuck stuckError, err error) {
	behind := map[string]uint64{}
	for tries := 0; len(groups) > 0; tries++ {
		all, err := c.peek(ctx, groups)
		if err != nil {
			return nil, err
		}
		if err := c.persist(ctx, all, behind); err != nil {
			return nil, err
		}
		if err := c.note(ctx, all); err != nil {
			return nil, err
		}
		groups = groups[:0:0]
		for _, b := range all {
			switch {
			case b.stuck != nil:
				stuck = append(stuck, b.stuck)
				c.complain(b.stuck)
			case b.kept != nil && !b.all:
			case tries < maxBring:
				groups = append(groups, b.dirtyGroup)
			default:
				stuck = append(stuck, fmt.Errorf("group %q: others are faster", b.name))
			}
		}
	}
	return stuck, nil
}

// maxBring is how often a group is tried again that has to be brought in another way than was thought.
const maxBring = 5

// complain logs why a group stays here, once.
func (c *Cache) complain(err error) {
	if c.drains.once(err.Error()) {
		c.host.Logger.Error("a group stays in redis and cannot be brought to the store", "error", err)
	}
}

// peek reads groups, and makes the changes that lead there from what the Backing has.
func (c *Cache) peek(ctx context.Context, groups []dirtyGroup) ([]*brought, error) {
	commands := make([]rueidis.Completed, len(groups))
	for i, g := range groups {
		k := &c.keys[g.shard]
		keys := []string{k.head, k.group(g.name), k.ids, k.waiting(g.name), k.changed(g.name)}
		commands[i] = peekScript.call(c.client.B(), keys, g.name)
	}
	all := make([]*brought, len(groups))
	var unsure []*brought
	for i, result := range c.send(ctx, commands) {
		all[i] = &brought{dirtyGroup: groups[i]}
		if err := all[i].read(&c.keys[groups[i].shard], result); err != nil {
			return nil, c.suspect(fmt.Errorf("read group %q: %w", groups[i].name, err))
		}
		if b := all[i]; b.stuck == nil && b.record != nil && (b.record.epoch != b.epoch || b.record.flushed == nil) {
			unsure = append(unsure, b)
		}
	}
	if err := c.touchAll(ctx, unsure); err != nil {
		return nil, err
	}
	for _, b := range all {
		if b.prepare(ctx, c); passing(b.stuck) {
			return nil, b.stuck
		}
	}
	return all, nil
}

// touchAll looks at groups, which compares them with the Backing. Then they are to be read again.
func (c *Cache) touchAll(ctx context.Context, unsure []*brought) error {
	tasks := make([]cache.Task, len(unsure))
	for i, b := range unsure {
		tasks[i] = &touch{name: b.name}
	}
	if err := c.update(ctx, &c.looking, tasks); err != nil {
		return err
	}
	for i, b := range unsure {
		if b.stuck = tasks[i].(*touch).err; passing(b.stuck) {
			return b.stuck
		}
	}
	return nil
}

// touch is a task that looks at a group.
type touch struct {
	name string
	err  error
}

// Group implements cache.Task.
func (t *touch) Group() string { return t.name }

// ID implements cache.Task.
func (t *touch) ID() string { return "" }

// Apply implements cache.Task.
func (t *touch) Apply(*group.Group, *group.Seen) *group.Seen { return nil }

// Settled implements cache.Task.
func (t *touch) Settled(err error) { t.err = err }

// read reads what the peek script says. What is wrong with the group itself makes it stuck.
func (b *brought) read(k *shardKeys, result rueidis.RedisResult) error {
	parts, err := result.ToArray()
	if kindOf(err) == wrong && err != nil {
		b.stuck = unreadable(b.name, err)
		return nil
	}
	if err != nil || len(parts) != 4 {
		return errors.Join(err, errAnswer)
	}
	epoch, err1 := parts[0].ToString()
	fields, err2 := readFields(&parts[1])
	changed, err3 := readFields(&parts[2])
	pending, err4 := readFields(&parts[3])
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	b.epoch, b.changed = epoch, changed
	if b.record, err = parseRecord(k.group(b.name), fields, false); err != nil {
		b.stuck = unreadable(b.name, err)
		return nil
	}
	for field, sealed := range pending {
		seen, err := parseSeen(k.ids, field, sealed)
		if err != nil {
			b.stuck = &cache.CorruptError{Record: fmt.Sprintf("id %q of group %q", idOf(field), b.name), Reason: err.Error()}
			return nil
		}
		b.seen = append(b.seen, seen)
	}
	return nil
}

// prepare makes the change, unless there is none.
func (b *brought) prepare(ctx context.Context, c *Cache) {
	switch r := b.record; {
	case b.stuck != nil:
	case r == nil:
		b.kept = &flushed{} // there is nothing to bring
	case r.epoch != b.epoch || r.flushed == nil: // was looked at
	case r.version == r.flushed.version:
		b.kept = r.flushed
	default:
		b.change, b.stuck = b.made(ctx, c)
	}
}

func (b *brought) made(ctx context.Context, c *Cache) (*group.Change, error) {
	defs, missing := c.find(b.record.layout)
	if missing {
		if err := c.read(ctx, b.record.layout, defs); err != nil {
			return nil, fmt.Errorf("group %q: %w", b.name, err)
		}
	}
	g, err := b.record.restore(b.name, defs)
	if err != nil {
		return nil, err
	}
	change := g.Since(b.record.flushed.version, b.record.flushed.places, b.chunks())
	for _, seen := range b.seen {
		change.See(seen)
	}
	return change, nil
}

// chunks are those that changed; nil for all.
func (b *brought) chunks() []int {
	if b.record.count <= group.ChunkSize || len(b.changed) == 0 || b.changed["all"] != "" {
		return nil
	}
	chunks := make([]int, 0, len(b.changed))
	for mark := range b.changed {
		i, err := strconv.Atoi(mark)
		if err != nil || i < 0 {
			return nil // not a mark of ours: all is always right
		}
		if i*group.ChunkSize < b.record.count {
			chunks = append(chunks, i)
		}
	}
	return chunks
}

// persist hands the changes to the Backing, and finds out what it has of those that conflict. Behind are the versions of
// groups that the Backing had later ones of.
func (c *Cache) persist(ctx context.Context, all []*brought, behind map[string]uint64) error {
	var changes []*group.Change
	for _, b := range all {
		if b.change != nil {
			changes = append(changes, b.change)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	err := c.host.Backing.Persist(ctx, changes)
	var conflict cache.Conflict
	if err != nil && !errors.As(err, &conflict) {
		return fmt.Errorf("commit to the store: %w", err)
	}
	for _, b := range all {
		switch {
		case b.change == nil:
		case err != nil && conflict.Conflicted(b.name):
			if err := c.settle(ctx, b, behind); err != nil {
				return err
			}
		default:
			b.kept = &flushed{b.change.Version, b.change.Count}
		}
	}
	return nil
}

// settle finds out what the Backing has of a group whose change conflicts: an answer may have been lost, or another
// process have been faster. Then the group is read again: only what is here still may be behind.
func (c *Cache) settle(ctx context.Context, b *brought, behind map[string]uint64) error {
	kept, err := c.host.Backing.Load(ctx, b.name)
	if err != nil {
		return fmt.Errorf("load group %q: %w", b.name, err)
	}
	switch version := kept.Version(); {
	case version > b.change.Version && behind[b.name] != b.change.Version:
		behind[b.name] = b.change.Version
	case version > b.change.Version:
		b.stuck = fmt.Errorf("group %q is at version %d in redis and at version %d in the store, which something else wrote to",
			b.name, b.change.Version, version)
	default:
		b.kept = &flushed{version, places(kept)}
		b.all = version < b.change.Version
	}
	return nil
}

// note tells Redis what the Backing has.
func (c *Cache) note(ctx context.Context, all []*brought) error {
	now := decimal(c.now())
	var commands []rueidis.Completed
	for _, b := range all {
		k, how := &c.keys[b.shard], ""
		if b.stuck != nil { // others come first next time
			commands = append(commands, c.client.B().Zadd().Key(k.dirty).Xx().ScoreMember().ScoreMember(float64(c.now()), b.name).Build())
		}
		if b.kept == nil {
			continue
		}
		if b.all {
			how = "all"
		}
		key := k.group(b.name)
		keys := []string{k.head, key, k.dirty, k.waiting(b.name), k.changed(b.name)}
		version := string(appendHex(nil, b.kept.version))
		commands = append(commands, flushedScript.call(c.client.B(), keys, b.epoch, b.name, version, b.kept.seal(key), now, how))
	}
	for _, result := range c.send(ctx, commands) {
		if err := result.Error(); err != nil {
			return c.suspect(fmt.Errorf("note what the store has: %w", err))
		}
	}
	return nil
}
