package mongostore

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/record"
)

// FuzzKeys: any name comes back from its key, and keys are in the order of names.
func FuzzKeys(f *testing.F) {
	f.Add("Robot001", "Robot01")
	f.Add("\xff", "ÿ")
	f.Add("\xc3\x28", "ä")
	f.Fuzz(func(t *testing.T, a, b string) {
		if back, ok := nameOf(keyOf(a)); !ok || back != a {
			t.Fatalf("name %q became %q, %v", a, back, ok)
		}
		if strings.Compare(keyOf(a), keyOf(b)) != strings.Compare(a, b) {
			t.Fatalf("names %q, %q: their keys are in another order", a, b)
		}
		nameOf(a) // whatever the text is
	})
}

// FuzzSeen: any bytes give an error or ids that are written alike.
func FuzzSeen(f *testing.F) {
	f.Add(appendID(appendID(nil, &record.MessageID{ID: "a", Version: 1, Expires: -1}), &record.MessageID{ID: "\x00", Hash: [16]byte{1}}))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, payload []byte) {
		all, err := parseIDs(payload)
		if err != nil {
			return
		}
		var again []byte
		for i := range all {
			again = appendID(again, &all[i])
		}
		back, err := parseIDs(again)
		if err != nil || !reflect.DeepEqual(all, back) {
			t.Fatalf("%v became %v, %v", all, back, err)
		}
	})
}

// FuzzDocument: nothing that is in the database makes reading panic.
func FuzzDocument(f *testing.F) {
	sound, err := bson.Marshal(doc("_id", "g", "f", int32(1), "v", int64(3), "b", int64(0), "n", int64(1), "initialized", true,
		"c", doc("0", doc("l", bson.Binary{Data: []byte("x")}, "s", bson.NewObjectID(), "v", int64(3))),
		"ids", doc("3-0", bson.Binary{}), "w", doc("x", bson.NewObjectID()), "updated", bson.DateTime(5)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bson.Raw(raw).Validate() != nil {
			return
		}
		d, err := parse(raw)
		if err != nil {
			return
		}
		_, _ = d.record("g")
		_, _, _ = d.findInlineID("id")
		_, _ = d.idDocs(0)
	})
}

// TestSeals: a value is only what it was sealed as.
func TestSeals(t *testing.T) {
	payload := []byte("payload")
	value := seal("key", kindStates, 3, slices.Clone(payload))
	if got, err := unseal("key", kindStates, 3, value); err != nil || !bytes.Equal(got, payload) {
		t.Fatalf("%q, %v", got, err)
	}
	for what, open := range map[string]func() ([]byte, error){
		"another group": func() ([]byte, error) { return unseal("kez", kindStates, 3, value) },
		"another kind":  func() ([]byte, error) { return unseal("key", kindLayout, 3, value) },
		"another chunk": func() ([]byte, error) { return unseal("key", kindStates, 4, value) },
		"cut short":     func() ([]byte, error) { return unseal("key", kindStates, 3, value[:len(value)-1]) },
		"nothing":       func() ([]byte, error) { return unseal("key", kindStates, 3, nil) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s: %q", what, got)
		}
	}
}

// TestLargeValues: what does not fit the group's document becomes a part, and what fits no document is
// refused.
func TestLargeValues(t *testing.T) {
	w := &write{name: "g", key: "g", version: 1, inline: 2}
	for _, c := range []struct {
		index, size int
		apart       bool
	}{{0, 10, false}, {1, 10, false}, {2, 10, true}, {0, maxInlineValue, true}, {0, maxOverflow, true}} {
		v, err := w.encodeValue(kindStates, c.index, make([]byte, c.size))
		if _, apart := v.(bson.ObjectID); err != nil || apart != c.apart {
			t.Errorf("%d bytes of chunk %d: %T, %v, want a part: %v", c.size, c.index, v, err, c.apart)
		}
	}
	if _, err := w.encodeValue(kindStates, 0, make([]byte, maxOverflow+1)); err == nil || !strings.Contains(err.Error(), `group "g"`) {
		t.Errorf("states that are too large: %v, want an error that names the group", err)
	}
	w.encodeIDs(make([]record.MessageID, 200_000))
	if n := len(w.set); n < 2 || w.idCount != 200_000 {
		t.Errorf("200,000 ids are in %d entries, want several", n)
	}
}

// TestClaims: of two who want the same keys, one waits.
func TestClaims(t *testing.T) {
	var c keyedMutex
	release, err := c.lock(t.Context(), []string{"b", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := contextThatEnds(t)
	defer cancel()
	if _, err := c.lock(ended, []string{"c", "a"}); err == nil {
		t.Fatal("a key was taken twice")
	}
	done := make(chan func())
	go func() {
		second, _ := c.lock(t.Context(), []string{"a", "c"})
		done <- second
	}()
	release()
	(<-done)()
	if len(c.held) != 0 {
		t.Errorf("%v are taken, want none", c.held)
	}
}
