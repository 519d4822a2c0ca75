package rediscache

import (
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/dictrack/dictrack/field"
)

// Options configure a Cache. The zero value of each field means its default.
type Options struct {
	// Prefix begins every key, so that several users can share a database. It must not contain "{" or "}", which decide
	// in which slot Redis Cluster stores a key. Default: "dictrack:".
	Prefix string
	// Timeout is how long a call retries when servers do not answer or cannot take it. Default: 5 seconds.
	Timeout time.Duration
	// Replicas is how many replicas must have a commit before the call is done, at most as many as there are. A failover
	// to one of them then loses nothing. Default: 0.
	Replicas int
	// LocalCacheSize is about how many groups this process keeps copies of. A call on another group costs one more round
	// trip. Default: 100,000.
	LocalCacheSize int
	// WriteBackInterval is how often changed groups are written to the store, and how often the servers are checked for
	// restarts. Default: 1 second.
	WriteBackInterval time.Duration
	// IdleTTL is how long a group stays in Redis without being used, once the store has it. It is counted in whole
	// seconds, and needs a maxmemory-policy that is not based on frequency. Default: 1 hour.
	IdleTTL time.Duration
	// AllowEviction accepts servers with another maxmemory-policy than noeviction. When their memory is full they may
	// evict groups and message ids, and progress is lost that the store does not have yet.
	AllowEviction bool
	// AllowNoPersistence accepts servers without an append-only file. A server that restarts then loses what came since
	// its last snapshot and is not in the store yet.
	AllowNoPersistence bool
	// TLS is how Open connects to the servers of a rediss URL. Default: TLS 1.2 or higher, with the certificates of the
	// system.
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

// validate returns all mistakes, joined; each is a *field.Error.
func (o *Options) validate() error {
	var errs []error
	check := func(ok bool, name string, value any, want string) {
		if !ok {
			errs = append(errs, &field.Error{Path: "options." + name, Value: value, Want: want})
		}
	}
	check(!strings.ContainsAny(o.Prefix, "{}\x00"), "Prefix", o.Prefix, "want none of { } NUL")
	check(o.Timeout >= time.Millisecond, "Timeout", o.Timeout.String(), "want at least a millisecond, or 0 for the default")
	check(o.Replicas >= 0, "Replicas", o.Replicas, "want 0 or more")
	check(o.LocalCacheSize >= 0, "LocalCacheSize", o.LocalCacheSize, "want 0 or more")
	check(o.WriteBackInterval >= time.Millisecond, "WriteBackInterval", o.WriteBackInterval.String(), "want at least a millisecond, or 0 for the default")
	check(o.IdleTTL >= time.Second, "IdleTTL", o.IdleTTL.String(), "want at least a second, or 0 for the default")
	return errors.Join(errs...)
}
