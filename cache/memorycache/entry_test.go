package memorycache

import (
	"strings"
	"testing"
	"unsafe"
)

// What every call writes shares one cache line: the lock of the mailbox and the first fields of the group.
func TestLayoutOfInlineEntries(t *testing.T) {
	const line = 64
	var e inlineEntry
	lock := unsafe.Offsetof(e.box) + unsafe.Offsetof(e.box.Mutex)
	if own := unsafe.Offsetof(e.own); lock/line != own/line {
		t.Errorf("the lock is at offset %d and the group at %d, want both in one line of %d bytes", lock, own, line)
	}
}

func TestNamesAreCopied(t *testing.T) {
	for _, name := range []string{"", "short", strings.Repeat("n", 40), strings.Repeat("n", 41)} {
		bytes := []byte(name)
		e := newEntry(unsafe.String(unsafe.SliceData(bytes), len(bytes)), 1, true)
		clear(bytes)
		if e.name != name {
			t.Errorf("the entry's name is %q, want %q", e.name, name)
		}
	}
}
