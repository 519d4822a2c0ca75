package rediscache_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A process that has a lease on a group commits first. Others wait for it, at most until the lease expires; a read does
// not wait.
func TestCommitLease(t *testing.T) {
	s, prefix := singleServer(t), newPrefix()
	m := newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 1, "")
	client, ctx := dial(t, s.Address()), context.Background()
	key := keyOf(t, client, prefix, ":g:g")
	meta, err := client.Do(ctx, client.B().Hget().Key(key).Field("m").Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	const leaseTTL = 400 * time.Millisecond
	lease := fmt.Sprint("somebody", time.Now().Add(leaseTTL).UnixMilli())
	err = client.Do(ctx, client.B().Hset().Key(key).FieldValue().FieldValue("w", lease).FieldValue("m", "!"+meta[1:]).Build()).Error()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	expectTotal(t, newManager(t, open(t, s.URL(), testOptions(prefix)), nil), "g", 1)
	if took := time.Since(began); took > leaseTTL/2 {
		t.Errorf("a read takes %v, as if it waited", took)
	}
	mustAdd(t, m, "g", 1, "")
	if took := time.Since(began); took < leaseTTL/2 || took > 20*leaseTTL {
		t.Errorf("a call takes %v, want about %v", took, leaseTTL)
	}
	fields, err := client.Do(ctx, client.B().Hgetall().Key(key).Build()).AsStrMap()
	if err != nil || fields["w"] != "" || !strings.HasPrefix(fields["m"], "1") {
		t.Errorf("afterwards w is %q, m is %q, %v; want none, and a record", fields["w"], fields["m"], err)
	}
	expectTotal(t, m, "g", 2)
}
