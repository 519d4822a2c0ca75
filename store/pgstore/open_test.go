package pgstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/internal/testserver"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
	"github.com/dictrack/dictrack/store/storetest"
)

// secret is a password that must not be seen anywhere.
const secret = "s3cr/t'pw"

// TestNoConnection: one line says where to, what is wrong and what to do, soon and without the password.
func TestNoConnection(t *testing.T) {
	mustExec(t, mustConnect(t), "CREATE ROLE "+postgres.PasswordRole+" LOGIN PASSWORD 'another'")
	port, err := testserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	const who = "guarded:s3cr%2Ft%27pw@"
	nobody := testserver.Address(port)
	for name, c := range map[string]struct {
		url  string
		want []string
	}{
		"refused": {
			"postgres://" + who + nobody + "/game",
			[]string{"connect to PostgreSQL at " + nobody + `, database "game", user "guarded": connection refused: is the server running`},
		},
		"refused by two": {
			"postgres://" + who + nobody + ",127.0.0.2:1/game",
			[]string{"at " + nobody + ", 127.0.0.2:1, database", "connection refused"},
		},
		"password": {
			"postgres://" + who + server.Address() + "/postgres",
			[]string{"connect to PostgreSQL at " + server.Address(), "password authentication failed", "check user and password"},
		},
		"password, without TLS": {
			"postgres://" + who + server.Address() + "/postgres?sslmode=disable",
			[]string{"password authentication failed", "SQLSTATE 28P01"},
		},
		"no database": {
			"postgres://postgres:s3cr%2Ft%27pw@" + server.Address() + "/nowhere",
			[]string{`database "nowhere"`, "does not exist", "createdb"},
		},
		"no role": {
			"postgres://nobody:s3cr%2Ft%27pw@" + server.Address() + "/postgres",
			[]string{`role "nobody" does not exist`, "check the user"},
		},
		"no host": {
			"postgres://" + who + "no-such-host.invalid/postgres",
			[]string{`no host is called "no-such-host.invalid"`, "check the URL"},
		},
		"no socket": {
			"host=/nowhere/at/all user=guarded password=" + strings.ReplaceAll(secret, "'", `\'`),
			[]string{"/nowhere/at/all/.s.PGSQL.5432", "no such socket"},
		},
		"no TLS": {
			"postgres://" + who + server.Address() + "/postgres?sslmode=require",
			[]string{"does not support TLS", "sslmode=disable"},
		},
		"not a URL": {
			"postgres://guarded:s3cr/t'pw@127.0.0.1:5432/postgres",
			[]string{"the URL of PostgreSQL cannot be read", "want postgres://USER:PASSWORD@HOST:PORT/DATABASE"},
		},
		"another scheme":    {"mongodb://" + who + nobody, []string{`begins with "mongodb://", want postgres://`}},
		"no number":         {"postgres://" + who + nobody + "/game?pool_max_conns=many", []string{"cannot parse pool_max_conns"}},
		"no mode":           {"postgres://" + who + nobody + "/game?sslmode=maybe", []string{"failed to configure TLS"}},
		"a backquote in it": {"postgres://" + who + nobody + "/game?sslmode=`: s3cr", []string{"cannot be read: it is none"}},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var log bytes.Buffer
			_, err := pgstore.Open(t.Context(), c.url, pgstore.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err == nil {
				t.Fatal("Open went well")
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("Open took %v", took)
			}
			expectOneLineError(t, err, c.want...)
			if strings.Contains(log.String(), "s3cr") {
				t.Errorf("the log has the password: %s", log.String())
			}
		})
	}
}

// expectOneLineError checks an error: one line with some parts, and without the password, also in what it wraps.
func expectOneLineError(t *testing.T, err error, want ...string) {
	t.Helper()
	text := err.Error()
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("error %q, want it to say %q", text, part)
		}
	}
	if strings.Contains(text, "\n") {
		t.Errorf("error %q is more than a line", text)
	}
	for _, all := range []string{text, fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		if strings.Contains(all, "s3cr") {
			t.Errorf("error %s has the password", all)
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		t.Error("the error wraps the configuration, which has the password")
	}
	if _, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		t.Error("the error wraps the URL, which has the password")
	}
}

// TestSilentServer: Open and a context that ends.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	url := "postgres://guarded:s3cr@" + l.Addr().String() + "/game?sslmode=disable"
	_, err = pgstore.Open(t.Context(), url, pgstore.Options{RetryTimeout: 300 * time.Millisecond})
	expectOneLineError(t, err, "no answer in time")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := pgstore.Open(ctx, url, pgstore.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open until a deadline: %v, want that it is over", err)
	}
}

func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		o    pgstore.Options
		want []string
	}{
		"long schema":   {pgstore.Options{Schema: strings.Repeat("x", 64)}, []string{"options.Schema", "at most 63 bytes"}},
		"system schema": {pgstore.Options{Schema: "pg_mine"}, []string{"options.Schema", "does not begin with pg_"}},
		"NUL":           {pgstore.Options{Schema: "a\x00b"}, []string{"options.Schema", "without NUL"}},
		"not UTF-8":     {pgstore.Options{Schema: "\xff"}, []string{"options.Schema", "UTF-8"}},
		"connections":   {pgstore.Options{MaxConns: -1}, []string{"options.MaxConns: -1 is not allowed: want one from 0 to 10000"}},
		"retry timeout": {pgstore.Options{RetryTimeout: -time.Second}, []string{"options.RetryTimeout: \"-1s\" is not allowed: want at least 100ms"}},
		"two":           {pgstore.Options{MaxConns: 1 << 30, Schema: "pg_"}, []string{"options.Schema", "options.MaxConns"}},
	} {
		_, err := pgstore.Open(t.Context(), server.URL(), c.o)
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want it to say %q", name, err, part)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pgstore.Open(ctx, server.URL(), pgstore.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: %v", err)
	}
}

// TestUnusualSchemaNames: whatever the schema is called, it is only that.
func TestUnusualSchemaNames(t *testing.T) {
	for _, schema := range []string{`"`, `a"; DROP SCHEMA public; --`, "dictrack.", "Größe", "'", "$$", strings.Repeat("é", 31)} {
		o := pgstore.Options{Schema: schema}
		for range 2 {
			s := mustOpen(t, server.URL(), o)
			p := newExpectedGroup("g", 130)
			p.restore(t, s)
			p.mustCommit(t, s)
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		mustExec(t, mustConnect(t), "SELECT count(*) FROM "+table(o, "readable_groups"))
	}
}

// TestWarnings: server settings that may lose commits are logged.
func TestWarnings(t *testing.T) {
	t.Parallel()
	safe := mustStart(t)
	for url, want := range map[string]string{
		safe.URL():                             "",
		safe.URL() + "&synchronous_commit=off": "synchronous_commit is off",
		server.URL():                           "fsync is off",
	} {
		var log bytes.Buffer
		s := mustOpen(t, url, pgstore.Options{Schema: newSchema(), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := log.String(); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("the log of %s is %q, want %q", url, got, want)
		}
	}
}

// TestStandby: a server that takes no writes is refused when the store is opened, and named.
func TestStandby(t *testing.T) {
	t.Parallel()
	srv := mustStart(t, postgres.NoSync)
	if err := srv.Demote(); err != nil {
		t.Fatal(err)
	}
	_, err := pgstore.Open(t.Context(), srv.URL(), pgstore.Options{})
	if err == nil || !strings.Contains(err.Error(), srv.Address()) || !strings.Contains(err.Error(), "is a standby") {
		t.Errorf("Open on a standby: %v, want an error that says so", err)
	}
}

// openPooled opens stores on pools with another way to run queries.
func openPooled(mode string) storetest.Opener {
	return func(tb testing.TB) (store.Store, func() store.Store) {
		pool, err := pgxpool.New(context.Background(), server.URL()+"&default_query_exec_mode="+mode)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() {
			if err := pool.Ping(context.Background()); err != nil {
				tb.Errorf("the pool after Close: %v", err)
			}
			pool.Close()
		})
		o := pgstore.Options{Schema: newSchema()}
		reopen := func() store.Store {
			s, err := pgstore.New(context.Background(), pool, o)
			if err != nil {
				tb.Fatal(err)
			}
			return s
		}
		return reopen(), reopen
	}
}

// TestPool runs the suite on a pool that prepares no statements, as for a pooler of transactions.
func TestPool(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, openPooled("exec")) }

// TestQueryModes: any other way in which pgx runs queries will do too.
func TestQueryModes(t *testing.T) {
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			s, _ := openPooled(mode)(t)
			defer s.Close()
			small, large := newExpectedGroup("\xff'\\", 1), newExpectedGroup("g", 300)
			for range 4 {
				small.mustCommit(t, s)
				large.mustCommit(t, s)
			}
			small.mustBeAt(t, s, 4)
			large.mustBeAt(t, s, 4)
			mustListAll(t, s, small, large)
			if err := errors.Join(s.DeleteExpiredIDs(t.Context(), now+3), s.Flush(t.Context())); err != nil {
				t.Fatal(err)
			}
			mustListAll(t, s)
		})
	}
}

func TestNew(t *testing.T) {
	if _, err := pgstore.New(t.Context(), nil, pgstore.Options{}); err == nil || !strings.Contains(err.Error(), "pool is nil") {
		t.Errorf("New of nil: %v", err)
	}
	pool, err := pgxpool.New(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgstore.New(t.Context(), pool, pgstore.Options{MaxConns: 3}); err == nil || !strings.Contains(err.Error(), "options.MaxConns: 3 is not allowed: want 0") {
		t.Errorf("New with MaxConns: %v", err)
	}
	s, err := pgstore.New(t.Context(), pool, pgstore.Options{Schema: newSchema(), RetryTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pool.Close()
	if _, err := s.Load(t.Context(), "g"); err == nil {
		t.Error("Load from a pool that was closed went well")
	}
}
