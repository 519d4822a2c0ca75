package pgstore

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/field"
)

// Options of Open and New. The zero Options are the defaults.
type Options struct {
	// Schema holds the tables, in the database that the URL names. It is created if it does not exist, and
	// nothing else belongs in it. Default: dictrack.
	Schema string
	// MaxConns bounds the connections to the server. Default: pool_max_conns of the URL, or that of pgx,
	// the number of CPUs but at least 4. It must be 0 for New, whose pool has its own bound.
	MaxConns int
	// RetryTimeout is how long a call is retried while the server is unavailable, restarts or does not
	// answer. An attempt is cancelled after a third of it. Default: 30 s.
	RetryTimeout time.Duration
	// Logger receives what is not returned to a caller. Default: no logging.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Schema == "" {
		o.Schema = "dictrack"
	}
	if o.RetryTimeout == 0 {
		o.RetryTimeout = 30 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

const (
	maxSchema       = 63 // bytes; the server truncates longer names
	minRetryTimeout = 100 * time.Millisecond
	maxMaxConns     = 10_000
)

// validate returns a *field.Error for each option that is invalid.
func (o *Options) validate() error {
	var errs []error
	if len(o.Schema) > maxSchema || strings.HasPrefix(o.Schema, "pg_") || strings.ContainsRune(o.Schema, 0) || !utf8.ValidString(o.Schema) {
		errs = append(errs, &field.Error{
			Path: "options.Schema", Value: o.Schema,
			Want: fmt.Sprintf("want a name of at most %d bytes in UTF-8, without NUL, that does not begin with pg_", maxSchema),
		})
	}
	if o.MaxConns < 0 || o.MaxConns > maxMaxConns {
		errs = append(errs, &field.Error{Path: "options.MaxConns", Value: o.MaxConns, Want: fmt.Sprintf("want one from 0 to %d", maxMaxConns)})
	}
	if o.RetryTimeout < minRetryTimeout {
		errs = append(errs, &field.Error{
			Path: "options.RetryTimeout", Value: o.RetryTimeout.String(), Want: fmt.Sprintf("want at least %v", minRetryTimeout),
		})
	}
	return errors.Join(errs...)
}

// quoted is the schema as a quoted identifier.
func (o *Options) quoted() string { return pgx.Identifier{o.Schema}.Sanitize() }
