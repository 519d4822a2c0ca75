package pebblestore

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/tracker"
)

// The first byte of a key is the kind of its record. Flush deletes the kinds with a small letter.
const (
	kindFirstVersion = 'F' // the version that new groups start from
	kindDefinition   = 'D' // + ID: canonical JSON

	kindGroup     = 'g' // + name: groupValue
	kindChunk     = 'c' // + name, NUL, index: states
	kindLayout    = 'l' // + name, NUL, index: IDs of definitions
	kindMessageID = 'i' // + name, NUL, id: what is remembered of it
	kindExpiry    = 'x' // + time, name, NUL, id: the index of expiries
	kindDue       = 't' // + time, name: the due index
)

// flushRange is the range of keys that Flush deletes, without its end.
var flushRange = [2][]byte{{'a'}, {'z' + 1}}

func firstVersionKey() []byte { return []byte{kindFirstVersion} }

func definitionKey(id tracker.ID) []byte { return append([]byte{kindDefinition}, id[:]...) }

func groupKey(name string) []byte { return append([]byte{kindGroup}, name...) }

// chunkKey is the key of a chunk's states or layout. No name contains NUL, so no key of one group lies
// among those of another.
func chunkKey(kind byte, name string, index int) []byte {
	key := append(append([]byte{kind}, name...), 0)
	return binary.BigEndian.AppendUint32(key, uint32(index)) // #nosec G115 -- a group never has that many chunks
}

func messageIDKey(name, id string) []byte {
	return append(append(append([]byte{kindMessageID}, name...), 0), id...)
}

func expiryKey(at int64, name, id string) []byte {
	return append(append(append(timeKey(kindExpiry, at), name...), 0), id...)
}

func dueKey(at int64, name string) []byte { return append(timeKey(kindDue, at), name...) }

// timeKey is the beginning of a key that sorts by time, in Unix milliseconds.
func timeKey(kind byte, at int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind}, uint64(at)^(1<<63)) // #nosec G115 -- the bits, sign turned
}

// timesUntil returns the range of the keys of a kind up to a time, which it includes.
func timesUntil(kind byte, at int64) (lower, upper []byte) {
	return []byte{kind}, successor(timeKey(kind, at))
}

// successor returns the lowest key above all that begin with prefix, whose first byte is a letter.
func successor(prefix []byte) []byte {
	last := len(prefix) - 1
	for prefix[last] == 0xff {
		last--
	}
	next := append([]byte(nil), prefix[:last+1]...)
	next[last]++
	return next
}

// parseTimeKey splits a key that timeKey began.
func parseTimeKey(key []byte) (at int64, rest string, err error) {
	if len(key) < 9 {
		return 0, "", fmt.Errorf("key %q is too short", key)
	}
	return int64(binary.BigEndian.Uint64(key[1:9]) ^ 1<<63), string(key[9:]), nil // #nosec G115 -- see momentKey
}

// parseExpiry splits a key that expiryKey made.
func parseExpiry(key []byte) (at int64, name, id string, err error) {
	at, rest, err := parseTimeKey(key)
	if err != nil {
		return 0, "", "", err
	}
	name, id, ok := strings.Cut(rest, "\x00")
	if !ok {
		return 0, "", "", fmt.Errorf("key %q has no id", key)
	}
	return at, name, id, nil
}
