package rediscache

import (
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/dictrack/dictrack/field"
)

// Options say how a Cache works. The zero Options are usable.
type Options struct {
	// Prefix begins every key, so that several users share a database. It has neither "{" nor "}", which would
	// decide where Redis Cluster keeps a key. Defaults to "dictrack:".
	Prefix string
	// Timeout is how long a call goes on trying when servers do not answer, or do not take it. Defaults to 5
	// seconds.
	Timeout time.Duration
	// Replicas is how many replicas must have a commit before it is answered, at most those that there are. A
	// failover to one of them then loses nothing that was answered. Defaults to 0.
	Replicas int
	// LocalCacheSize is how many groups this process keeps copies of, about: a call on another one costs a round trip
	// more. Defaults to 100,000.
	LocalCacheSize int
	// WriteBackInterval is how often groups are brought to the Backing, and the servers looked at. Defaults to 1 second.
	WriteBackInterval time.Duration
	// IdleTTL is how long nobody uses a group before it is dropped from Redis, once the Backing has it. Defaults to 1
	// hour. It is counted in whole seconds, and takes an eviction policy that is not by frequency.
	IdleTTL time.Duration
	// AllowEviction lets the servers have another maxmemory-policy than noeviction. Then they may drop groups and
	// ids when their memory is full: progress is lost that the Backing does not have.
	AllowEviction bool
	// AllowNoPersistence lets the servers have no append-only file. A server that restarts then loses what came since its
	// last snapshot and is not with the Backing.
	AllowNoPersistence bool
	// TLS is how Open speaks to the servers of a rediss URL. Defaults to TLS 1.2 or higher with the system's
	// certificates.
	TLS *tls.Config
}

const defaultPrefix = "dictrack:"

func (o Options) withDefaults() Options {
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.LocalCacheSize == 0 {
		o.LocalCacheSize = 100_000
	}
	if o.WriteBackInterval == 0 {
		o.WriteBackInterval = time.Second
	}
	if o.IdleTTL == 0 {
		o.IdleTTL = time.Hour
	}
	return o
}

// validate tells all that is wrong.
func (o *Options) validate() error {
	var errs []error
	wrong := func(is bool, path string, value any, want string) {
		if is {
			errs = append(errs, &field.Error{Path: "options." + path, Value: value, Want: want})
		}
	}
	wrong(strings.ContainsAny(o.Prefix, "{}\x00"), "Prefix", o.Prefix, "want none of { } NUL")
	wrong(o.Timeout < time.Millisecond, "Timeout", o.Timeout.String(), "want at least a millisecond, or 0 for the default")
	wrong(o.Replicas < 0, "Replicas", o.Replicas, "want none below 0")
	wrong(o.LocalCacheSize < 0, "LocalCacheSize", o.LocalCacheSize, "want none below 0")
	wrong(o.WriteBackInterval < time.Millisecond, "WriteBackInterval", o.WriteBackInterval.String(), "want at least a millisecond, or 0 for the default")
	wrong(o.IdleTTL < time.Second, "IdleTTL", o.IdleTTL.String(), "want at least a second, or 0 for the default")
	return errors.Join(errs...)
}
