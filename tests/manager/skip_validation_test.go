package manager_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// unvalidated is the data of the messages: fields that trackers use between fields that none uses.
const unvalidated = `{"x":{"y":["\"}",1]},"kind":"buy","n":5,"z":[true,-1.5e3,"ü"],"list":[[1],{"k":"v"}]}`

// addTrackers adds trackers that use some fields of unvalidated.
func addTrackers(f *managertest.Fixture, group string) {
	f.Helper()
	f.MustAdd(group,
		dictrack.Sum("n", "n", dictrack.Targets(1000), dictrack.Where(condition.Eq("kind", "buy"))),
		dictrack.Count("k", dictrack.Targets(1000), dictrack.Where(condition.Eq("list.-1.k", "v"))),
	)
}

func TestSkipValidationOfValidJSON(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		addTrackers(f, "g")
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(unvalidated), SkipValidation: true}); err != nil {
			t.Error(err)
		}
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(unvalidated), ID: "1", SkipValidation: true}); err != nil {
			t.Error(err)
		}
		for _, out := range f.TrackBatch(t.Context(), []dictrack.Message{
			{Group: "g", JSON: []byte(unvalidated), SkipValidation: true},
			{Group: "g", JSON: []byte(unvalidated)},
		}) {
			if out.Err != nil {
				t.Error(out.Err)
			}
		}
		f.ExpectProgress("g", "n", "20/1000")
		f.ExpectProgress("g", "k", "4/1000")
	})
}

// TestSkipValidationSkipsUnusedFields accepts invalid values in fields that no tracker uses, only with SkipValidation.
func TestSkipValidationSkipsUnusedFields(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		addTrackers(f, "g")
		for _, rest := range []string{`1e999`, `tru`, "\"\xff\"", `"\x"`, `{"a" 1}`, `[1,]`, `-`, strings.Repeat("[", 70) + strings.Repeat("]", 70)} {
			data := []byte(`{"x":` + rest + `,"kind":"buy","n":5}`)
			var syntax *rawjson.SyntaxError
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: data}); !errors.As(err, &syntax) {
				t.Errorf("%s: %v", data, err)
			}
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: data, ID: rest, SkipValidation: true}); !errors.As(err, &syntax) {
				t.Errorf("%s with an id: %v", data, err)
			}
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: data, SkipValidation: true}); err != nil {
				t.Errorf("%s without validation: %v", data, err)
			}
			if out := f.TrackBatch(t.Context(), []dictrack.Message{{Group: "g", JSON: data, SkipValidation: true}, {Group: "g", JSON: data}}); out[0].Err != nil || out[1].Err == nil {
				t.Errorf("%s in a batch: %v, %v", data, out[0].Err, out[1].Err)
			}
		}
		f.ExpectProgress("g", "n", "80/1000")
	})
}

// TestSkipValidationChecksUsedFields refuses invalid values in fields that trackers use, and incomplete objects.
func TestSkipValidationChecksUsedFields(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		addTrackers(f, "g")
		for _, data := range []string{
			``, `{`, `[]`, `{"n":05,"kind":"buy"}`, `{"n":1e999,"kind":"buy"}`, `{"n":5,"kind":"\q"}`, `{"n":5,"kind":"` + "\xff" + `"}`,
			`{"n":5,"kind":"buy"`, `{"n":5,"kind":"buy"}}`, `{"n":5,"kind":"buy","x":[{"y":"}]"`,
		} {
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(data), SkipValidation: true}); err == nil {
				t.Errorf("%s: accepted", data)
			}
		}
		var twice *dotpath.DuplicateError
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"n":5,"kind":"buy","n":5}`), SkipValidation: true}); !errors.As(err, &twice) {
			t.Errorf("a field given twice: %v", err)
		}
		f.ExpectProgress("g", "n", "0/1000")
	})
}

// TestSkipValidationOfAnyText tracks truncated and mutated texts: an error changes nothing, all else is one step.
func TestSkipValidationOfAnyText(t *testing.T) {
	f := managertest.New(t, nil)
	addTrackers(f, "g")
	version := f.MustTrack("g", nil).Version
	check := func(text string) {
		t.Helper()
		res, err := f.Track(context.Background(), dictrack.Message{Group: "g", JSON: []byte(text), SkipValidation: true})
		if err == nil && len(res.Changed()) > 0 {
			version++
		}
		if n := f.MustTrack("g", nil).Version; n != version {
			t.Fatalf("%s: %v, version %d, want %d", text, err, n, version)
		}
	}
	for i := range len(unvalidated) {
		check(unvalidated[:i])
		check(unvalidated[i:])
		check(unvalidated[:i] + unvalidated[i+1:])
		for _, c := range []string{`"`, `\`, "{", "}", "[", "]", ",", ":", " ", "0", "\x00", "\xff"} {
			check(unvalidated[:i] + c + unvalidated[i+1:])
			check(unvalidated[:i] + c + unvalidated[i:])
		}
	}
}
