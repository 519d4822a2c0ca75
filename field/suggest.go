package field

import (
	"fmt"
	"strings"
)

// Known lists the names that are allowed where another one was found, and the one that was probably meant if there is
// one like it: `a, b, targets; did you mean "targets"?`.
func Known(found string, names []string) string {
	text := strings.Join(names, ", ")
	if meant, ok := closest(found, names); ok {
		text += fmt.Sprintf("; did you mean %q?", meant)
	}
	return text
}

// closest returns the name with the smallest edit distance to what was found, if that is at most a third of its length.
func closest(found string, names []string) (meant string, ok bool) {
	found = strings.ToLower(found)
	smallest := 0
	for _, name := range names {
		limit := len(name) / 3
		if len(found) > len(name)+limit || len(name) > len(found)+limit {
			continue
		}
		if d := editDistance(found, strings.ToLower(name)); d <= limit && (!ok || d < smallest) {
			meant, smallest, ok = name, d, true
		}
	}
	return meant, ok
}

// editDistance is the number of bytes to insert, delete, replace or swap with the next one in order to make b of a
// (optimal string alignment distance).
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
