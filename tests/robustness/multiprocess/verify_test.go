package multiprocess

import (
	"context"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
)

// verify stops the workers and compares the trackers with what was acknowledged: through the cache, and in the store
// alone.
func (c *workers) verify() {
	c.Helper()
	c.stopAll()
	c.repeatAll()
	sums, mistakes := c.checkAll()
	for _, mistake := range mistakes[:min(len(mistakes), 20)] {
		c.Error(mistake)
	}
	c.compare("the cache", sums, c.caches[0], c.store)
	if c.store != "" {
		c.compare("the store alone", sums, "memory:", c.store)
	}
	c.Logf("%d operations, %d of them repeated, 0 lost, 0 doubled", c.count(), c.repeated)
}

// repeatAll repeats every operation by new workers: each must be a duplicate. It also makes the next operation of each
// client, which a killed worker may have started.
func (c *workers) repeatAll() {
	c.Helper()
	for number := range c.caches {
		until := c.resume(number)
		for client := range until {
			until[client]++
		}
		c.startWorker(number, &until)
	}
	c.stopAll()
}

// compare looks at every tracker through a Manager of this process.
func (c *workers) compare(where string, sums [groups]totals, cacheURL, storeURL string) {
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
			c.Errorf("group %d of %s after %d operations (- want, + is):\n%.600s", g, where, sums[g].ops, diff)
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
