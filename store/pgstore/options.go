package pgstore

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// Options of Open and New. The zero Options are those to use.
type Options struct {
	// Schema is where the tables are, in the database that the URL names. It is made if need be, and
	// nothing else belongs in there. Default: dictrack.
	Schema string
	// MaxConns bounds the connections to the server. Default: what the URL says in pool_max_conns, or pgx,
	// which takes the number of CPUs and at least 4. Not for New, whose pool has its own bound.
	MaxConns int
	// RetryTimeout is how long a call tries again when the server is away, restarts, or does not answer,
	// before it is an error. An attempt without an answer is given up after a third of it. Default: 30 s.
	RetryTimeout time.Duration
	// Logger is told what goes on; nil is silent.
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
	maxSchema       = 63 // bytes; the server would cut what is longer
	minRetryTimeout = 100 * time.Millisecond
	mostConns       = 10_000
)

func (o *Options) validate() error {
	var errs []error
	if len(o.Schema) > maxSchema || strings.HasPrefix(o.Schema, "pg_") || strings.ContainsRune(o.Schema, 0) || !utf8.ValidString(o.Schema) {
		errs = append(errs, fmt.Errorf("option Schema is %q, want a name of at most %d bytes in UTF-8, without NUL, that does not begin with pg_", o.Schema, maxSchema))
	}
	if o.MaxConns < 0 || o.MaxConns > mostConns {
		errs = append(errs, fmt.Errorf("option MaxConns is %d, want one from 0 to %d", o.MaxConns, mostConns))
	}
	if o.RetryTimeout < minRetryTimeout {
		errs = append(errs, fmt.Errorf("option RetryTimeout is %v, want at least %v", o.RetryTimeout, minRetryTimeout))
	}
	return errors.Join(errs...)
}

// quoted is the schema as SQL writes it.
func (o *Options) quoted() string { return pgx.Identifier{o.Schema}.Sanitize() }
