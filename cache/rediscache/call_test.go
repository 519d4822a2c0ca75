package rediscache_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// What spoils one group spoils none of those that went to the server with it, neither where it spoils its own commit nor
// where the server refuses the whole call for it.
func TestCallsGoOnBesideSpoiledGroups(t *testing.T) {
	s, prefix := serve(t), space()
	client, ctx := dial(t, s.Address()), context.Background()
	do := func(words ...string) {
		t.Helper()
		if err := client.Do(ctx, client.B().Arbitrary(words...).Build()).Error(); err != nil {
			t.Fatalf("%q: %v", words, err)
		}
	}
	allow(t, s, "~"+prefix+"{d*", "~"+prefix+"{s*}:[^g]*", "~"+prefix+"{s*}:g:[^f]*")
	m := manage(t, open(t, strings.Replace(s.URL(), "redis://", "redis://some:secret@", 1), quick(prefix)), nil)
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprint("good", i)
		must(t, m, names[i], 1, "")
	}
	must(t, m, "bad", 1, "")
	key := keyOf(t, client, prefix, ":g:bad")
	do("DEL", key)
	do("SET", key, "rubbish")

	var all sync.WaitGroup
	for _, name := range append(names, "bad", "forbidden") {
		all.Go(func() {
			for range 20 {
				if err := add(m, name, 1, ""); (err == nil) != strings.HasPrefix(name, "good") {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	all.Wait()
	for _, name := range names {
		expectTotal(t, m, name, 21)
	}
}

// An error within the part of one group is the answer to that group: the call as a whole goes well.
func TestErrorOfOnePart(t *testing.T) {
	s, prefix := serve(t), space()
	client, ctx := dial(t, s.Address()), context.Background()
	m := manage(t, open(t, s.URL(), quick(prefix)), nil)
	must(t, m, "bad", 1, "a")
	must(t, m, "good", 1, "a")
	ids := strings.TrimSuffix(keyOf(t, client, prefix, ":g:bad"), "g:bad") + "i"
	client.Do(ctx, client.B().Del().Key(ids).Build())
	if err := client.Do(ctx, client.B().Set().Key(ids).Value("rubbish").Build()).Error(); err != nil {
		t.Fatal(err)
	}
	inputs := []dictrack.Message{{Group: "bad", JSON: []byte(`{"n":1}`), ID: "b"}, {Group: "good", JSON: []byte(`{"n":1}`), ID: "b"}}
	before := roundTrips(t, s)
	outs := m.TrackBatch(ctx, inputs)
	if outs[0].Err == nil || outs[1].Err != nil {
		t.Errorf("the spoiled group: %v, the other: %v; want an error and none", outs[0].Err, outs[1].Err)
	}
	if got := roundTrips(t, s) - before; got != 1 {
		t.Errorf("%d calls, want one: nothing is to be tried again", got)
	}
	expectTotal(t, m, "good", 2)
}

// Processes go on with groups that they share while one of them may not touch others: what the server refuses to look at
// was not done, and nobody is told that it may have been.
func TestRefusedGroupsLeaveOthersAlone(t *testing.T) {
	s, prefix := serve(t), space()
	limited := strings.Replace(s.URL(), "redis://", "redis://some:secret@", 1)
	allow(t, s, "~"+prefix+"{d*", "~"+prefix+"{s*}:[^g]*", "~"+prefix+"{s*}:g:[^f]*")
	both := []*dictrack.Manager{manage(t, open(t, limited, quick(prefix)), nil), manage(t, open(t, s.URL(), quick(prefix)), nil)}
	var all sync.WaitGroup
	for i := range 40 {
		for _, m := range both {
			all.Go(func() {
				for range 20 {
					if err := add(m, fmt.Sprint("good", i), 1, ""); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				if err := add(both[0], fmt.Sprint("forbidden", i), 1, ""); err == nil {
					t.Error("a forbidden group takes data")
				}
			}
		})
	}
	all.Wait()
	for i := range 40 {
		expectTotal(t, both[1], fmt.Sprint("good", i), 40)
	}
}

// allow makes a user that may use keys of some patterns alone.
func allow(t *testing.T, s *redis.Server, patterns ...string) {
	t.Helper()
	words := append([]string{"ACL", "SETUSER", "some", "on", ">secret", "+@all", "resetkeys"}, patterns...)
	if _, err := s.Do(words...); err != nil {
		t.Fatal(err)
	}
}

// Many groups of one call that another process wrote to are read together, and each has its own.
func TestCallsReadManyGroups(t *testing.T) {
	for name, client := range map[string]rueidis.Client{
		"single": dial(t, singleServer(t).Address()), "cluster": dial(t, clusterServers(t).Addresses()...),
	} {
		t.Run(name, func(t *testing.T) {
			prefix := space()
			both := []*dictrack.Manager{manage(t, over(t, client, prefix), nil), manage(t, over(t, client, prefix), nil)}
			for range 3 {
				for n, m := range both {
					inputs := make([]dictrack.Message, 1000)
					for i := range inputs {
						inputs[i] = dictrack.Message{Group: fmt.Sprint("g", i), JSON: fmt.Appendf(nil, `{"n":%d}`, i*(n+1))}
					}
					for _, out := range m.TrackBatch(context.Background(), inputs) {
						if out.Err != nil {
							t.Fatal(out.Err)
						}
					}
				}
			}
			for i := range 1000 {
				expectTotal(t, both[0], fmt.Sprint("g", i), int64(9*i))
			}
		})
	}
}

// A Redis that is new may have lost groups that are still on their way to the store: they are loaded with care then, and
// without it later.
func TestLoadsFromANewRedis(t *testing.T) {
	s, prefix, kept := singleServer(t), space(), &settling{Store: memorystore.New()}
	m := stored(t, open(t, s.URL(), quick(prefix)), kept)
	must(t, m, "g", 1, "")
	if kept.careful.Load() == 0 {
		t.Error("a new redis: the group is not loaded with care")
	}
	client, ctx := dial(t, s.Address()), context.Background()
	for _, key := range heads(t, client, prefix) {
		if err := client.Do(ctx, client.B().Hset().Key(key).FieldValue().FieldValue("since", "1000").Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	kept.careful.Store(0)
	must(t, m, "other", 1, "")
	if n := kept.careful.Load(); n != 0 {
		t.Errorf("a redis that is there for long: %d groups are loaded with care", n)
	}
}

// settling is a store that counts what is loaded with care.
type settling struct {
	store.Store
	careful atomic.Int64
}

func (s *settling) Close() error { return nil }

// LoadSettled implements store.Settling.
func (s *settling) LoadSettled(ctx context.Context, name string) (*group.Record, error) {
	s.careful.Add(1)
	return s.Load(ctx, name)
}

func heads(t *testing.T, client rueidis.Client, prefix string) []string {
	t.Helper()
	keys, err := client.Do(context.Background(), client.B().Keys().Pattern(prefix+"{s*}:h").Build()).AsStrSlice()
	if err != nil || len(keys) != 256 {
		t.Fatalf("%d heads of shards: %v", len(keys), err)
	}
	return keys
}
