package sieve_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/sieve"
)

// item is a cached item with a name.
type item struct {
	sync.Mutex
	name   string
	pinned bool
	meta   sieve.Meta
}

func (it *item) Evictable() bool   { return !it.pinned }
func (it *item) Meta() *sieve.Meta { return &it.meta }

// use adds an item to the policy, or marks it as used.
func use(p *sieve.Policy, it *item, bytes int) {
	it.Lock()
	defer it.Unlock()
	p.Use(it, bytes)
}

// evicted evicts what exceeds the limits and returns the names.
func evicted(p *sieve.Policy) (names []string) {
	p.Evict(func(it sieve.Item) { names = append(names, it.(*item).name) })
	return names
}

func items(n int) []*item {
	all := make([]*item, n)
	for i := range all {
		all[i] = &item{name: fmt.Sprint("i", i)}
	}
	return all
}

func TestOldestUnusedItemIsEvicted(t *testing.T) {
	p, all := sieve.New(sieve.Limits{MaxItems: 3}), items(5)
	for _, it := range all {
		use(p, it, 100)
	}
	use(p, all[0], 100)
	if got := evicted(p); !slices.Equal(got, []string{"i1", "i2"}) {
		t.Errorf("evicted %q, want i1 and i2: i0 was used again", got)
	}
	if got := evicted(p); got != nil {
		t.Errorf("evicted %q although the limit holds", got)
	}
}

func TestItemsInUseAreNotEvicted(t *testing.T) {
	p, all := sieve.New(sieve.Limits{MaxItems: 1}), items(3)
	for _, it := range all {
		use(p, it, 100)
	}
	all[0].Lock()
	all[1].pinned = true
	if got := evicted(p); !slices.Equal(got, []string{"i2"}) {
		t.Errorf("evicted %q, want i2: the others are locked or pinned", got)
	}
	all[0].Unlock()
	if got := evicted(p); !slices.Equal(got, []string{"i0"}) {
		t.Errorf("evicted %q, want i0", got)
	}
}

func TestBytesAreLimited(t *testing.T) {
	p, all := sieve.New(sieve.Limits{MaxBytes: 10_000}), items(3)
	for _, it := range all {
		use(p, it, 3000)
	}
	if got := evicted(p); got != nil {
		t.Errorf("evicted %q although the limit holds", got)
	}
	use(p, all[0], 5000)
	if got := evicted(p); !slices.Equal(got, []string{"i0"}) {
		t.Errorf("evicted %q, want i0", got)
	}
	all[1].Lock()
	p.Remove(all[1])
	p.Remove(all[1]) // does nothing
	all[1].Unlock()
	use(p, all[0], 6000)
	if got := evicted(p); got != nil {
		t.Errorf("evicted %q although the limit holds", got)
	}
}

// The ring is compacted while items come and go, without losing any.
func TestManyItemsComeAndGo(t *testing.T) {
	p := sieve.New(sieve.Limits{MaxItems: 10})
	held := map[string]bool{}
	for _, it := range items(10_000) {
		use(p, it, 100)
		held[it.name] = true
		for _, name := range evicted(p) {
			if !held[name] {
				t.Fatalf("%q was evicted twice", name)
			}
			delete(held, name)
		}
	}
	if len(held) != 10 {
		t.Errorf("%d items are held, want 10", len(held))
	}
}

func TestLimitsAreValidated(t *testing.T) {
	if err := (sieve.Limits{MaxItems: 1, MaxBytes: 1}).Validate(); err != nil {
		t.Errorf("valid limits: %v", err)
	}
	err := sieve.Limits{MaxItems: -1, MaxBytes: -2}.Validate()
	var wrong *field.Error
	if !errors.As(err, &wrong) || wrong.Path != "options.MaxGroups" || wrong.Value != -1 {
		t.Errorf("negative limits: %v", err)
	}
	if sieve.New(sieve.Limits{}).Enabled() || !sieve.New(sieve.Limits{MaxBytes: 1}).Enabled() {
		t.Error("a policy is enabled if and only if it has a limit")
	}
}
