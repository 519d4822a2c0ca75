package format

import (
	"errors"
	"fmt"
)

// Meta is the record of a group apart from its chunks.
type Meta struct {
	Version uint64
	Epoch   string // of the shard when the group was last compared with the store
	// LayoutVersion is the version that introduced the layout, that is the list of definitions. Within an epoch, no two
	// layouts of a group have the same.
	LayoutVersion uint64
	Due           int64 // when the next timer is due, in Unix milliseconds; limiter.Never for none
	Count         int   // of trackers, removed ones included
	Initialized   bool  // templates were applied
	// AllIDs says that all message ids of the group that anybody remembers are in Redis, so that the store need not be
	// asked for others.
	AllIDs bool
	Token  Token // of the commit that wrote this
}

// Token identifies a commit. No two commits have the same.
type Token [TokenSize]byte

// TokenSize is the length of a Token.
const TokenSize = 16

// The parts of a stored Meta, in their order, as the offsets of their first bytes and of what follows. Scripts use the
// same offsets; see package script.
const (
	metaMark       = 0
	MetaVersion    = metaMark + len(Mark)
	MetaEpoch      = MetaVersion + versionDigits
	MetaLayout     = MetaEpoch + EpochSize
	MetaDue        = MetaLayout + versionDigits
	MetaCount      = MetaDue + versionDigits
	metaFlags      = MetaCount + countDigits
	metaToken      = metaFlags + 1
	metaSize       = metaToken + TokenSize
	EndMetaVersion = MetaEpoch
	EndMetaLayout  = MetaDue
	EndMetaCount   = metaFlags
)

const (
	flagInitialized = 1 << iota
	flagAllIDs
)

// Append appends the record without its checksum.
func (m *Meta) Append(b []byte) []byte {
	var flags byte
	if m.Initialized {
		flags |= flagInitialized
	}
	if m.AllIDs {
		flags |= flagAllIDs
	}
	b = AppendVersion(append(b, Mark...), m.Version)
	b = AppendVersion(append(b, m.Epoch...), m.LayoutVersion)
	b = AppendTime(b, m.Due)
	b = append(appendCount(b, m.Count), '0'+flags)
	return append(b, m.Token[:]...)
}

// ParseMeta reads the meta field of the group with that key.
func ParseMeta(key, stored string) (Meta, error) {
	if stored != "" && stored[:1] == LeaseMark {
		stored = Mark + stored[1:]
	}
	if err := checkVersion(stored); err != nil {
		return Meta{}, err
	}
	s, err := CheckedValue(key, FieldMeta, stored)
	if err == nil && len(s) != metaSize {
		err = fmt.Errorf("%d bytes, want %d", len(s), metaSize)
	}
	if err != nil {
		return Meta{}, err
	}
	var m Meta
	var errs [4]error
	var count uint64
	m.Version, _, errs[0] = cutNumber(s[MetaVersion:], versionDigits)
	m.Epoch = s[MetaEpoch:MetaLayout]
	m.LayoutVersion, _, errs[1] = cutNumber(s[MetaLayout:], versionDigits)
	m.Due, _, errs[2] = cutTime(s[MetaDue:])
	count, _, errs[3] = cutNumber(s[MetaCount:], countDigits)
	flags := s[metaFlags] - '0'
	m.Count, m.Initialized, m.AllIDs = int(count), flags&flagInitialized != 0, flags&flagAllIDs != 0 // #nosec G115 -- 32 bits
	copy(m.Token[:], s[metaToken:])
	return m, errors.Join(errs[:]...)
}
