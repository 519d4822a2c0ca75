package mongostore

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/dictrack/dictrack/field"
)

// Options of Open and New. The zero Options are the defaults.
type Options struct {
	// Database holds the collections. Default: the one that the URL names, or dictrack.
	Database string
	// Prefix begins the names of all collections. Default: dictrack_.
	Prefix string
	// WriteConcern is what a Commit waits for. Default: that of the URL, or that a majority of the members
	// has the commit in its journal. One that waits for less loses commits when a primary fails; one that
	// waits for nothing is refused.
	WriteConcern *writeconcern.WriteConcern
	// ReadConcern is what a Load may read. Default: that of the URL, or majority if a Commit waits for a
	// majority, else local. Linearizable also excludes a primary that was replaced and has not noticed; it
	// costs every Load and look-up of a message id a round trip between the members.
	ReadConcern *readconcern.ReadConcern
	// RetryTimeout is how long a call is retried while the servers are unavailable, elect a primary or do
	// not answer. An attempt is cancelled after a third of it. Default: 30 s.
	RetryTimeout time.Duration
	// DisableTrackerDocs disables the documents for people, one for each tracker.
	DisableTrackerDocs bool
	// TrackerDocDelay is how long after a commit they are updated. The longer, the more commits to a group
	// share one update. Default: 1 s.
	TrackerDocDelay time.Duration
	// Logger receives what is not returned to a caller. Default: no logging.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Prefix == "" {
		o.Prefix = "dictrack_"
	}
	if o.RetryTimeout == 0 {
		o.RetryTimeout = 30 * time.Second
	}
	if o.TrackerDocDelay == 0 {
		o.TrackerDocDelay = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

const (
	maxDatabase        = 63 // bytes, what MongoDB allows
	maxPrefix          = 100
	minRetryTimeout    = 100 * time.Millisecond
	maxTrackerDocDelay = time.Hour
	// invalidInDatabase are the characters that MongoDB refuses in the name of a database, on any system.
	invalidInDatabase = "/\\. \"$*<>:|?\x00"
)

// validate returns a *field.Error for each option that is invalid.
func (o *Options) validate() error {
	var errs []error
	invalid := func(option string, value any, want string, args ...any) {
		errs = append(errs, &field.Error{Path: "options." + option, Value: value, Want: fmt.Sprintf(want, args...)})
	}
	if len(o.Database) > maxDatabase || strings.ContainsAny(o.Database, invalidInDatabase) {
		invalid("Database", o.Database, "want at most %d bytes without any of %q", maxDatabase, invalidInDatabase)
	}
	if len(o.Prefix) > maxPrefix || strings.ContainsAny(o.Prefix, "$\x00") || strings.HasPrefix(o.Prefix, "system.") || o.Prefix[0] == '.' {
		invalid("Prefix", o.Prefix, "want at most %d bytes without $ and NUL, and not a dot or system. at the beginning", maxPrefix)
	}
	if o.RetryTimeout < minRetryTimeout {
		invalid("RetryTimeout", o.RetryTimeout.String(), "want at least %v", minRetryTimeout)
	}
	if o.TrackerDocDelay < 0 || o.TrackerDocDelay > maxTrackerDocDelay {
		invalid("TrackerDocDelay", o.TrackerDocDelay.String(), "want one from 0 to %v; DisableTrackerDocs leaves them out", maxTrackerDocDelay)
	}
	return errors.Join(errs...)
}

// concerns returns the write and read concern: those of Options, else those of the client, else such that
// lose nothing.
func (o *Options) concerns(w *writeconcern.WriteConcern, r *readconcern.ReadConcern) (writeconcern.WriteConcern, *readconcern.ReadConcern, error) {
	journal := true
	strict := writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journal}
	if o.WriteConcern != nil {
		w = o.WriteConcern
	}
	if w != nil {
		strict = *w
	}
	if strict.W == nil {
		strict.W = writeconcern.WCMajority
	}
	if o.ReadConcern != nil {
		r = o.ReadConcern
	}
	switch {
	case !strict.Acknowledged() || !strict.IsValid():
		return strict, nil, fmt.Errorf("the write concern is w=%v, want at least w=1: without an answer nobody knows whether a commit applied", strict.W)
	case r != nil:
	case strict.W == writeconcern.WCMajority:
		r = readconcern.Majority()
	default:
		r = readconcern.Local() // a majority may not have yet what a Commit has answered
	}
	return strict, r, nil
}
