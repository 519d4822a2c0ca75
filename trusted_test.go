package dictrack_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// trusted is what is tracked here, with fields that nobody uses around those that somebody does.
const trusted = `{"x":{"y":["\"}",1]},"kind":"buy","n":5,"z":[true,-1.5e3,"ü"],"list":[[1],{"k":"v"}]}`

func (f *fixture) addTrusted(group string) {
	f.Helper()
	f.add(group,
		dictrack.Sum("n", "n", dictrack.Targets(1000), dictrack.Where(condition.Eq("kind", "buy"))),
		dictrack.Count("k", dictrack.Targets(1000), dictrack.Where(condition.Eq("list.-1.k", "v"))),
	)
}

func TestTrustedIsTheSameOnStrictJSON(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.addTrusted("g")
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(trusted), SkipValidation: true}); err != nil {
			t.Error(err)
		}
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(trusted), ID: "1", SkipValidation: true}); err != nil {
			t.Error(err)
		}
		for _, out := range f.TrackBatch(t.Context(), []dictrack.Message{
			{Group: "g", JSON: []byte(trusted), SkipValidation: true},
			{Group: "g", JSON: []byte(trusted)},
		}) {
			if out.Err != nil {
				t.Error(out.Err)
			}
		}
		f.expect("g", "n", "20/1000")
		f.expect("g", "k", "4/1000")
	})
}

// What nobody uses is passed over, and only when it is trusted.
func TestTrustedPassesOver(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.addTrusted("g")
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
				t.Errorf("%s, trusted: %v", data, err)
			}
			if out := f.TrackBatch(t.Context(), []dictrack.Message{{Group: "g", JSON: data, SkipValidation: true}, {Group: "g", JSON: data}}); out[0].Err != nil || out[1].Err == nil {
				t.Errorf("%s in a batch: %v, %v", data, out[0].Err, out[1].Err)
			}
		}
		f.expect("g", "n", "80/1000")
	})
}

// What somebody uses is checked, and that all is there.
func TestTrustedRefuses(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.addTrusted("g")
		for _, data := range []string{
			``, `{`, `[]`, `{"n":05,"kind":"buy"}`, `{"n":1e999,"kind":"buy"}`, `{"n":5,"kind":"\q"}`, `{"n":5,"kind":"` + "\xff" + `"}`,
			`{"n":5,"kind":"buy"`, `{"n":5,"kind":"buy"}}`, `{"n":5,"kind":"buy","x":[{"y":"}]"`,
		} {
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(data), SkipValidation: true}); err == nil {
				t.Errorf("%s is accepted", data)
			}
		}
		var twice *dotpath.DuplicateError
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"n":5,"kind":"buy","n":5}`), SkipValidation: true}); !errors.As(err, &twice) {
			t.Errorf("given twice: %v", err)
		}
		f.expect("g", "n", "0/1000")
	})
}

// Whatever text is called trusted: an error changes nothing, and everything else is a step.
func TestTrustedOfAnyText(t *testing.T) {
	f := open(t, nil)
	f.addTrusted("g")
	version := f.track("g", nil).Version
	check := func(text string) {
		t.Helper()
		res, err := f.Track(context.Background(), dictrack.Message{Group: "g", JSON: []byte(text), SkipValidation: true})
		if err == nil && len(res.Changed()) > 0 {
			version++
		}
		if n := f.track("g", nil).Version; n != version {
			t.Fatalf("%s: %v, version %d, want %d", text, err, n, version)
		}
	}
	for i := range len(trusted) {
		check(trusted[:i])
		check(trusted[i:])
		check(trusted[:i] + trusted[i+1:])
		for _, c := range []string{`"`, `\`, "{", "}", "[", "]", ",", ":", " ", "0", "\x00", "\xff"} {
			check(trusted[:i] + c + trusted[i+1:])
			check(trusted[:i] + c + trusted[i:])
		}
	}
}
