package mongostore

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// Options of Open and New. The zero Options are those to use.
type Options struct {
	// Database is where the collections are. Default: what the URL names, or dictrack.
	Database string
	// Prefix is what the names of all collections begin with; no others do. Default: dictrack_.
	Prefix string
	// WriteConcern is what a Commit waits for. Default: what the URL says, or that a majority of the
	// members has it in its journal. One that waits for less loses commits when a primary fails, and one
	// that waits for nothing is refused.
	WriteConcern *writeconcern.WriteConcern
	// ReadConcern is what a Load may see. Default: what the URL says, or what a majority has when a Commit
	// waits for a majority, and what the primary has otherwise. Linearizable sees no primary that was
	// replaced and has not noticed, and costs every Load and Seen a round of the members.
	ReadConcern *readconcern.ReadConcern
	// RetryTimeout is how long a call tries again when the servers are away, elect a primary, or do not
	// answer, before it is an error. An attempt without an answer is given up after a third of it.
	// Default: 30 s.
	RetryTimeout time.Duration
	// DisableTrackerDocs leaves out the documents for people, one for each tracker.
	DisableTrackerDocs bool
	// TrackerDocDelay is how long after a commit they follow. The longer, the more commits of a group share
	// one update of a document. Default: 1 s.
	TrackerDocDelay time.Duration
	// Logger is told what goes on; nil is silent.
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
	maxDatabase     = 63 // bytes, what MongoDB allows
	maxPrefix       = 100
	minRetryTimeout = 100 * time.Millisecond
	mostAfter       = time.Hour
	// notInDatabase are what MongoDB refuses in the name of a database, on any system.
	notInDatabase = "/\\. \"$*<>:|?\x00"
)

func (o *Options) validate() error {
	var errs []error
	if len(o.Database) > maxDatabase || strings.ContainsAny(o.Database, notInDatabase) {
		errs = append(errs, fmt.Errorf("option Database is %q, want at most %d bytes without any of %q", o.Database, maxDatabase, notInDatabase))
	}
	if len(o.Prefix) > maxPrefix || strings.ContainsAny(o.Prefix, "$\x00") || strings.HasPrefix(o.Prefix, "system.") || o.Prefix[0] == '.' {
		errs = append(errs, fmt.Errorf("option Prefix is %q, want at most %d bytes without $ and NUL, and not a dot or system. at the beginning", o.Prefix, maxPrefix))
	}
	if o.RetryTimeout < minRetryTimeout {
		errs = append(errs, fmt.Errorf("option RetryTimeout is %v, want at least %v", o.RetryTimeout, minRetryTimeout))
	}
	if o.TrackerDocDelay < 0 || o.TrackerDocDelay > mostAfter {
		errs = append(errs, fmt.Errorf("option TrackerDocDelay is %v, want one from 0 to %v; DisableTrackerDocs leaves them out", o.TrackerDocDelay, mostAfter))
	}
	return errors.Join(errs...)
}

// concerns are the write and read concern, where Options leave them open: what the client says, or what
// loses nothing.
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
