package robustness

// The packages whose tests catch the bugs.
const (
	inManager    = "./tests/manager"
	inCache      = "./cache/memorycache"
	inBehind     = "./cache/writebehind"
	inPebble     = "./store/pebblestore"
	inRobustness = "./tests/robustness"
)

// mutations are the bugs, the first two those of a usual run.
var mutations = []mutation{
	{
		name: "answered before the commit", file: "cache/memorycache/groupcommit.go",
		edits:   []edit{{"\tg.through.committer.submit(g, g.batch)", "\tg.through.committer.submit(g, g.batch)\n\tfor _, task := range g.batch {\n\t\ttask.Done(nil)\n\t}\n\tg.batch = nil"}},
		catches: inCache,
	},
	{
		name: "id applied again", file: "internal/engine/task.go",
		edits:   []edit{{"if seen != nil && t.deps.now() < seen.Expires {", "if seen != nil && false {"}},
		catches: inManager, run: "ID",
	},
	{
		name: "id left out of the commit", file: "store/pebblestore/write.go",
		edits:   []edit{{"w.addID(&c.MessageIDs[i])", "_ = i"}},
		catches: inRobustness, run: "Crash",
	},
	{
		name: "id kept in memory only", file: "internal/mailbox/mailbox.go",
		edits:   []edit{{"change.AddMessageID(*remember)", "_ = change"}},
		catches: inRobustness, run: "Crash",
	},
	{
		name: "id twice in one round", file: "internal/mailbox/mailbox.go",
		edits:   []edit{{"if again := change.FindMessageID(e.Task.ID()); again != nil {", "if again := change.FindMessageID(e.Task.ID()); again != nil && false {"}},
		catches: inRobustness, run: "Model|Simulation",
	},
	{
		name: "id window ignored", file: "internal/engine/task.go",
		edits:   []edit{{"if seen != nil && t.deps.now() < seen.Expires {", "if seen != nil {"}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "id with other data accepted", file: "internal/engine/task.go",
		edits:   []edit{{"seen.Hash == t.hash", "true"}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "unexpired id forgotten", file: "store/pebblestore/remove.go",
		edits:   []edit{{"if seen != nil && seen.Expires == at {", "if seen != nil && at != 0 {"}},
		catches: inPebble, run: "Store",
	},
	{
		name: "commit without a look at the version", file: "store/pebblestore/apply.go",
		edits:   []edit{{"if old.version != w.base {", "if false {"}},
		catches: inPebble, run: "Store",
	},
	{
		name: "group kept after a failed commit", file: "cache/memorycache/groupcommit.go",
		edits:   []edit{{"g.entry.group = nil      // the", "_ = g.entry // the"}},
		catches: inRobustness, run: "Simulation",
	},
	{
		name: "conflict swallowed", file: "cache/memorycache/committer.go",
		edits:   []edit{{"case conflict.Conflicted(name):\n\t\treturn err", "case conflict.Conflicted(name):\n\t\treturn nil"}},
		catches: inRobustness, run: "Simulation",
	},
	{
		name: "unknown outcome called refused", file: "cache/memorycache/committer.go",
		edits:   []edit{{`return fmt.Errorf("%w: %w", cache.ErrUnknown, err)`, `_ = fmt.Sprint()` + "\n\t\treturn err"}},
		catches: inRobustness, run: "Simulation",
	},
	{
		name: "listeners told before the commit", file: "internal/engine/task.go",
		edits: []edit{
			{"t.deps.publisher.Enqueue(notify.Commit{CommitInfo: t.info(), Events: t.effect.Events})", ""},
			{"\tt.due = g.Due()\n", "\tt.due = g.Due()\n\tif t.err == nil && t.effect.Changed {\n\t\tt.deps.publisher.Enqueue(notify.Commit{CommitInfo: t.info(), Events: t.effect.Events})\n\t\tt.deps.publisher.Deliver(t.name)\n\t}\n"},
		},
		catches: inRobustness, run: "Simulation",
	},
	{
		name: "order of a batch turned round", file: "internal/mailbox/mailbox.go",
		edits:   []edit{{"\t\"sync\"", "\t\"slices\"\n\t\"sync\""}, {"for _, e := range batch {\n\t\tif e.abandoned {", "for _, e := range slices.Backward(batch) {\n\t\tif e.abandoned {"}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "due time dropped after a sweep", file: "internal/engine/timers.go",
		edits:   []edit{{"e.config.Schedule(t.name, t.due)", ""}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "due time left in the store", file: "store/pebblestore/apply.go",
		edits:   []edit{{"w.updateDue(b.ops, old.due)", ""}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "flush restarts versions", file: "store/pebblestore/remove.go",
		edits:   []edit{{"first = max(first, h.version+1)", "first = max(first, 0*h.version)"}},
		catches: inRobustness, run: "Model",
	},
	{
		name: "commit without sync", file: "store/pebblestore/store.go",
		edits:   []edit{{"noSync: o.NoSync", "noSync: true"}},
		catches: inPebble, run: "PowerLoss",
	},
	{
		name: "wrong chunk written", file: "group/pending.go",
		edits:   []edit{{"p.mark(i/record.ChunkSize, false)", "p.mark(0, false)"}},
		catches: inRobustness, run: "Crash",
	},
	{
		name: "damaged record read", file: "internal/checksum/checksum.go",
		edits:   []edit{{"!= of(key, value[:end]):", "!= of(key, value[:end]) && false:"}},
		catches: inPebble, run: "Damaged|Unseal",
	},
	{
		name: "id on its way forgotten", file: "cache/writebehind/entry.go",
		edits:   []edit{{"return e.write.findID(id)", "return nil"}},
		catches: inBehind,
	},
	{
		name: "id that lands missed", file: "cache/writebehind/entry.go",
		edits:   []edit{{"l.result = id", "_ = id"}},
		catches: inBehind,
	},
	{
		name: "behind without a bound", file: "cache/writebehind/credits.go",
		edits:   []edit{{"if used >= c.limit {", "if used >= c.limit && false {"}},
		catches: inBehind,
	},
	{
		name: "behind for too long", file: "cache/writebehind/writer.go",
		edits:   []edit{{"e.dirtySince.Add(w.maxDelay/2)", "e.dirtySince.Add(2*w.maxDelay)"}},
		catches: inBehind,
	},
	{
		name: "lost answer taken for another writer", file: "cache/writebehind/outcome.go",
		edits:   []edit{{"w.change.Version && w.inDoubt:", "w.change.Version && false:"}},
		catches: inBehind,
	},
	{
		name: "another writer passed over", file: "cache/writebehind/outcome.go",
		edits:   []edit{{"return conflicted, reply", "return committed, nil"}},
		catches: inBehind,
	},
	{
		name: "one group holds up others", file: "cache/writebehind/writequeue.go",
		edits:   []edit{{"max(1, size/2)", "size"}},
		catches: inBehind,
	},
	{
		name: "change that is not encoded", file: "cache/writebehind/entry.go",
		edits:   []edit{{"e.group.EndChange().Encode()", "&e.group.EndChange().Change"}},
		catches: inBehind,
	},
	{
		name: "change encoded again", file: "group/change.go",
		edits:   []edit{{"\tp.encoded = true\n", ""}},
		catches: "./group",
	},
}
