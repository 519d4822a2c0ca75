package match_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// unused returns how many unused fields the data of a size has.
var unused = map[int]int{44: 0, 500: 12, 2000: 30}

// padded returns data of 44 bytes, padded to a size with unused fields, before or after the used ones.
func padded(d match.Data, size int, last bool) match.Data {
	fields := []string{strings.Trim(string(d.JSON), "{}")}
	for i := range unused[size] {
		fields = append(fields, fmt.Sprintf(`"field_%03d":%s`, i, filler(i, (size-len(d.JSON))/unused[size]-13)))
	}
	if last {
		fields = append(fields[1:], fields[0])
	}
	d.JSON = []byte("{" + strings.Join(fields, ",") + "}")
	return d
}

// filler returns some value of about n bytes: a text, a list, an object.
func filler(i, n int) string {
	text := strings.Repeat("Lorem ipsum dolor sit amet ", n/27+1)
	switch i % 3 {
	case 0:
		return fmt.Sprintf("%q", text[:n-2])
	case 1:
		return fmt.Sprintf("[true,-%d.%04d,%q]", 1000+i, 9999-i, text[:n-20])
	}
	return fmt.Sprintf(`{"id":%d,"name":%q}`, 1_000_000+i, text[:n-24])
}

// BenchmarkMatchSize measures S(n) on data of about 44, 500 and 2,000 bytes, and the scan for the same two fields alone.
func BenchmarkMatchSize(b *testing.B) {
	for _, n := range []int{100, 1_000_000} {
		b.Run(fmt.Sprintf("S=%d", n), func(b *testing.B) {
			l := equalities(b, reduced(n))
			set := states.Compile(nil, l.defs)
			inSizes(b, l.texts[:1], func(b *testing.B, texts []match.Data) { l.run(b, set, texts) })
		})
	}
	b.Run("scan", func(b *testing.B) { inSizes(b, equalities(b, 1).texts[:1], scan) })
}

// inSizes runs a benchmark on data of each size, with the fields in use last and first.
func inSizes(b *testing.B, texts []match.Data, run func(b *testing.B, texts []match.Data)) {
	for _, place := range []string{"last", "first"} {
		b.Run(place, func(b *testing.B) {
			inModes(b, texts, func(b *testing.B, texts []match.Data) {
				for _, size := range []int{44, 500, 2000} {
					data := []match.Data{padded(texts[0], size, place == "last")}
					b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) { run(b, data) })
				}
			})
		})
	}
}

// scan reads only the fields that S(n) uses.
func scan(b *testing.B, texts []match.Data) {
	var wants []dotpath.Request
	for _, c := range []condition.Condition{condition.Exists("bet"), condition.Exists("game")} {
		wants = append(wants, dotpath.Request{Path: c.Path()})
	}
	plan := dotpath.NewPlan(wants)
	into, read := make([]value.Value, plan.Slots()), plan.Scan
	if texts[0].Trusted {
		read = plan.ScanTrusted
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := read(texts[0].JSON, into); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFurther measures the cost of one more tracker that matches, matched and stepped: the slope between data that
// meets one of n bounds and data that meets a third of them. Its ns/op is the sum of both, and not meaningful.
func BenchmarkFurther(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprintf("M=%d", n), func(b *testing.B) {
			l := &load{}
			for i := range n {
				l.add(b, tracker.KindCount, condition.Ge("bet", 1000+i))
			}
			l.bet(1000, "b")
			l.bet(1000+n/3, "b")
			inModes(b, l.texts, l.slope)
		})
	}
}

// slope compares two messages, of which the second matches more trackers. Each is tracked many times in a row, so that
// reading the clock costs little in comparison.
func (l *load) slope(b *testing.B, texts []match.Data) {
	var x states.Scratch
	var moved []states.PackedResult
	var took [2]time.Duration
	var hits [2]int
	set := states.Compile(nil, l.defs)
	for b.Loop() {
		for k := range took {
			start := time.Now()
			for range 64 {
				if err := set.Match(texts[k], &x); err != nil {
					b.Fatal(err)
				}
				moved = x.Step(&l.cells, x.Hits, moved[:0])
				hits[k] += len(moved)
			}
			took[k] += time.Since(start)
		}
	}
	b.ReportMetric(float64(took[1]-took[0])/float64(hits[1]-hits[0]), "ns/match")
}
