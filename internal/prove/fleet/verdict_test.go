package fleet

import (
	"context"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
)

// verdict ends the crew and compares what is left with what was acknowledged: in the cache, and in the store alone.
func (c *crew) verdict() {
	c.Helper()
	c.finish()
	c.again()
	sums, mistakes := c.settle()
	for _, mistake := range mistakes[:min(len(mistakes), 20)] {
		c.Error(mistake)
	}
	c.compare("the cache", sums, c.caches[0], c.store)
	if c.store != "" {
		c.compare("the store alone", sums, "memory:", c.store)
	}
	c.Logf("%d deeds, %d of them asked for again, 0 lost, 0 doubled", c.count(), c.repeated)
}

// again makes every deed once more, by workers that know nothing of them: each must be known already. The next deed of
// each client is made too: a worker that was killed may have begun it.
func (c *crew) again() {
	c.Helper()
	for number := range c.caches {
		until := c.resume(number)
		for client := range until {
			until[client]++
		}
		c.spawn(number, &until)
	}
	c.finish()
}

// compare looks at every tracker through a Manager of this process.
func (c *crew) compare(where string, sums [groups]totals, cacheURL, storeURL string) {
	c.Helper()
	ctx := context.Background()
	m, err := tryOpen(ctx, cacheURL, storeURL)
	if err != nil {
		c.Fatalf("open %s: %v", where, err)
	}
	defer func() {
		if err := m.Close(ctx); err != nil {
			c.Errorf("close %s: %v", where, err)
		}
	}()
	for g := range groups {
		lines, err := list(ctx, m, groupName(g))
		if err != nil {
			c.Errorf("list group %d of %s: %v", g, where, err)
		}
		if diff := cmp.Diff(sums[g].lines(), lines); diff != "" {
			c.Errorf("group %d of %s after %d deeds (- want, + is):\n%.600s", g, where, sums[g].deeds, diff)
		}
	}
}

// list is a group's trackers: "name progress cycle".
func list(ctx context.Context, m *dictrack.Manager, group string) ([]string, error) {
	snaps, err := m.ListAll(ctx, group)
	var lines []string
	for _, s := range snaps {
		lines = append(lines, fmt.Sprint(s.Name, " ", s.Progress, " ", s.Cycle))
	}
	return lines, err
}
