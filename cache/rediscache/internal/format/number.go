package format

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/dictrack/dictrack/limiter"
)

// AppendVersion appends a version as 16 hexadecimal digits, which sort like the numbers.
func AppendVersion(dst []byte, n uint64) []byte {
	var b [versionDigits / 2]byte
	binary.BigEndian.PutUint64(b[:], n)
	return hex.AppendEncode(dst, b[:])
}

// AppendTime appends a time in Unix milliseconds as 16 digits, which sort like the times: the sign bit is inverted.
func AppendTime(dst []byte, t int64) []byte { return AppendVersion(dst, uint64(t)^1<<63) }

// appendCount appends a number of trackers as 8 digits.
func appendCount(dst []byte, n int) []byte {
	var b [countDigits / 2]byte
	binary.BigEndian.PutUint32(b[:], uint32(n)) // #nosec G115 -- a group has fewer trackers
	return hex.AppendEncode(dst, b[:])
}

var errNumber = errors.New("invalid hexadecimal digits")

// cutNumber reads a number of so many digits from the front of s.
func cutNumber(s string, digits int) (n uint64, rest string, err error) {
	if len(s) < digits {
		return 0, "", errNumber
	}
	if n, err = strconv.ParseUint(s[:digits], 16, 64); err != nil || strings.ToLower(s[:digits]) != s[:digits] {
		return 0, "", errNumber
	}
	return n, s[digits:], nil
}

// cutTime reads what AppendTime wrote.
func cutTime(s string) (t int64, rest string, err error) {
	n, rest, err := cutNumber(s, versionDigits)
	return int64(n ^ 1<<63), rest, err // #nosec G115 -- the bits of a time
}

// ParseVersion reads what AppendVersion wrote; false if it is something else.
func ParseVersion(s string) (uint64, bool) {
	n, rest, err := cutNumber(s, versionDigits)
	return n, err == nil && rest == ""
}

// Decimal is n in decimal digits.
func Decimal(n int64) string { return strconv.FormatInt(n, 10) }

// Score is a time as a score of a sorted set. Times that a score cannot represent become the nearest that it can.
func Score(t int64) string { return Decimal(min(max(t, -MaxScore), MaxScore)) }

// ScoreTime is the time of a score.
func ScoreTime(score float64) int64 {
	if math.IsNaN(score) || score >= limiter.Never {
		return limiter.Never
	}
	return int64(score)
}
