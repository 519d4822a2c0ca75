package rediscache

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/group"
)

// flushed is what the Backing has of a group.
type flushed struct {
	version uint64
	places  int
}

func (f flushed) seal(key string) string {
	b := appendHex([]byte(formatMark), f.version)
	return seal(key, fieldFlushed, appendCount(b, f.places))
}

func parseFlushed(key, sealed string) (flushed, error) {
	if err := formatOf(sealed); err != nil {
		return flushed{}, err
	}
	s, err := unseal(key, fieldFlushed, sealed)
	if err != nil {
		return flushed{}, err
	}
	version, rest, err1 := cutHex(s[1:], 16)
	places, rest, err2 := cutHex(rest, 8)
	if rest != "" {
		err = fmt.Errorf("%d bytes too many", len(rest))
	}
	return flushed{version, int(places)}, errors.Join(err, err1, err2)
}

// sealSeen is what is remembered of an id.
func sealSeen(key, field string, s *group.Seen) string {
	b := binary.BigEndian.AppendUint64(appendTime(nil, s.Expires), s.Version)
	return seal(key, field, append(b, s.Hash[:]...))
}

func parseSeen(key, field, sealed string) (group.Seen, error) {
	s, err := unseal(key, field, sealed)
	if err != nil {
		return group.Seen{}, err
	}
	expires, rest, err := cutHex(s, 16)
	seen := group.Seen{ID: idOf(field), Expires: int64(expires ^ 1<<63)}
	if err != nil || len(rest) != 8+len(seen.Hash) {
		return group.Seen{}, errors.New("it is not what is remembered of an id")
	}
	seen.Version = binary.BigEndian.Uint64([]byte(rest))
	copy(seen.Hash[:], rest[8:])
	return seen, nil
}
