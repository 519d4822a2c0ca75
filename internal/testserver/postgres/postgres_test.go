package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/internal/testserver/postgres"
)

// TestServer checks that committed rows survive Kill and Halt.
func TestServer(t *testing.T) {
	s, err := postgres.Start(postgres.NoSync)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}()
	for i, end := range []func(){s.Kill, s.Halt, s.Kill} {
		conn, err := pgx.Connect(t.Context(), s.URL())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS t (); INSERT INTO t DEFAULT VALUES"); err != nil {
			t.Fatal(err)
		}
		end()
		if err := conn.Ping(t.Context()); err == nil {
			t.Fatal("the server answers after it was stopped")
		}
		if err := s.Resume(); err != nil {
			t.Fatal(err)
		}
		if n := count(t, s); n != i+1 {
			t.Fatalf("%d rows after %d restarts", n, i+1)
		}
	}
}

func count(t *testing.T, s *postgres.Server) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
