package trackerfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/trackerfile"
)

// Any bytes give either definitions that can be written and read back, or mistakes with places that the text has.
func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(exampleJSON))
	f.Add([]byte(large(2)))
	for _, wrong := range wrongFiles {
		f.Add([]byte(wrong.text))
	}
	f.Add([]byte("- &a [*a, *a]\n- &b {? *b : *a}\n"))
	f.Add([]byte("{\"trackers\": [[[[{}]]]]}"))
	r := openRegistry(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defs, err := trackerfile.Parse("file", text, r)
		if err != nil {
			if err := checkPlaces(text, err); err != nil {
				t.Fatal(err)
			}
			return
		}
		var written strings.Builder
		if err := trackerfile.Write(&written, defs); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ids(defs), ids(mustParse(t, written.String(), r))); diff != "" {
			t.Fatalf("-want +got:\n%s\n%s", diff, written.String())
		}
	})
}

func checkPlaces(text []byte, err error) error {
	var found *trackerfile.Error
	if !errors.As(err, &found) || len(found.Diagnostics) == 0 {
		return fmt.Errorf("%w is no *Error with mistakes", err)
	}
	lines := 1 + strings.Count(string(text), "\n") + strings.Count(string(text), "\r")
	line := 1
	for _, m := range found.Diagnostics {
		if m.Line < line || m.Line > lines+1 || m.Column < 1 || m.Column > len(text)+1 || m.Text == "" {
			return fmt.Errorf("%+v of %d lines, after line %d", m, lines, line)
		}
		line = m.Line
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != len(found.Diagnostics) {
		return fmt.Errorf("%d lines for %d mistakes", n, len(found.Diagnostics))
	}
	return nil
}
