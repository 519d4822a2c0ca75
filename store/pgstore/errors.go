package pgstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/internal/retry"
)

// serverName says where a pool connects to, for messages. It does not contain the password.
func serverName(c *pgxpool.Config) string {
	hosts := []string{address(c.ConnConfig.Host, c.ConnConfig.Port)}
	for _, more := range c.ConnConfig.Fallbacks { // once more for every way to do without TLS
		if host := address(more.Host, more.Port); host != hosts[len(hosts)-1] {
			hosts = append(hosts, host)
		}
	}
	return fmt.Sprintf("PostgreSQL at %s, database %q, user %q", strings.Join(hosts, ", "), c.ConnConfig.Database, c.ConnConfig.User)
}

func address(host string, port uint16) string {
	_, at := pgconn.NetworkAddress(host, port)
	return at
}

// describe turns the error of a failed connection into one line: pgx has one for each address and each way
// to try it. It keeps the cause without the configuration that pgx adds, which contains the password.
func (s *Store) describe(err error) error {
	connect, ok := errors.AsType[*pgconn.ConnectError](err)
	if !ok {
		return withHint(err)
	}
	reason, cause := connectReason(connect)
	return &retry.OneLineError{Text: fmt.Sprintf("connect to %s: %s", s.server, reason), Cause: cause}
}

// connectReason says why a connection cannot be made, and what to do about it.
func connectReason(err error) (reason string, cause error) {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refusedReason(server), server
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("no host is called %q: check the URL", lookup.Name), lookup
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: is the server running, and does it listen there?", syscall.ECONNREFUSED
	case errors.Is(err, syscall.ENOENT):
		return "there is no such socket: is the server running?", syscall.ENOENT
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time: is that the right host, and is nothing in between?", context.DeadlineExceeded
	case strings.Contains(err.Error(), "refused TLS"):
		return "the server does not support TLS: enable it there, or use sslmode=disable in the URL where the network is safe", nil
	}
	last := err
	for next := err; next != nil; next = errors.Unwrap(next) {
		last = next
	}
	return strings.Join(strings.Fields(last.Error()), " "), nil
}

// refusedReason is what the server answered to a client that it refused.
func refusedReason(server *pgconn.PgError) string {
	hint := ""
	switch server.Code {
	case "28P01":
		hint = ": check user and password"
	case "28000":
		hint = ": check the user, and pg_hba.conf on the server"
	case "3D000":
		hint = ": make it with createdb, or name another in the URL"
	case "53300":
		hint = ": raise max_connections there, or lower the pool's"
	}
	return fmt.Sprintf("%s (SQLSTATE %s)%s", server.Message, server.Code, hint)
}

// withHint adds what to do to server errors that have one cause.
func withHint(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	switch server.Code {
	case "42501":
		return fmt.Errorf("%w: the user needs its own tables, or CREATE on the database to make them: GRANT CREATE ON DATABASE", err)
	case "26000", "42P05":
		return fmt.Errorf("%w: with a transaction pooler, use default_query_exec_mode=exec in the URL", err)
	case "25006":
		return fmt.Errorf("%w: this server is read-only: name the primary, or use target_session_attrs=read-write in the URL", err)
	}
	return err
}

// urlError returns the error for a URL that pgx cannot parse. Of pgx's error it contains only the kind:
// what it quotes may be a part of the password.
func urlError(text string, err error) error {
	kind := "it is none"
	if _, found, ok := strings.Cut(err.Error(), "`: "); ok && !strings.Contains(text, "`") {
		kind, _, _ = strings.Cut(found, " (")
	}
	return fmt.Errorf("the URL of PostgreSQL cannot be read: %s; want postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=..., with %%XX for what is special in a URL", kind)
}

// checkScheme refuses URLs of other databases, which pgx would parse as a list of settings.
func checkScheme(text string) error {
	scheme, _, ok := strings.Cut(text, "://")
	if !ok || scheme == "postgres" || scheme == "postgresql" || strings.ContainsAny(scheme, "= ") {
		return nil
	}
	return fmt.Errorf("the URL begins with %q, want postgres://", url.PathEscape(scheme)+"://")
}
