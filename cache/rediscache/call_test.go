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
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// A corrupt group affects none of those in the same call of the script, neither if its own commit fails nor if the server
// refuses the whole call.
func TestCorruptGroupDoesNotAffectOthers(t *testing.T) {
	s, prefix := ownServer(t), newPrefix()
	client, ctx := dial(t, s.Address()), context.Background()
	do := func(words ...string) {
		t.Helper()
		if err := client.Do(ctx, client.B().Arbitrary(words...).Build()).Error(); err != nil {
			t.Fatalf("%q: %v", words, err)
		}
	}
	allowKeys(t, s, "~"+prefix+"{d*", "~"+prefix+"{s*}:[^g]*", "~"+prefix+"{s*}:g:[^f]*")
	m := newManager(t, open(t, strings.Replace(s.URL(), "redis://", "redis://some:secret@", 1), testOptions(prefix)), nil)
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprint("good", i)
		mustAdd(t, m, names[i], 1, "")
	}
	mustAdd(t, m, "bad", 1, "")
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

// An error of one group in a call is the reply to that group only.
func TestErrorOfOneGroupInCall(t *testing.T) {
	s, prefix := ownServer(t), newPrefix()
	client, ctx := dial(t, s.Address()), context.Background()
	m := newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "bad", 1, "a")
	mustAdd(t, m, "good", 1, "a")
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

// Processes work on groups that they share while one of them is not permitted others. What the server refuses was not
// executed, and is not reported as in doubt.
func TestRefusedGroupDoesNotAffectOthers(t *testing.T) {
	s, prefix := ownServer(t), newPrefix()
	limited := strings.Replace(s.URL(), "redis://", "redis://some:secret@", 1)
	allowKeys(t, s, "~"+prefix+"{d*", "~"+prefix+"{s*}:[^g]*", "~"+prefix+"{s*}:g:[^f]*")
	both := []*dictrack.Manager{newManager(t, open(t, limited, testOptions(prefix)), nil), newManager(t, open(t, s.URL(), testOptions(prefix)), nil)}
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

// allowKeys makes a user that may use only keys of some patterns.
func allowKeys(t *testing.T, s *redis.Server, patterns ...string) {
	t.Helper()
	words := append([]string{"ACL", "SETUSER", "some", "on", ">secret", "+@all", "resetkeys"}, patterns...)
	if _, err := s.Do(words...); err != nil {
		t.Fatal(err)
	}
}

// Many groups of one call that another process has written to are read together, and are not mixed up.
func TestManyGroupsInOneCall(t *testing.T) {
	for name, client := range map[string]rueidis.Client{
		"single": dial(t, singleServer(t).Address()), "cluster": dial(t, clusterServers(t).Addresses()...),
	} {
		t.Run(name, func(t *testing.T) {
			prefix := newPrefix()
			both := []*dictrack.Manager{newManager(t, openWithClient(t, client, prefix), nil), newManager(t, openWithClient(t, client, prefix), nil)}
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

// A new Redis may have lost groups whose commits are still on their way to the store. They are loaded with
// LoadAfterInDoubt for a while, and with Load later.
func TestLoadAfterRedisWasLost(t *testing.T) {
	s, prefix, kept := singleServer(t), newPrefix(), &countingLoader{Store: memorystore.New()}
	m := managerWithStore(t, open(t, s.URL(), testOptions(prefix)), kept)
	mustAdd(t, m, "g", 1, "")
	if kept.careful.Load() == 0 {
		t.Error("a new redis: the group is not loaded with care")
	}
	client, ctx := dial(t, s.Address()), context.Background()
	for _, key := range shardHeads(t, client, prefix) {
		if err := client.Do(ctx, client.B().Hset().Key(key).FieldValue().FieldValue("since", "1000").Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	kept.careful.Store(0)
	mustAdd(t, m, "other", 1, "")
	if n := kept.careful.Load(); n != 0 {
		t.Errorf("a redis that is there for long: %d groups are loaded with care", n)
	}
}

// countingLoader is a store that counts the calls of LoadAfterInDoubt.
type countingLoader struct {
	store.Store
	careful atomic.Int64
}

func (s *countingLoader) Close() error { return nil }

// LoadAfterInDoubt implements store.InDoubtLoader.
func (s *countingLoader) LoadAfterInDoubt(ctx context.Context, name string) (*record.Group, error) {
	s.careful.Add(1)
	return s.Load(ctx, name)
}

func shardHeads(t *testing.T, client rueidis.Client, prefix string) []string {
	t.Helper()
	keys, err := client.Do(context.Background(), client.B().Keys().Pattern(prefix+"{s*}:h").Build()).AsStrSlice()
	if err != nil || len(keys) != 256 {
		t.Fatalf("%d heads of shards: %v", len(keys), err)
	}
	return keys
}
