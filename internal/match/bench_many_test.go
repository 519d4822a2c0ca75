package match_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

const (
	scalarPaths  = 30
	numberPaths  = 30
	dataPaths    = 30 // in the data of one message
	scalarValues = 1000
	numberValues = 1000
)

// predicates returns P(n): about eight conditions each over 60 paths, half of them equalities of 1,000 values a path, half
// bounds, all skewed to the first paths and values. Every message matches some tracker.
func predicates(b testing.TB, n int) *load {
	l, r := &load{}, random()
	paths := rand.NewZipf(r, 1.1, 10, scalarPaths-1)
	values := rand.NewZipf(r, 1.2, 10, scalarValues-1)
	eq, ge, lt := make([][]condition.Condition, scalarPaths), make([][]condition.Condition, numberPaths), make([][]condition.Condition, numberPaths)
	for p := range eq {
		for v := range scalarValues {
			eq[p] = append(eq[p], condition.Eq(fmt.Sprint("s", p), fmt.Sprint("v", v)))
		}
	}
	for p := range ge {
		for v := range numberValues + 1 {
			ge[p] = append(ge[p], condition.Ge(fmt.Sprint("n", p), v))
			lt[p] = append(lt[p], condition.Lt(fmt.Sprint("n", p), v))
		}
	}
	for i := range n {
		var where []condition.Condition
		data, used := map[string]string{}, map[uint64]bool{}
		for range 3 + r.IntN(3) {
			p := paths.Uint64()
			if v := values.Uint64(); !used[p] {
				used[p] = true
				where = append(where, eq[p][v])
				data[fmt.Sprint("s", p)] = fmt.Sprintf("%q", fmt.Sprint("v", v))
			}
		}
		clear(used)
		for range 3 + r.IntN(3) {
			p, low, width := paths.Uint64(), r.IntN(numberValues), 1+r.IntN(numberValues/2)
			if used[p] {
				continue
			}
			used[p] = true
			data[fmt.Sprint("n", p)] = fmt.Sprint(low)
			where = append(where, ge[p][low])
			if r.IntN(2) == 0 {
				where = append(where, lt[p][min(low+width, numberValues)])
			}
		}
		l.add(b, tracker.KindCount, where...)
		if i%(n/1024) == 0 && len(l.texts) < 1024 {
			l.texts = append(l.texts, fill(r, data, paths, values))
		}
	}
	return l
}

// fill adds paths to the data of a tracker.
func fill(r *rand.Rand, data map[string]string, paths, values *rand.Zipf) match.Data {
	for len(data) < dataPaths {
		if r.IntN(2) == 0 {
			if p := fmt.Sprint("s", paths.Uint64()); data[p] == "" {
				data[p] = fmt.Sprintf("%q", fmt.Sprint("v", values.Uint64()))
			}
		} else if p := fmt.Sprint("n", paths.Uint64()); data[p] == "" {
			data[p] = fmt.Sprint(r.IntN(numberValues))
		}
		if p := fmt.Sprint("s", r.IntN(scalarPaths)); data[p] == "" && r.IntN(4) == 0 {
			data[p] = fmt.Sprintf("%q", fmt.Sprint("v", values.Uint64()))
		}
	}
	var fields []string
	for p, v := range data {
		fields = append(fields, fmt.Sprintf("%q:%s", p, v))
	}
	return match.Data{JSON: []byte("{" + strings.Join(fields, ",") + "}")}
}

// BenchmarkMatchMany measures P(n). The largest takes a minute to build and gigabytes; all runs of one process share it.
func BenchmarkMatchMany(b *testing.B) {
	for _, n := range []int{30_000, 300_000, 3_000_000} {
		b.Run(fmt.Sprintf("P=%d", n), func(b *testing.B) {
			l := predicates(b, reduced(n))
			before := heap()
			set := states.Compile(nil, l.defs)
			bytes := float64(heap() - before)
			inModes(b, l.texts, func(b *testing.B, texts []match.Data) {
				l.run(b, set, texts)
				b.ReportMetric(bytes/float64(len(l.defs)), "bytes/tracker")
			})
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
