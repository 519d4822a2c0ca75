package boundedmap_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/internal/boundedmap"
)

func TestMap(t *testing.T) {
	m := boundedmap.New[string, int](3)
	m.PutAll(maps.All(map[string]int{"a": 1, "b": 2, "c": 3}))
	m.Put("c", 4)
	if v, ok := m.Get("c"); !ok || v != 4 {
		t.Errorf("c is %d, %v", v, ok)
	}
	if missing := m.Missing(slices.Values([]string{"x", "a", "y"})); !slices.Equal(missing, []string{"x", "y"}) {
		t.Errorf("missing are %q", missing)
	}
}

func TestMapIsBounded(t *testing.T) {
	m := boundedmap.New[int, int](3)
	for i := range 100 {
		m.Put(i, i)
		if missing := m.Missing(slices.Values([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})); i >= 9 && len(missing) < 7 {
			t.Fatalf("after %d entries only %v are missing", i+1, missing)
		}
		if v, ok := m.Get(i); !ok || v != i {
			t.Fatalf("the latest entry, %d, is %d, %v", i, v, ok)
		}
	}
}
