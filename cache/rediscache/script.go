package rediscache

import (
	"crypto/sha1" // #nosec G505 -- the name that Redis gives to a script
	_ "embed"     // the scripts
	"encoding/hex"
	"strconv"

	"github.com/redis/rueidis"
)

// script is a Lua script that servers hold by the hash of its text. A server that began anew, or was a replica, has
// none, and so cannot take a commit before it was fenced.
type script struct{ text, sha string }

var (
	//go:embed script/commit.lua
	commitText string
	//go:embed script/peek.lua
	peekText string
	//go:embed script/flushed.lua
	flushedText string
	//go:embed script/retire.lua
	retireText string
	//go:embed script/forget.lua
	forgetText string
	//go:embed script/flush.lua
	flushText string
	//go:embed script/lease.lua
	leaseText string
	//go:embed script/fence.lua
	fenceText string // never held: it is what lets the others in

	commitScript  = newScript(commitText)
	peekScript    = newScript(peekText)
	flushedScript = newScript(flushedText)
	retireScript  = newScript(retireText)
	forgetScript  = newScript(forgetText)
	flushScript   = newScript(flushText)
	leaseScript   = newScript(leaseText)

	scripts = []script{commitScript, peekScript, flushedScript, retireScript, forgetScript, flushScript, leaseScript}
)

func newScript(text string) script {
	sum := sha1.Sum([]byte(text)) // #nosec G401 -- see above
	return script{text, hex.EncodeToString(sum[:])}
}

// call is the command that runs the script.
func (s script) call(b rueidis.Builder, keys []string, args ...string) rueidis.Completed {
	return b.Evalsha().Sha1(s.sha).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build()
}

// eval is the command that runs a script by its text.
func eval(b rueidis.Builder, text, key string, args ...string) rueidis.Completed {
	return b.Eval().Script(text).Numkeys(1).Key(key).Arg(args...).Build()
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
