// Package script holds the Lua scripts of the cache. Servers know a loaded script by the SHA-1 of its text.
//
// Scripts are valid Lua that names offsets, fields and codes in capital letters. Constants is the one table of their
// values, most of which come from package format; each name is replaced by its value when the program starts, so that
// Go and Lua cannot disagree and the names cost the server nothing.
package script

import (
	"crypto/sha1" // #nosec G505 -- the name that Redis gives to a script
	"embed"
	"encoding/hex"
	"regexp"

	"github.com/redis/rueidis"
)

// Script is a Lua script that servers run by its hash.
type Script struct{ Text, SHA string }

//go:embed *.lua
var files embed.FS

// The scripts that a server gets once its shards have a new epoch. A server that restarted, or was a replica until now,
// has none of them, and so takes no commit before that.
var (
	Commit           = newScript("commit")
	ReadDirty        = newScript("read_dirty")
	MarkPersisted    = newScript("mark_persisted")
	EvictIdle        = newScript("evict_idle")
	DeleteExpiredIDs = newScript("delete_expired_ids")
	HoldShard        = newScript("hold_shard")
	Lease            = newScript("lease")

	Loaded = []Script{Commit, ReadDirty, MarkPersisted, EvictIdle, DeleteExpiredIDs, HoldShard, Lease}
)

// NewEpoch gives a shard a new epoch. It is never loaded, because it comes before the others.
var NewEpoch = newScript("new_epoch")

// names are what a script takes from Constants: words in capital letters outside of comments and texts.
var names = regexp.MustCompile(`\b[A-Z][A-Z0-9_]*\b`)

var comments = regexp.MustCompile(`(?m)--.*$`)

func newScript(name string) Script {
	source, err := files.ReadFile(name + ".lua")
	if err != nil {
		panic(err) // cannot be: it is part of the program
	}
	text := comments.ReplaceAllString(string(source), "")
	text = names.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := Constants[name]; ok {
			return value
		}
		return name
	})
	sum := sha1.Sum([]byte(text)) // #nosec G401 -- see above
	return Script{text, hex.EncodeToString(sum[:])}
}

// Call is the command that runs a loaded script.
func (s Script) Call(b rueidis.Builder, keys []string, args ...string) rueidis.Completed {
	return b.Evalsha().Sha1(s.SHA).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build()
}

// Eval is the command that runs a script by its text, which loads it.
func (s Script) Eval(b rueidis.Builder, key string, args ...string) rueidis.Completed {
	return b.Eval().Script(s.Text).Numkeys(1).Key(key).Arg(args...).Build()
}
