package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
)

// TestPlansUseKeys: a session whose plans were made when the tables had a few rows, and were known to have so few,
// goes by the keys also when they have many.
func TestPlansUseKeys(t *testing.T) {
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			pool, err := pgxpool.New(context.Background(), server.URL()+"&pool_max_conns=1&default_query_exec_mode="+mode)
			if err != nil {
				t.Fatal(err)
			}
			o := pgstore.Options{Schema: newSchema()}
			s, err := pgstore.New(t.Context(), pool, o)
			if err != nil {
				t.Fatal(err)
			}
			callAllMethods(t, s, 0)
			conn := mustConnect(t)
			for _, name := range []string{"groups", "chunks", "layouts", "message_ids", "definitions", "first_version"} {
				mustExec(t, conn, "ANALYZE "+table(o, name))
			}
			callAllMethods(t, s, 1)
			insertUnrelatedRows(t, conn, o)
			const calls = 30
			for i := range calls {
				callAllMethods(t, s, 2+i)
			}
			mustClose(t, s)
			pool.Close() // the session tells what it has read

			var scans, read int
			err = conn.QueryRow(t.Context(), `
				SELECT sum(seq_scan) - (SELECT count(*) FROM pg_indexes WHERE schemaname = $1 AND tablename NOT IN ('first_version', 'migrations')),
					sum(seq_tup_read + idx_tup_fetch)
				FROM pg_stat_user_tables WHERE schemaname = $1 AND relname NOT IN ('first_version', 'migrations')`, o.Schema).Scan(&scans, &read)
			if err != nil || scans > 0 || read > 25_000 { // making an index reads its table
				t.Errorf("%d tables were read as a whole, %d rows in all, %v; want only those that were asked for", scans, read, err)
			}
		})
	}
}

// callAllMethods makes every call but Flush.
func callAllMethods(t *testing.T, s store.Store, round int) {
	t.Helper()
	ctx := t.Context()
	p := newExpectedGroup(fmt.Sprintf("player %d", round), 300)
	for range 2 {
		p.mustCommit(t, s)
	}
	p.mustBeAt(t, s, 2)
	_, err := s.Due(ctx, 0, 10)
	_, err2 := s.Groups(ctx, "player", 1)
	if err := errors.Join(err, err2, s.DeleteExpiredIDs(ctx, now+2)); err != nil {
		t.Fatal(err)
	}
	emptied := &record.Change{Group: p.group.Name(), Base: 2, Version: 3, Due: limiter.Never, BaseCount: 300}
	if err := s.Commit(ctx, []*record.Change{emptied}); err != nil {
		t.Fatal(err)
	}
}

// insertUnrelatedRows fills the tables with rows that nobody asks for.
func insertUnrelatedRows(t *testing.T, e executor, o pgstore.Options) {
	t.Helper()
	const from = " FROM generate_series(1, 3000) AS i"
	name := "convert_to('unrelated ' || i, 'UTF8')"
	mustExec(t, e, "INSERT INTO "+table(o, "groups")+" (name, base, version, initialized, tracker_count, tx_tag, checksum) SELECT "+name+", 0, 1, true, 0, 0, ''"+from)
	mustExec(t, e, "INSERT INTO "+table(o, "chunks")+" SELECT "+name+", 1, ''"+from)
	mustExec(t, e, "INSERT INTO "+table(o, "layouts")+" SELECT "+name+", 0, ''"+from)
	mustExec(t, e, "INSERT INTO "+table(o, "message_ids")+" SELECT "+name+", 'id', '', 1, 9e15"+from)
	mustExec(t, e, "INSERT INTO "+table(o, "definitions")+" SELECT "+name+", ''"+from)
}
