package pgstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/pgstore"
	"github.com/dictrack/dictrack/tracker"
)

// TestReadable: what people see with psql, also of names that are no text and of what jsonb cannot hold.
func TestReadable(t *testing.T) {
	o := pgstore.Options{Schema: newSchema()}
	s := mustOpen(t, server.URL(), o)
	defer mustClose(t, s)
	for _, name := range []string{"Robot001", "Größe", "\xff'\\"} {
		p := newExpectedGroup(name, 2)
		p.mustCommit(t, s)
		p.mustCommit(t, s)
	}
	odd := newExpectedGroup("odd", 1)
	g := odd.group
	g.BeginChange()
	d, err := tracker.New(tracker.Spec{Name: "own", Kind: tracker.KindSum, Key: "a", Targets: definitions(1)[0].Spec().Targets, Expire: time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Add([]*tracker.Definition{d}, now); err != nil {
		t.Fatal(err)
	}
	c := g.EndChange().Encode()
	c.Due = 1<<63 - 2
	if err := s.Commit(t.Context(), []*record.Change{c}); err != nil {
		t.Fatal(err)
	}
	conn := mustConnect(t)
	for query, want := range map[string]string{
		"SELECT name || ' ' || version || ' ' || trackers || ' ' || initialized || ' ' || (due AT TIME ZONE 'UTC') FROM readable_groups WHERE due IS NOT NULL ORDER BY key": `Größe 2 2 true 2027-01-15 08:00:00.002
Robot001 2 2 true 2027-01-15 08:00:00.002
\377'\\ 2 2 true 2027-01-15 08:00:00.002`,
		"SELECT name FROM readable_groups WHERE due IS NULL":                                        "odd",
		"SELECT name FROM readable_groups WHERE key = 'Robot001'::bytea":                            "Robot001",
		"SELECT definition ->> 'name' FROM readable_definitions ORDER BY name":                      "own\ntracker 0\ntracker 1",
		"SELECT name || ' ' || id || ' ' || version FROM readable_message_ids WHERE name = 'Größe'": "Größe call 2 2",
		"SELECT definition ->> 'kind' FROM readable_definitions WHERE name = 'own'":                 "sum",
		"SELECT (now() - changed < interval '1 hour')::text FROM readable_groups LIMIT 1":           "true",
		"SELECT id FROM readable_definitions WHERE name = 'tracker 0'":                              definitions(1)[0].ID().String(),
		"SELECT coalesce(readable_json('{\"a\": \"\\\\u0000\"}'::bytea)::text, 'nothing')":          "nothing",
		"SELECT readable_time(-62135596800000) AT TIME ZONE 'UTC' || ''":                            "0001-01-01 00:00:00",
		"SELECT coalesce(readable_time(-9223372036854775808)::text, 'not shown')":                   "not shown",
	} {
		for _, name := range []string{"readable_groups", "readable_definitions", "readable_message_ids", "readable_json(", "readable_time("} {
			query = strings.ReplaceAll(query, name, pgx.Identifier{o.Schema}.Sanitize()+"."+name)
		}
		rows, err := conn.Query(t.Context(), query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if got := strings.Join(lines, "\n"); err != nil || got != want {
			t.Errorf("%s:\n%s, %v, want\n%s", query, got, err, want)
		}
	}
}
