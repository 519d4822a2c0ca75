package rediscache_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/redis/rueidis"
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
	do("ACL", "SETUSER", "some", "on", ">secret", "+@all", "resetkeys",
		"~"+prefix+"{d*", "~"+prefix+"{s*}:[^g]*", "~"+prefix+"{s*}:g:[^f]*")
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

// Many groups of one call that another process wrote to are read together, and each has its own.
func TestCallsReadManyGroups(t *testing.T) {
	for name, client := range map[string]rueidis.Client{
		"single": dial(t, singleServer(t).Address()), "cluster": dial(t, clusterServers(t).Addresses()...),
	} {
		t.Run(name, func(t *testing.T) {
			prefix := space()
			m, other := manage(t, over(t, client, prefix), nil), manage(t, over(t, client, prefix), nil)
			for round := range 3 {
				for n, writer := range []func(string, int) error{
					func(g string, i int) error { return add(m, g, i, "") }, func(g string, i int) error { return add(other, g, i, "") },
				} {
					var all sync.WaitGroup
					for i := range 200 {
						all.Go(func() {
							if err := writer(fmt.Sprint("g", i), i*(n+1)); err != nil {
								t.Errorf("round %d: %v", round, err)
							}
						})
					}
					all.Wait()
				}
			}
			for i := range 200 {
				expectTotal(t, m, fmt.Sprint("g", i), int64(9*i))
			}
		})
	}
}
