package pgstore_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/pgstore"
)

// TestConcurrentOpen: of many that start at once in an empty database all can work, and the tables were made
// once.
func TestConcurrentOpen(t *testing.T) {
	const openers = 12
	for range 3 {
		o := pgstore.Options{Schema: newSchema(), MaxConns: 2}
		stores, errs := make([]*pgstore.Store, openers), make([]error, openers)
		var all sync.WaitGroup
		for i := range openers {
			all.Go(func() { stores[i], errs[i] = pgstore.Open(context.Background(), server.URL(), o) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		p := newExpectedGroup("g", 3)
		for _, s := range stores {
			p.mustCommit(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		var n, top int
		row := mustConnect(t).QueryRow(t.Context(), "SELECT count(*), max(version) FROM "+table(o, "migrations"))
		if err := row.Scan(&n, &top); err != nil || n != top {
			t.Errorf("%d migrations up to %d, %v", n, top, err)
		}
	}
}

// TestNewerTables: those of a newer program are left alone.
func TestNewerTables(t *testing.T) {
	o := pgstore.Options{Schema: newSchema()}
	mustClose(t, mustOpen(t, server.URL(), o))
	mustExec(t, mustConnect(t), "INSERT INTO "+table(o, "migrations")+" (version) VALUES (1000)")
	_, err := pgstore.Open(t.Context(), server.URL(), o)
	format, ok := errors.AsType[*record.FormatError](err)
	if !ok || format.Found != 1000 || format.Known >= 1000 {
		t.Errorf("Open: %v, want a FormatError for 1000", err)
	}
}

// TestMissingMigrations checks that Open applies the migrations that a schema has not had, and none of them twice.
func TestMissingMigrations(t *testing.T) {
	o := pgstore.Options{Schema: newSchema()}
	conn := mustConnect(t)
	mustExec(t, conn, "CREATE SCHEMA "+pgx.Identifier{o.Schema}.Sanitize())
	mustExec(t, conn, "CREATE TABLE "+table(o, "migrations")+" (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())")
	s := mustOpen(t, server.URL(), o)
	p := newExpectedGroup("g", 130)
	p.mustCommit(t, s)
	mustClose(t, s)

	s = mustOpen(t, server.URL(), o)
	defer mustClose(t, s)
	p.mustBeAt(t, s, 1)
	p.mustCommit(t, s)
	mustExec(t, conn, "SELECT FROM "+table(o, "readable_groups"))
	n := 0
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+table(o, "migrations")).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d migrations were applied, %v; want 1", n, err)
	}
}

// TestPermissions: a user who may make a schema needs nothing more, one with its own tables not even that, and
// one with less gets an error that names the missing permission.
func TestPermissions(t *testing.T) {
	conn := mustConnect(t)
	mustExec(t, conn, "CREATE ROLE maker LOGIN; GRANT CREATE ON DATABASE postgres TO maker; CREATE ROLE worker LOGIN")
	url := func(user string) string {
		return "postgres://" + user + "@" + server.Address() + "/postgres?sslmode=disable"
	}
	o := pgstore.Options{Schema: newSchema()}
	if _, err := pgstore.Open(t.Context(), url("worker"), o); err == nil || !strings.Contains(err.Error(), "GRANT CREATE ON DATABASE") {
		t.Errorf("Open without the right to make a schema: %v, want what to do", err)
	}
	mustClose(t, mustOpen(t, url("maker"), o))
	schema := pgx.Identifier{o.Schema}.Sanitize()
	mustExec(t, conn, "GRANT USAGE ON SCHEMA "+schema+" TO worker; GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA "+schema+" TO worker")
	s := mustOpen(t, url("worker"), o)
	defer mustClose(t, s)
	p := newExpectedGroup("g", 130)
	for range 3 {
		p.mustCommit(t, s)
	}
	p.mustBeAt(t, s, 3)
	if err := errors.Join(s.DeleteExpiredIDs(t.Context(), now+3), s.Flush(t.Context())); err != nil {
		t.Error(err)
	}
}

func mustClose(tb testing.TB, s *pgstore.Store) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}
