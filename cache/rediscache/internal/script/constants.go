package script

import (
	"strconv"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/record"
)

// Codes that the commit script answers with. Where all is as expected it answers 1.
const (
	CodeNoEpoch  = "no epoch" // the shard never had an epoch
	CodeFlushing = "flushing" // a process flushes the shard
	CodeYield    = "yield"    // another process holds a lease on the group and commits first
	CodeGroup    = "group"    // something is not as expected; what is stored follows
)

// The second argument of a group's part of a commit: what is expected of the group. It is an epoch, followed by one of
// ExpectAbsent, ExpectAny, and the mark and version of the group; or ExpectAny alone.
const (
	ExpectAbsent = "-" // there is no such group
	ExpectAny    = "?" // nothing is as expected, so that the answer says what is stored
)

// The third argument, which is looked at only when not all is as expected, is a process, WantLease or NoLease, the
// version of the layout that the caller has, and the number of evictions after which it found no group.
const (
	WantLease = "1" // the caller has lost against other processes several times in a row
	NoLease   = "0"

	slowProcess   = 0
	slowWantLease = slowProcess + format.ProcessSize
	slowLayout    = slowWantLease + len(WantLease)
	slowEvictions = slowLayout + versionSize
)

const versionSize = format.EndMetaVersion - format.MetaVersion

// MaxArgs is how many arguments a script hands to one command: Lua has a limit.
const MaxArgs = 1000

// minEpochAge is how many seconds after the beginning of an epoch the store may still receive commits of processes that
// died with the server.
const minEpochAge = 60

// leaseMilliseconds is how long a process that got a lease on a group has for its commit.
const leaseMilliseconds = 50

// Sizes are the numbers of a group's keys, message ids, fields and arguments in a call of the commit script. They are
// packed into one number, because reading an argument costs a script about as much as arithmetic on it.
type Sizes struct{ Keys, IDs, Fields, Args int }

// The numbers that each size has in a packed one. In all they have 53 bits, as many as numbers in Lua.
const (
	keySizes   = 1 << 11
	idSizes    = 1 << 11
	fieldSizes = 1 << 10
)

// Append appends the packed sizes in decimal digits. The script unpacks them in read_sizes.
func (s Sizes) Append(dst []byte) []byte {
	packed := ((uint64(s.Args)*fieldSizes+uint64(s.Fields))*idSizes+uint64(s.IDs))*keySizes + uint64(s.Keys) // #nosec G115
	return strconv.AppendUint(dst, packed, 10)
}

// Constants are the values of the names in the scripts. Positions in texts are the first and the last, counted from 1.
var Constants = map[string]string{
	"MARK":       text(format.Mark),
	"LEASE_MARK": text(format.LeaseMark),

	"MARK_AND_VERSION_LAST": number(format.EndMetaVersion),
	"VERSION_FIRST":         number(format.MetaVersion + 1),
	"VERSION_LAST":          number(format.EndMetaVersion),
	"LAYOUT_FIRST":          number(format.MetaLayout + 1),
	"LAYOUT_LAST":           number(format.EndMetaLayout),
	"COUNT_FIRST":           number(format.MetaCount + 1),
	"COUNT_LAST":            number(format.EndMetaCount),

	"FIELD_META":          text(format.FieldMeta),
	"FIELD_STORE_VERSION": text(format.FieldStoreVersion),
	"FIELD_PATCH":         text(format.FieldPatch),
	"FIELD_LEASE":         text(format.FieldLease),
	"STATES_PREFIX":       text(format.StatesPrefix),
	"CHUNK_SIZE":          number(record.ChunkSize),
	"ALL_CHUNKS":          text(format.AllChunks),

	"HEAD_EPOCH":     text(format.HeadEpoch),
	"HEAD_SINCE":     text(format.HeadSince),
	"HEAD_SERVER":    text(format.HeadServer),
	"HEAD_EVICTIONS": text(format.HeadEvictions),
	"HEAD_FLOOR":     text(format.HeadFloor),
	"HEAD_FLUSH":     text(format.HeadFlush),

	"EPOCH_LAST":         number(format.EpochSize),
	"EXPECTED_FIRST":     number(format.EpochSize + 1),
	"EXPECT_ABSENT":      text(ExpectAbsent),
	"WANT_LEASE":         text(WantLease),
	"PROCESS_LAST":       number(format.ProcessSize),
	"AFTER_PROCESS":      number(format.ProcessSize + 1),
	"SLOW_LEASE":         number(slowWantLease + 1),
	"SLOW_LAYOUT_FIRST":  number(slowLayout + 1),
	"SLOW_LAYOUT_LAST":   number(slowEvictions),
	"SLOW_EVICTIONS":     number(slowEvictions + 1),
	"LEASE_MILLISECONDS": number(leaseMilliseconds),
	"MIN_EPOCH_AGE":      number(minEpochAge),
	"NUMBER_SIZE":        number(versionSize), // of a version or a time in front of something else
	"AFTER_NUMBER":       number(versionSize + 1),
	"MAX_ARGS":           number(MaxArgs),
	"KEY_SIZES":          number(keySizes),
	"ID_SIZES":           number(idSizes),
	"FIELD_SIZES":        number(fieldSizes),
	"CODE_NO_EPOCH":      text(CodeNoEpoch),
	"CODE_FLUSHING":      text(CodeFlushing),
	"CODE_YIELD":         text(CodeYield),
	"CODE_GROUP":         text(CodeGroup),
}

func text(s string) string { return "'" + s + "'" }

func number(n int) string { return strconv.Itoa(n) }
