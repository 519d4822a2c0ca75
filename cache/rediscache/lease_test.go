package rediscache_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A process that was too late again and again is let through first: others wait for it, at most until its time is over.
// Nobody who only reads does.
func TestLetThrough(t *testing.T) {
	s, prefix := singleServer(t), space()
	m := manage(t, open(t, s.URL(), quick(prefix)), nil)
	must(t, m, "g", 1, "")
	client, ctx := dial(t, s.Address()), context.Background()
	key := keyOf(t, client, prefix, ":g:g")
	meta, err := client.Do(ctx, client.B().Hget().Key(key).Field("m").Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	const patience = 400 * time.Millisecond
	lease := fmt.Sprint("somebody", time.Now().Add(patience).UnixMilli())
	err = client.Do(ctx, client.B().Hset().Key(key).FieldValue().FieldValue("w", lease).FieldValue("m", "!"+meta[1:]).Build()).Error()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	expectTotal(t, manage(t, open(t, s.URL(), quick(prefix)), nil), "g", 1)
	if took := time.Since(began); took > patience/2 {
		t.Errorf("a read takes %v, as if it waited", took)
	}
	must(t, m, "g", 1, "")
	if took := time.Since(began); took < patience/2 || took > 20*patience {
		t.Errorf("a call takes %v, want about %v", took, patience)
	}
	fields, err := client.Do(ctx, client.B().Hgetall().Key(key).Build()).AsStrMap()
	if err != nil || fields["w"] != "" || !strings.HasPrefix(fields["m"], "1") {
		t.Errorf("afterwards w is %q, m is %q, %v; want none, and a record", fields["w"], fields["m"], err)
	}
	expectTotal(t, m, "g", 2)
}
