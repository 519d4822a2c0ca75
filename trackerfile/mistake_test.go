package trackerfile_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

const (
	knownOps  = "known: exists, not_exists, eq, ne, lt, le, gt, ge, contains, not_contains, in, not_in, has_item, not_has_item, intersects, not_intersects"
	badNumber = "want a decimal number without leading zeros or _, or quotes for a text"
)

// Each file is followed by all its mistakes.
var wrongFiles = []struct {
	name string
	text string
	want []string
}{
	{"empty", "", []string{"1:1: nothing is defined here; want such as trackers: [{name: visits, kind: count, targets: [10]}]"}},
	{"only comments", "# later\n\n", []string{"1:1: nothing is defined here; want such as trackers: [{name: visits, kind: count, targets: [10]}]"}},
	{"empty document", "---\n", []string{"1:1: nothing is defined here; want such as trackers: [{name: visits, kind: count, targets: [10]}]"}},
	{"not UTF-8", "trackers:\n  - name: caf\xe9\n", []string{"2:14: the text is not UTF-8"}},
	{"not UTF-8 in JSON", "[\n  {\"name\": \"caf\xe9\"}]", []string{"2:16: the text is not UTF-8"}},
	{"scalar", "trackers\n", []string{`1:1: "trackers" is not allowed: want an object with the field trackers, or a list of trackers`}},
	{"null", "~", []string{`1:1: null is not allowed: want an object with the field trackers, or a list of trackers`}},
	{"single tracker", "name: a\nkind: count\ntargets: [1]\n", []string{
		"1:1: a tracker by itself: want an object with the field trackers, or a list of trackers",
	}},
	{"misspelt top", "\ntracker:\n  - {name: a, kind: count, targets: [1]}\n", []string{
		"2:1: trackers is missing: want an object with the field trackers, or a list of trackers",
		"2:1: tracker: unknown field; allowed here: trackers; did you mean \"trackers\"?",
	}},
	{"other top fields", "version: 1\ntrackers: []\nowner: me\n", []string{
		"1:1: version: unknown field; allowed here: trackers",
		"3:1: owner: unknown field; allowed here: trackers",
	}},
	{"trackers is no list", "trackers:\n  a: {kind: count, targets: [1]}\n", []string{
		`1:1: trackers: {"a":{"kind":"count","targets":[1]}} is not allowed: want a list of trackers`,
	}},
	{"trackers without value", "trackers:\n", []string{"1:1: trackers: null is not allowed: want a list of trackers"}},
	{"no objects", "- miles\n-\n- [1]\n", []string{
		`1:3: [0]: "miles" is not allowed: want an object`,
		`2:2: [1]: null is not allowed: want an object`,
		`3:3: [2]: [1] is not allowed: want an object`,
	}},

	{"missing fields", "trackers:\n  - {}\n  - where: []\n", []string{
		"2:5: trackers[0].kind: missing: want count, sum or a registered kind",
		"2:5: trackers[0].name: missing: want a text",
		"2:5: trackers[0].targets: missing: want a list of numbers",
		"3:5: trackers[1].kind: missing: want count, sum or a registered kind",
		"3:5: trackers[1].name: missing: want a text",
		"3:5: trackers[1].targets: missing: want a list of numbers",
	}},
	{"wrong types", "trackers:\n- name: [a]\n  kind: 1\n  targets: 10\n  loop: yes\n  carry: 1\n  keep: 'true'\n  initial: '0'\n  expire: 90\n  reset: 3\n  where: {}\n  limiters: 1\n  key: 2\n", []string{
		`2:3: trackers[0].name: ["a"] is not allowed: want a string`,
		`3:3: trackers[0].kind: 1 is not allowed: want a string`,
		`4:3: trackers[0].targets: 10 is not allowed: want a list`,
		`5:3: trackers[0].loop: "yes" is not allowed: want true or false`,
		`6:3: trackers[0].carry: 1 is not allowed: want true or false`,
		`7:3: trackers[0].keep: "true" is not allowed: want true or false`,
		`8:3: trackers[0].initial: "0" is not allowed: want a finite number`,
		`9:3: trackers[0].expire: 90 is not allowed: want a string`,
		`10:3: trackers[0].reset: 3 is not allowed: want none, progress, limiter, all or stage, or a list of them`,
		`11:3: trackers[0].where: {} is not allowed: want a list`,
		`12:3: trackers[0].limiters: 1 is not allowed: want a list`,
		`13:3: trackers[0].key: 2 is not allowed: want a string`,
	}},
	{"misspelt fields", "trackers:\n  - name: a\n    kind: count\n    target: [1]\n    targets: [1]\n    a.b: 1\n    where[0]: 1\n    \"x\\ny\": 1\n", []string{
		"4:5: trackers[0].target: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at; did you mean \"targets\"?",
		"6:5: trackers[0].a.b: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at",
		"7:5: trackers[0].where[0]: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at",
		"8:5: trackers[0].x y: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at",
	}},
	{"what fits no other field, after what is wrong by itself", "- name: a\n  kind: count\n  key: x\n  args: 1\n  targets: [x, -1]\n  loop: true\n  reset: stage\n  carry: 3\n  expire: 1h\n  expire_at: 2026-01-01T00:00:00Z\n", []string{
		`3:3: [0].key: "x" is not allowed: only sum has a key`,
		`4:3: [0].args: 1 is not allowed: only registered kinds have args`,
		`5:13: [0].targets[0]: "x" is not allowed: want a finite number`,
		`5:16: [0].targets[1]: -1 is not allowed: want a target above 0, since loop would never end`,
		`7:3: [0].reset: "stage" is not allowed: want none, progress, limiter or all; stage is for a reset by hand`,
		`8:3: [0].carry: 3 is not allowed: want true or false`,
		`9:3: [0].expire: want one of expire and expire_at, not both`,
	}},
	{"unknown kinds do not hide the rest", "- name: a\n  kind: counts\n  key: ''\n  targets: []\n  where:\n  - {op: equals, key: a, value: 1}\n  - {op: eq, key: ''}\n  - {op: is, key: a}\n  limiters:\n  - {kind: rate}\n  - {kind: count, limit: 0}\n  - {kind: burst, limit: 0}\n", []string{
		`2:3: [0].kind: "counts" is not a known or registered tracker kind; known: count, sum, flaky; did you mean "count"?`,
		`4:3: [0].targets: [] is not allowed: want at least one target`,
		`6:6: [0].where[0].op: "equals" is not a known operator or registered condition kind; ` + knownOps + ", flaky",
		`7:5: [0].where[1].value: missing: want what to compare with`,
		`7:14: [0].where[1].key: "" is not allowed: want a path such as a.b.0`,
		`8:6: [0].where[2].op: "is" is not a known operator or registered condition kind; ` + knownOps + ", flaky",
		`10:6: [0].limiters[0].kind: "rate" is not a known or registered limiter kind; known: count, time, flaky`,
		`11:19: [0].limiters[1].limit: 0 is not allowed: want a whole number of at least 1`,
		`12:6: [0].limiters[2].kind: "burst" is not a known or registered limiter kind; known: count, time, flaky`,
	}},
	{"args of registered kinds", "- name: a\n  kind: flaky\n  args: {a: 1}\n  key: x\n  targets: [1]\n  where:\n  - {op: flaky, args: 1}\n  limiters:\n  - {kind: flaky}\n", []string{
		`3:3: [0].args: {"a":1} is not allowed: never  works`,
		`4:3: [0].key: "x" is not allowed: only sum has a key`,
		`7:17: [0].where[0].args: 1 is not allowed: never  works`,
		`9:5: [0].limiters[0].args: never  works`,
	}},
	{"a sum stays one", "- name: a\n  kind: sum\n  key: 5\n  args: {}\n  targets: [x, 0]\n  loop: true\n", []string{
		`3:3: [0].key: 5 is not allowed: want a string`,
		`4:3: [0].args: {} is not allowed: only registered kinds have args`,
		`5:13: [0].targets[0]: "x" is not allowed: want a finite number`,
		`5:16: [0].targets[1]: 0 is not allowed: want a target above 0, since loop would never end`,
	}},
	{"a key that looks like a path", "- name: a\n  kind: count\n  targets: [x]\n  targets[0]: 1\n  \"\\e\": 1\n", []string{
		`4:3: [0].targets[0]: "x" is not allowed: want a finite number`,
		`4:3: [0].targets[0]: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at`,
		"5:3: [0].\ufffd: unknown field; allowed here: name, kind, key, args, where, targets, limiters, reset, loop, carry, keep, initial, expire, expire_at",
	}},
	{"windows", "- name: a\n  kind: sum\n  key: a.\n  targets: [1]\n  limiters:\n    - {kind: time}\n    -\n      kind: time\n      start: 2026-01-02T00:00:00Z\n      end: 2026-01-01T00:00:00Z\n    - {kind: time, start: 2026-01-01, end: 1e300, duration: 1.5s}\n", []string{
		`6:7: [0].limiters[0]: want one of end and duration`,
		`10:7: [0].limiters[1].end: "2026-01-01T00:00:00Z" is not allowed: want a time after start, 2026-01-02T00:00:00Z`,
		`11:7: [0].limiters[2]: want one of end and duration, not both`,
		`11:20: [0].limiters[2].start: "2026-01-01" is not allowed: want RFC 3339 such as 2026-01-31T12:00:00Z, or whole Unix seconds`,
		`11:39: [0].limiters[2].end: 1e+300 is not allowed: want RFC 3339 such as 2026-01-31T12:00:00Z, or whole Unix seconds`,
		`11:51: [0].limiters[2].duration: "1.5s" is not allowed: want a duration of whole seconds, at least one`,
	}},
	{"names given twice", "trackers:\n  - {name: a, kind: count, targets: [1]}\n  - {name: b, kind: count, targets: [1]}\n  - {name: a, kind: count, targets: [2]}\n  - {name: a, kind: count}\n", []string{
		`4:6: trackers[2].name: "a" is not allowed: the tracker at line 2 has this name`,
		`5:5: trackers[3].targets: missing: want a list of numbers`,
		`5:6: trackers[3].name: "a" is not allowed: the tracker at line 2 has this name`,
	}},
	{"keys given twice", "trackers:\n  - name: a\n    kind: count\n    where:\n      - {op: eq, key: a, value: {x: 1, \"x\": 2}}\n    targets: [1]\n    kind: sum\ntrackers: []\n", []string{
		"5:40: trackers[0].where[0].value.x: given twice, first at line 5",
		"7:5: trackers[0].kind: given twice, first at line 3",
		"8:1: trackers: given twice, first at line 1",
	}},

	{"numbers", "- name: a\n  kind: count\n  targets: [0x10, 0o17, 007, 1_000, 0b1, -01.5]\n  initial: .inf\n  where:\n  - {op: ge, key: a, value: .NaN}\n  - {op: ge, key: a, value: -.Inf}\n  - {op: ge, key: a, value: 1e999}\n", []string{
		"3:13: [0].targets[0]: 0x10 is not allowed: " + badNumber,
		"3:19: [0].targets[1]: 0o17 is not allowed: " + badNumber,
		"3:25: [0].targets[2]: 007 is not allowed: " + badNumber,
		"3:30: [0].targets[3]: 1_000 is not allowed: " + badNumber,
		"3:37: [0].targets[4]: 0b1 is not allowed: " + badNumber,
		"3:42: [0].targets[5]: -01.5 is not allowed: " + badNumber,
		"4:3: [0].initial: .inf is not allowed: want a finite number, or quotes for a text",
		"6:22: [0].where[0].value: .NaN is not allowed: want a finite number, or quotes for a text",
		"7:22: [0].where[1].value: -.Inf is not allowed: want a finite number, or quotes for a text",
		"8:22: [0].where[2].value: 1e999 is not allowed: want a number in the range of float64, or quotes for a text",
	}},
	{"tags", "- name: !!binary aGk=\n  kind: !kind count\n  targets: !!set [1]\n  !!int 1: 2\n", []string{
		"1:3: [0].name: the tag !!binary is not allowed here; leave it out",
		"2:3: [0].kind: the tag !kind is not allowed here; leave it out",
		"3:3: [0].targets: the tag !!set is not allowed here; leave it out",
		"4:3: [0]: the tag !!int is not allowed here; leave it out",
	}},
	{"keys", "- &a\n  name: a\n  kind: count\n- <<: *a\n  targets: [1]\n- ? [x]\n  : 1\n  : 2\n  ? *a\n  : 3\n", []string{
		"1:3: [0].targets: missing: want a list of numbers",
		"4:3: [1]: merge keys (<<) are not allowed; write the fields out, or use an alias for a whole value",
		"6:5: [2]: a key is a list or an object; want a text",
		"8:3: [2]: a key is missing",
		"9:5: [2]: a key is a list or an object; want a text",
	}},
	{"aliases", "- name: &n a\n  kind: count\n  targets: &t [*t, *n]\n- {name: *n, kind: *nn, targets: [1]}\n", []string{
		"4:20: invalid YAML: unknown anchor 'nn' referenced",
	}},
	{"aliases that contain themselves", "- name: &n a\n  kind: count\n  targets: &t [*t, *n]\n", []string{
		`3:16: [0].targets[0]: [null,"a"] is not allowed: want a finite number`,
		"3:16: [0].targets[0][0]: the alias *t contains itself",
		`3:20: [0].targets[1]: "a" is not allowed: want a finite number`,
	}},
	{"two documents", "- {name: a, kind: count, targets: [1]}\n---\n- {name: b, kind: count, targets: [1]}\n", []string{
		"2:1: a second document; want one document in a file",
	}},
	{"tabs", "trackers:\n\t- name: a\n", []string{
		"2:1: invalid YAML: found character that cannot start any token; lines are indented with spaces, not with tabs",
	}},
	{"unquoted", "trackers:\n  - name: `a\n", []string{
		"2:11: invalid YAML: found character that cannot start any token; a text that begins with ` needs quotes",
	}},
	{"colon", "trackers:\n  - name: a: b\n", []string{
		"2:12: invalid YAML: mapping values are not allowed in this context; a text with a colon and a space needs quotes, and fields of one object need the same indentation",
	}},
	{"indentation", "trackers:\n  - name: a\n    kind: count\n   targets: [1]\n", []string{
		"4:4: invalid YAML: did not find expected '-' indicator while parsing a block collection that begins at line 2; is the line indented like those it belongs to?",
	}},
	{"open list", "trackers:\n  - name: a\n    targets: [1, 2\n    kind: count\n", []string{
		"4:9: invalid YAML: did not find expected ',' or ']' while parsing a flow sequence that begins at line 3",
	}},
	{"directive", "%YAML 1.2\n---\ntrackers: []\n", []string{
		"1:1: invalid YAML: found incompatible YAML document; leave the line with %YAML out",
	}},
	{"control characters", "trackers:\n  - name: \"a\x00b\"\n", []string{
		"2:13: invalid YAML: the character U+0000 must be written as an escape, in double quotes",
	}},
	{"old line breaks", "trackers: #\u2028 \n", []string{
		"1:12: invalid YAML: the character U+2028 must be written as an escape, in double quotes",
	}},

	{"JSON: YAML instead", "{trackers: []}", []string{`1:2: invalid JSON: expected an object key in double quotes`}},
	{"JSON: trailing comma", "{\"trackers\": [\n\t{\"name\": \"a\"},\n]}", []string{`3:1: invalid JSON: expected a value`}},
	{"JSON: no end", "[\n  {\"name\": \"é\"", []string{`2:15: invalid JSON: unexpected end, expected ',' or '}' after object value`}},
	{"JSON: more than one", "{\"trackers\": []}\n{}", []string{`2:1: invalid JSON: expected nothing after the value`}},
	{"JSON: number", "[\n\n 1e999]", []string{`3:2: invalid JSON: number is out of the range of float64`}},
	{"JSON: escape", `["\x"]`, []string{`1:3: invalid JSON: unknown escape in string`}},
	{"JSON: fields", "{\n\t\"trackers\": [\n\t\t{\"name\": \"a\", \"kind\": \"count\", \"targets\": [1, \"2\"],\n\t\t \"where\": [{\"op\": \"eq\", \"key\": \"é\", \"valeu\": 1}],\n\t\t \"kind\": \"sum\"},\n\t\t{\"name\":\"a\",\"kind\":\"count\"}\n\t],\n\t\"more\": 1\n}\n", []string{
		`3:49: trackers[0].targets[1]: "2" is not allowed: want a finite number`,
		`4:14: trackers[0].where[0].value: missing: want what to compare with`,
		`4:39: trackers[0].where[0].valeu: unknown field; allowed here: op, key, value; did you mean "value"?`,
		`5:4: trackers[0].kind: given twice, first at line 3`,
		`6:3: trackers[1].targets: missing: want a list of numbers`,
		`6:4: trackers[1].name: "a" is not allowed: the tracker at line 3 has this name`,
		`8:2: more: unknown field; allowed here: trackers`,
	}},
}

func TestMistakes(t *testing.T) {
	for _, test := range wrongFiles {
		t.Run(test.name, func(t *testing.T) {
			defs, err := trackerfile.Parse("", []byte(test.text), registry(t))
			var found *trackerfile.Error
			if !errors.As(err, &found) || defs != nil {
				t.Fatalf("got %d definitions and %v, want an *Error", len(defs), err)
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A mistake says the same without a registry, except that it knows no registered kinds.
func TestMistakesWithoutRegistry(t *testing.T) {
	const text = "- name: a\n  kind: sums\n  targets: [1]\n  where:\n  - {op: equals}\n  limiters:\n  - {kind: rate}\n"
	want := []string{
		`f:2:3: [0].kind: "sums" is not a known or registered tracker kind; known: count, sum; did you mean "sum"?`,
		`f:5:6: [0].where[0].op: "equals" is not a known operator or registered condition kind; ` + knownOps,
		`f:7:6: [0].limiters[0].kind: "rate" is not a known or registered limiter kind; known: count, time`,
	}
	_, err := trackerfile.Parse("f", []byte(text), nil)
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Callers may print mistakes themselves, next to the text.
func TestMistakeFields(t *testing.T) {
	_, err := trackerfile.Parse("quests.yaml", []byte("- name: a\n  kind: count\n  targets: [é, é]\n"), nil)
	var found *trackerfile.Error
	if !errors.As(err, &found) {
		t.Fatal(err)
	}
	want := &trackerfile.Error{File: "quests.yaml", Diagnostics: []trackerfile.Diagnostic{
		{Line: 3, Column: 13, Path: "[0].targets[0]", Text: `"é" is not allowed: want a finite number`},
		{Line: 3, Column: 16, Path: "[0].targets[1]", Text: `"é" is not allowed: want a finite number`},
	}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadMissingFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "no.yaml")
	_, err := trackerfile.Read(name, nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v, want fs.ErrNotExist with the name", err)
	}
}

// nested is a list in a list, depth times.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// The tracker, its where and the condition are three levels, whatever is around the tracker.
func TestDepth(t *testing.T) {
	yaml := func(value string) string {
		return "trackers:\n- name: a\n  kind: count\n  targets: [1]\n  where: [{op: eq, key: a, value: " + value + "}]\n"
	}
	json := func(value string) string {
		return `{"trackers": [{"name": "a", "kind": "count", "targets": [1], "where": [{"op": "eq", "key": "a", "value": ` + value + `}]}]}`
	}
	for _, text := range []string{yaml(nested(61)), json(nested(61))} {
		if _, err := trackerfile.Parse("", []byte(text), nil); err != nil {
			t.Errorf("64 levels: %v", err)
		}
	}
	for _, text := range []string{yaml(nested(62)), json(nested(62)), yaml(strings.Repeat("[", 1<<20)), json(strings.Repeat("[", 1<<20))} {
		_, err := trackerfile.Parse("", []byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), "deeper than 64") && !strings.Contains(err.Error(), "max depth") {
			t.Errorf("%d bytes: got %v, want too deep", len(text), err)
		}
	}
}

// An alias in an alias in an alias would stand for 10^9 values.
func TestManyAliases(t *testing.T) {
	var text strings.Builder
	text.WriteString("- &l0 [x]\n")
	for i := range 9 {
		last := "*l" + string(rune('0'+i))
		text.WriteString("- &l" + string(rune('1'+i)) + " [" + strings.Repeat(last+", ", 10) + "]\n")
	}
	_, err := trackerfile.Parse("", []byte(text.String()), nil)
	if err == nil || !strings.Contains(err.Error(), "the aliases of this file stand for more than 100000 values") || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("got %v", err)
	}
}

// registry has a kind of everything that takes no arguments at all, and says so in two lines.
func registry(t testing.TB) *tracker.Registry {
	t.Helper()
	never := errors.New("never\n\tworks")
	r := &tracker.Registry{}
	err := errors.Join(
		r.Register("flaky", func(any) (tracker.Kind, error) { return nil, never }),
		r.Conditions.Register("flaky", func(any) (condition.Predicate, error) { return nil, never }),
		r.Limiters.Register("flaky", func(any) (limiter.Rule, error) { return nil, never }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMistakesAreSorted(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		text.WriteString("- {zz: 1, aa: " + strings.Repeat("1", i%3) + "}\n")
	}
	_, err := trackerfile.Parse("", []byte(text.String()), nil)
	var found *trackerfile.Error
	if !errors.As(err, &found) || len(found.Diagnostics) != 200*5 {
		t.Fatalf("got %v", err)
	}
	if !slices.IsSortedFunc(found.Diagnostics, func(a, b trackerfile.Diagnostic) int { return a.Line - b.Line }) {
		t.Error("not sorted by line")
	}
}
