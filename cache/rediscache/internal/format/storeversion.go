package format

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/record"
)

// StoreVersion says what the store has of a group.
type StoreVersion struct {
	Version uint64
	Count   int // of trackers
}

// Encode is the stored form, for the group with that key.
func (v StoreVersion) Encode(key string) string {
	b := AppendVersion([]byte(Mark), v.Version)
	return WithChecksum(key, FieldStoreVersion, appendCount(b, v.Count))
}

func parseStoreVersion(key, stored string) (StoreVersion, error) {
	if err := checkVersion(stored); err != nil {
		return StoreVersion{}, err
	}
	s, err := CheckedValue(key, FieldStoreVersion, stored)
	if err != nil {
		return StoreVersion{}, err
	}
	version, rest, err1 := cutNumber(s[MetaVersion:], versionDigits)
	count, rest, err2 := cutNumber(rest, countDigits)
	if rest != "" {
		err = fmt.Errorf("%d bytes too many", len(rest))
	}
	return StoreVersion{version, int(count)}, errors.Join(err, err1, err2) // #nosec G115 -- 32 bits
}

// EncodeID is the stored form of a remembered message id, under a field of the hash with that key.
func EncodeID(key, field string, id *record.MessageID) string {
	b := binary.BigEndian.AppendUint64(AppendTime(nil, id.Expires), id.Version)
	return WithChecksum(key, field, append(b, id.Hash[:]...))
}

// ParseID reads what EncodeID wrote.
func ParseID(key, field, stored string) (record.MessageID, error) {
	s, err := CheckedValue(key, field, stored)
	if err != nil {
		return record.MessageID{}, err
	}
	expires, rest, err := cutTime(s)
	id := record.MessageID{ID: IDOf(field), Expires: expires}
	if err != nil || len(rest) != 8+len(id.Hash) {
		return record.MessageID{}, errors.New("it is not the record of a message id")
	}
	id.Version = binary.BigEndian.Uint64([]byte(rest))
	copy(id.Hash[:], rest[8:])
	return id, nil
}
