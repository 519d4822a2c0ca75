package commit

import (
	"strconv"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"

	"github.com/redis/rueidis"
)

// request is the part of one group in a call of the commit script; see commit.lua.
type request struct {
	keys   []string
	args   []string // the first is for the sizes
	ids    int
	fields int // of the group, which come last in args
}

// write is a commit that was built.
type write struct {
	request
	change  *group.Pending // what the tasks changed; nil for nothing
	pending *group.Pending // what is written; nil for nothing: the request only asks whether the group is as expected

	layoutVersion uint64  // see format.Meta
	patchIndexes  []int32 // of trackers whose states are in the patch from then on
	writesPatch   bool    // in place of chunks
	token         format.Token

	definitions []record.Definition // that must be in Redis before
	generation  uint64              // see replica
}

// command adds a command on a key.
func (q *request) command(name, key string, args ...string) {
	q.args = append(q.args, name, strconv.Itoa(q.keyIndex(key)), strconv.Itoa(len(args)))
	q.args = append(q.args, args...)
}

func (q *request) keyIndex(key string) int {
	for i, k := range q.keys {
		if k == key {
			return i + 1
		}
	}
	q.keys = append(q.keys, key)
	return len(q.keys)
}

// commands adds as many commands as a long list of arguments needs. It is cut at multiples of unit.
func (q *request) commands(name, key string, unit int, args []string) {
	for size := script.MaxArgs / unit * unit; len(args) > 0; {
		part := args[:min(size, len(args))]
		args = args[len(part):]
		q.command(name, key, part...)
	}
}

// arena is memory that attempts reuse.
type arena struct {
	write      write
	keys, args []string
	chunks     []string
	text       []byte // of small arguments
}

// since returns what was appended to the text from an offset on. It stays valid while the text grows, until reset.
func (m *arena) since(from int) string { return rueidis.BinaryString(m.text[from:]) }

// withChecksum appends the checksum of a field whose value is the text from an offset on, and returns both.
func (m *arena) withChecksum(key, field string, from int) string {
	m.text = format.AppendChecksum(m.text, from, key, field)
	return m.since(from)
}

// The memory of requests that are larger than usual is not reused.
const (
	maxReusedArgs = 128
	maxReusedText = 4096
)

// reset prepares the arena for another attempt. If a request may still be on its way to a server, answered is false, and
// the text that it consists of is given up.
func (m *arena) reset(answered bool) {
	if m.text = m.text[:0]; !answered || cap(m.text) > maxReusedText {
		m.text = nil
	}
	if cap(m.args) > maxReusedArgs || cap(m.chunks) > maxReusedArgs {
		*m = arena{}
		return
	}
	m.write = write{}
	for _, texts := range [][]string{m.keys, m.args, m.chunks} {
		clear(texts[:cap(texts)])
	}
}
