package pebblestore

import (
	"bytes"
	"encoding/hex"
	"math"
	"reflect"
	"testing"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// exampleHeads are some of every kind.
var exampleHeads = []groupValue{
	{},
	{version: 1, due: limiter.Never, inline: true},
	{version: 7, due: 1_800_000_000_000, initialized: true, inline: true, count: 3, firstChunk: []byte{0, 1, 2, 3, 4, 5}},
	{version: math.MaxUint64, due: math.MinInt64, initialized: true, count: 1_000_000},
}

var sightings = []record.MessageID{
	{},
	{Hash: [16]byte{1, 2, 15: 3}, Version: 5, Expires: 1_800_000_000_000},
	{Version: math.MaxUint64, Expires: math.MinInt64},
}

// TestFormat pins what records look like on disk: whoever changes it changes the format's number.
func TestFormat(t *testing.T) {
	id := tracker.ID{0xaa, 15: 0xbb}
	for what, c := range map[string]struct{ got, want string }{
		"key of a group":      {string(groupKey("a/b")), "67612f62"},
		"key of a chunk":      {string(chunkKey(kindChunk, "ab", 258)), "6361620000000102"},
		"key of a layout":     {string(chunkKey(kindLayout, "ab", 0)), "6c61620000000000"},
		"key of an id":        {string(messageIDKey("ab", "id")), "69616200" + "6964"},
		"key of an expiry":    {string(expiryKey(1, "ab", "id")), "78" + "8000000000000001" + "616200" + "6964"},
		"key of a due time":   {string(dueKey(-1, "ab")), "74" + "7fffffffffffffff" + "6162"},
		"key of a definition": {string(definitionKey(id)), "44" + "aa0000000000000000000000000000bb"},
		"key of the floor":    {string(firstVersionKey()), "46"},
		"head":                {string(exampleHeads[2].append(nil)), "03" + "07" + "80c0e285e368" + "03" + "000102030405"},
		"id":                  {string(appendMessageID(nil, &sightings[1])), "0102000000000000000000000000000305" + "80c0e285e368"},
		"layout":              {string(wire.AppendLayout(nil, []tracker.ID{id, {}})), "aa0000000000000000000000000000bb" + "00000000000000000000000000000000"},
		"value":               {string(checksum.Seal([]byte("gab"), format, []byte{1, 2})), "01" + "0102" + "076f47da"},
	} {
		if got := hex.EncodeToString([]byte(c.got)); got != c.want {
			t.Errorf("%s is %s, want %s", what, got, c.want)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add([]byte("gname"), checksum.Seal([]byte("gname"), format, []byte("payload")))
	f.Add([]byte("x"), checksum.Seal([]byte("x"), format, nil))
	f.Add([]byte{}, []byte{format, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, key, value []byte) {
		payload, err := checksum.Unseal(key, format, value)
		if err == nil && !bytes.Equal(checksum.Seal(key, format, payload), value) {
			t.Errorf("%x is taken for a value of %x", value, payload)
		}
		if payload, err = checksum.Unseal(key, format, checksum.Seal(key, format, value)); err != nil || !bytes.Equal(payload, value) {
			t.Errorf("%x comes back as %x, %v", value, payload, err)
		}
	})
}

func FuzzHead(f *testing.F) {
	for i := range exampleHeads {
		f.Add(exampleHeads[i].append(nil))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		h, err := parseGroup(payload)
		if err != nil {
			return
		}
		again, err := parseGroup(h.append(nil))
		if err != nil || !reflect.DeepEqual(again, h) {
			t.Errorf("%+v comes back as %+v, %v", h, again, err)
		}
	})
}

func FuzzSeen(f *testing.F) {
	for i := range sightings {
		f.Add(appendMessageID(nil, &sightings[i]))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		seen, err := parseMessageID("id", payload)
		if err != nil {
			return
		}
		again, err := parseMessageID("id", appendMessageID(nil, &seen))
		if err != nil || again != seen {
			t.Errorf("%+v comes back as %+v, %v", seen, again, err)
		}
	})
}

func FuzzLayout(f *testing.F) {
	f.Add(wire.AppendLayout(nil, []tracker.ID{{1}, {2}}), 2)
	f.Add([]byte{}, 0)
	f.Add([]byte{1}, -1)
	f.Fuzz(func(t *testing.T, payload []byte, want int) {
		layout, err := wire.ParseLayout(nil, payload, want)
		if err == nil && (len(layout) != want || !bytes.Equal(wire.AppendLayout(nil, layout), payload)) {
			t.Errorf("%x is taken for %v", payload, layout)
		}
	})
}

func FuzzFloor(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, err := parseFirstVersion(payload); err == nil && (len(payload) == 0 || len(payload) > 10) {
			t.Errorf("%x is taken for a version", payload)
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(expiryKey(5, "name", "id\x00id"))
	f.Add(dueKey(-5, "name"))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, key []byte) {
		if len(key) == 0 {
			return
		}
		if at, name, id, err := parseExpiry(key); err == nil && !bytes.Equal(expiryKey(at, name, id)[1:], key[1:]) {
			t.Errorf("%q is taken for the expiry of %q, %q at %d", key, name, id, at)
		}
		if at, name, err := parseTimeKey(key); err == nil && !bytes.Equal(dueKey(at, name)[1:], key[1:]) {
			t.Errorf("%q is taken for the due time of %q at %d", key, name, at)
		}
	})
}

func FuzzMark(f *testing.F) {
	f.Add([]byte("dictrack store, format 1\n"))
	f.Add([]byte("dictrack store, format 99999999999999999999\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := checkMarker(content); err == nil && !bytes.HasPrefix(content, []byte("dictrack store, format ")) {
			t.Errorf("%q is taken for a mark", content)
		}
	})
}
