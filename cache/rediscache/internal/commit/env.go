package commit

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/definitions"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/internal/gate"
)

// Config says how a Committer works.
type Config struct {
	Client      *server.Client
	Definitions *definitions.Store
	Replicas    int // that must have a commit
	MaxEntries  int // replicas kept in this process, about
	Cluster     bool
}

// env is what all attempts share.
type env struct {
	Config
	Backing cache.BackingStore // set before the first task; nil for none
	flushes gate.Gate          // attempts are inside; paused during a flush
	dirty   [format.ShardCount]atomic.Bool

	commits  atomic.Uint64
	oneShard atomic.Bool // a command must have the keys of one shard only
}

// newToken returns a token that no other commit has.
func (e *env) newToken() (t format.Token) {
	binary.BigEndian.PutUint64(t[copy(t[:], e.Client.Process):], e.commits.Add(1))
	return t
}
