package arch

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A Baseline is a table of what breaks a rule today, by a key such as a
// package. It may only shrink: what is worse than its entry is a breach, and
// so is what is better, until the entry is lowered.
type Baseline map[string]int

// ParseBaseline reads lines of a key and a number, separated by a tab; empty
// lines and those that begin with "#" do not count.
func ParseBaseline(text string) (Baseline, error) {
	b := Baseline{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.LastIndexByte(line, '\t')
		n := 0
		if _, err := fmt.Sscan(line[i+1:], &n); err != nil || i < 0 {
			return nil, fmt.Errorf("line %q: want a key, a tab and a number", line)
		}
		b[line[:i]] = n
	}
	return b, nil
}

// Shrink returns the baseline with each entry lowered to what was measured,
// and without those that are no longer needed. It never raises or adds one.
func (b Baseline) Shrink(measured map[string]int) Baseline {
	lower := Baseline{}
	for key, n := range b {
		if now := measured[key]; now > 0 {
			lower[key] = min(n, now)
		}
	}
	return lower
}

// Replace returns the text of a baseline file with other entries: the comment
// at its head stays.
func (b Baseline) Replace(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		out.WriteString(line)
	}
	for _, key := range slices.Sorted(maps.Keys(b)) {
		fmt.Fprintf(&out, "%s\t%d\n", key, b[key])
	}
	return out.String()
}

// LargestCircles measures, for each package whose files form a circle larger
// than [MaxCircle], how many files the largest one has.
func LargestCircles(packages []*Package) map[string]int {
	sizes := map[string]int{}
	for _, p := range packages {
		if circles := p.Circles(); len(circles) > 0 && len(circles[0]) > MaxCircle {
			sizes[p.Name] = len(circles[0])
		}
	}
	return sizes
}

// Folder is the key of a finding in exceptions.txt: its folder and its word,
// separated by a tab.
func Folder(f Finding) string { return path.Dir(f.File) + "\t" + f.Banned.Word }

// ByFolder counts findings by their [Folder].
func ByFolder(findings []Finding) map[string]int {
	counts := map[string]int{}
	for _, f := range findings {
		counts[Folder(f)]++
	}
	return counts
}
