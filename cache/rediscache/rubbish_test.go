package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/memorystore"
)

// keyOf finds the only key with a suffix.
func keyOf(t *testing.T, client rueidis.Client, prefix, end string) string {
	t.Helper()
	keys, err := client.Do(context.Background(), client.B().Keys().Pattern(prefix+"*"+end).Build()).AsStrSlice()
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %q that end with %q: %v", keys, end, err)
	}
	return keys[0]
}

// Each corruption affects one group, with an error that names it, and is not overwritten; other groups work.
func TestCorruptGroup(t *testing.T) {
	client := dial(t, singleServer(t).Address())
	b := func(key string) rueidis.Builder { return client.B() }
	var corrupt *record.CorruptError
	var other *record.FormatError
	field := func(key, field string, change func(string) string) []rueidis.Completed {
		old, err := client.Do(context.Background(), client.B().Hget().Key(key).Field(field).Build()).ToString()
		if err != nil {
			t.Fatalf("read %s of %q: %v", field, key, err)
		}
		return []rueidis.Completed{client.B().Hset().Key(key).FieldValue().FieldValue(field, change(old)).Build()}
	}
	flip := func(s string) string { return s[:len(s)-1] + string(s[len(s)-1]^1) }
	for name, one := range map[string]struct {
		spoil func(key string) []rueidis.Completed
		want  any
	}{
		"another type": {func(key string) []rueidis.Completed {
			return []rueidis.Completed{
				b(key).Del().Key(key).Build(), b(key).Set().Key(key).Value("rubbish").Build(),
			}
		}, &corrupt},
		"a wrong checksum": {func(key string) []rueidis.Completed { return field(key, "m", flip) }, &corrupt},
		"no record": {func(key string) []rueidis.Completed {
			return field(key, "m", func(string) string { return "" })
		}, &corrupt},
		"not a record": {func(key string) []rueidis.Completed {
			return field(key, "m", func(string) string { return "rubbish" })
		}, &corrupt},
		"a patch that is none": {func(key string) []rueidis.Completed {
			return []rueidis.Completed{b(key).Hset().Key(key).FieldValue().FieldValue("d", "rubbish").Build()}
		}, &corrupt},
		"a newer format": {func(key string) []rueidis.Completed {
			return field(key, "m", func(s string) string { return "2" + s[1:] })
		}, &other},
		"states of another group": {func(key string) []rueidis.Completed {
			return field(key, "s0", func(string) string { return strings.Repeat("x", 20) })
		}, &corrupt},
		"a cut layout": {func(key string) []rueidis.Completed {
			return field(key, "l0", func(s string) string { return s[:4] })
		}, &corrupt},
		"a missing chunk": {func(key string) []rueidis.Completed {
			return []rueidis.Completed{b(key).Hdel().Key(key).Field("s0").Build()}
		}, &corrupt},
		"no counter of what the store has": {func(key string) []rueidis.Completed { return field(key, "f", flip) }, &corrupt},
	} {
		t.Run(name, func(t *testing.T) {
			prefix, kept := newPrefix(), memorystore.New()
			m := newManager(t, open(t, singleServer(t).URL(), testOptions(prefix)), kept)
			mustAdd(t, m, "bad", 1, "a")
			mustAdd(t, m, "good", 1, "a")
			if err := m.Sync(t.Context()); err != nil { // or it notes in the midst of this what the store has
				t.Fatal(err)
			}
			key := keyOf(t, client, prefix, ":g:bad")
			for _, result := range client.DoMulti(context.Background(), one.spoil(key)...) {
				if err := result.Error(); err != nil {
					t.Fatal(err)
				}
			}
			before := dump(t, client, key)
			fresh := open(t, singleServer(t).URL(), testOptions(prefix)) // one that knows nothing
			reader := newManager(t, fresh, kept)
			if err := add(reader, "bad", 1, "b"); !errors.As(err, one.want) || !strings.Contains(err.Error(), `"bad"`) {
				t.Errorf("a call on the group: %v, want a %T that names it", err, one.want)
			}
			mustAdd(t, reader, "good", 1, "b")
			expectTotal(t, reader, "good", 2)
			if dump(t, client, key) != before {
				t.Error("the rubbish was changed")
			}
			if err := client.Do(context.Background(), client.B().Del().Key(key).Build()).Error(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// dump is what a key holds, in an order that does not depend on the server.
func dump(t *testing.T, client rueidis.Client, key string) string {
	t.Helper()
	ctx := context.Background()
	if fields, err := client.Do(ctx, client.B().Hgetall().Key(key).Build()).AsStrMap(); err == nil {
		return fmt.Sprint(fields)
	}
	s, err := client.Do(ctx, client.B().Dump().Key(key).Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Corruption outside of groups: message ids, and the keys of a shard.
func TestCorruptShardKeys(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	prefix := newPrefix()
	m := newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 1, "a")
	ids := keyOf(t, client, prefix, ":i")
	shard := strings.TrimSuffix(ids, "i")
	do := func(commands ...rueidis.Completed) {
		t.Helper()
		for _, result := range client.DoMulti(context.Background(), commands...) {
			if err := result.Error(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var corrupt *record.CorruptError
	do(client.B().Hset().Key(ids).FieldValue().FieldValue("g\x00b", "rubbish").Build())
	if err := add(m, "g", 1, "b"); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), `id "b" of group "g"`) {
		t.Errorf("an id that cannot be read: %v", err)
	}
	mustAdd(t, m, "g", 1, "c")
	expectTotal(t, m, "g", 2)

	hours := shard + "x"
	do(client.B().Rename().Key(hours).Newkey(shard+"moved").Build(), client.B().Set().Key(hours).Value("rubbish").Build())
	if err := add(m, "g", 1, "d"); !errors.As(err, &corrupt) {
		t.Errorf("a key of the shard is of another type: %v", err)
	}
	expectTotal(t, m, "g", 2) // wholly or not at all
	mustAdd(t, m, "g", 1, "") // which does not need the key
	mustAdd(t, m, "another", 1, "a")
	do(client.B().Rename().Key(shard + "moved").Newkey(hours).Build())
	mustAdd(t, m, "g", 1, "d")
	expectTotal(t, m, "g", 4)
}

// The error of a missing or damaged definition names it.
func TestCorruptDefinition(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	prefix := newPrefix()
	m := newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 1, "a")
	keys, err := client.Do(context.Background(), client.B().Keys().Pattern(prefix+"{d*").Build()).AsStrSlice()
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %q: %v", keys, err)
	}
	fields, err := client.Do(context.Background(), client.B().Hkeys().Key(keys[0]).Build()).AsStrSlice()
	if err != nil || len(fields) != 1 {
		t.Fatalf("fields %q: %v", fields, err)
	}
	for _, spoil := range []rueidis.Completed{
		client.B().Hset().Key(keys[0]).FieldValue().FieldValue(fields[0], "{}").Build(),
		client.B().Hdel().Key(keys[0]).Field(fields[0]).Build(),
	} {
		if err := client.Do(context.Background(), spoil).Error(); err != nil {
			t.Fatal(err)
		}
		other := newBareManager(t, open(t, s.URL(), testOptions(prefix)))
		var corrupt *record.CorruptError
		if err := add(other, "g", 1, "b"); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), "definition") {
			t.Errorf("a damaged definition: %v", err)
		}
	}
}
