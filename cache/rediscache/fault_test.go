package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// traffic has workers insist on calls with ids until stop, and returns what each group has to have.
func traffic(t *testing.T, m *dictrack.Manager, who string, stop <-chan struct{}, counts *[3]atomic.Int64) *sync.WaitGroup {
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				addUntilKnown(t, m, fmt.Sprint("g", n%3), 1, fmt.Sprint(who, worker, ":", n))
				counts[n%3].Add(1)
			}
		})
	}
	return &all
}

func expectCounts(t *testing.T, m *dictrack.Manager, counts *[3]atomic.Int64) {
	t.Helper()
	for i := range counts {
		expectTotal(t, m, fmt.Sprint("g", i), counts[i].Load())
	}
}

// Replies are lost all the time: each message with an id counts once, with a store and without.
func TestLostAnswers(t *testing.T) {
	s := singleServer(t)
	p := newProxy(t, s.Address())
	m := newManager(t, open(t, p.url(), testOptions(newPrefix())), nil)
	addUntilKnown(t, m, "g0", 1, "first")
	p.cut.Store(7)
	var counts [3]atomic.Int64
	counts[0].Add(1)
	stop := make(chan struct{})
	all := traffic(t, m, "a", stop, &counts)
	time.Sleep(2 * time.Second)
	close(stop)
	all.Wait()
	p.cut.Store(0)
	if counts[1].Load() < 20 {
		t.Errorf("only %d calls came through", counts[1].Load())
	}
	expectCounts(t, m, &counts)
}

// A message without an id counts once if the call succeeds, and at most once if its outcome is unknown.
func TestLostAnswersWithoutIDs(t *testing.T) {
	s := singleServer(t)
	p := newProxy(t, s.Address())
	prefix := newPrefix()
	m, other := newManager(t, open(t, p.url(), testOptions(prefix)), nil), newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 0, "")
	p.cut.Store(5)
	var known, unknown atomic.Int64
	var all sync.WaitGroup
	for _, one := range []*dictrack.Manager{m, m, other} {
		all.Go(func() {
			for range 150 {
				switch err := add(one, "g", 1, ""); {
				case err == nil:
					known.Add(1)
				case errors.Is(err, dictrack.ErrUnknown):
					unknown.Add(1)
				}
			}
		})
	}
	all.Wait()
	p.cut.Store(0)
	got := total(t, other, "g")
	if got < known.Load() || got > known.Load()+unknown.Load() {
		t.Errorf("counted %d; %d calls succeeded and %d are unknown", got, known.Load(), unknown.Load())
	}
	t.Logf("%d succeeded, %d unknown, %d counted", known.Load(), unknown.Load(), got)
}

// A server with appendfsync always is killed repeatedly: it has everything that was acknowledged.
func TestServerKilledWithAppendOnlyFile(t *testing.T) {
	s := ownServer(t, "--appendonly", "yes", "--appendfsync", "always")
	m := newManager(t, open(t, s.URL(), testOptions(newPrefix())), nil)
	var counts [3]atomic.Int64
	stop := make(chan struct{})
	all := traffic(t, m, "a", stop, &counts)
	for range 3 {
		time.Sleep(300 * time.Millisecond)
		s.Kill()
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	close(stop)
	all.Wait()
	expectCounts(t, m, &counts)
}

// A server comes back empty. Its groups go on from what the store has, in all processes.
func TestServerComesBackEmpty(t *testing.T) {
	s := ownServer(t)
	kept, prefix := memorystore.New(), newPrefix()
	c := open(t, s.URL(), testOptions(prefix))
	m, other := newManager(t, c, kept), newManager(t, open(t, s.URL(), testOptions(prefix)), kept)
	for n := range 10 {
		mustAdd(t, m, "g", 1, fmt.Sprint("id", n))
	}
	expectTotal(t, other, "g", 10)
	syncCache(t, c)
	for round := range 3 {
		s.Kill()
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
		addUntilKnown(t, m, "g", 1, "id3") // counted before
		addUntilKnown(t, other, "g", 1, fmt.Sprint("new", round))
		addUntilKnown(t, m, "g", 1, fmt.Sprint("newer", round))
		expectTotal(t, m, "g", 12+2*int64(round))
		expectTotal(t, other, "g", 12+2*int64(round))
		syncCache(t, c)
	}
}

// A server comes back with an older state. Of each group, the later version of server and store counts.
func TestServerComesBackOlder(t *testing.T) {
	s := ownServer(t)
	kept, prefix := memorystore.New(), newPrefix()
	c := open(t, s.URL(), testOptions(prefix))
	m := newManager(t, c, kept)
	mustAdd(t, m, "later", 1, "a")
	mustAdd(t, m, "same", 1, "a")
	syncCache(t, c)
	if _, err := s.Do("save"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "later", 10, "b")
	mustAdd(t, m, "new", 5, "a")
	syncCache(t, c)
	s.Kill()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	expectTotal(t, m, "later", 11)
	expectTotal(t, m, "new", 5)
	addUntilKnown(t, m, "later", 10, "b")
	addUntilKnown(t, m, "later", 100, "c")
	addUntilKnown(t, m, "new", 5, "a")
	addUntilKnown(t, m, "same", 1, "a")
	addUntilKnown(t, m, "same", 1, "b")
	expectTotal(t, m, "later", 111)
	expectTotal(t, m, "new", 5)
	expectTotal(t, m, "same", 2)
	syncCache(t, c)
	for _, one := range []string{"later", "new", "same"} {
		record, err := kept.Load(context.Background(), one)
		if err != nil || len(record.Layout) != 1 {
			t.Errorf("the store has %+v of group %q: %v", record, one, err)
		}
	}
}

// A server without a store comes back with an older state and goes on from that: each message counts once, or is lost.
func TestServerComesBackOlderWithoutStore(t *testing.T) {
	s := ownServer(t)
	m := newManager(t, open(t, s.URL(), testOptions(newPrefix())), nil)
	mustAdd(t, m, "g", 1, "a")
	if _, err := s.Do("save"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "g", 10, "b")
	s.Kill()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	addUntilKnown(t, m, "g", 1, "a")
	expectTotal(t, m, "g", 1)
	addUntilKnown(t, m, "g", 10, "b")
	expectTotal(t, m, "g", 11)
}

// An operator may flush scripts and data.
func TestFlushedByHand(t *testing.T) {
	s := ownServer(t)
	kept := memorystore.New()
	c := open(t, s.URL(), testOptions(newPrefix()))
	m := newManager(t, c, kept)
	mustAdd(t, m, "g", 1, "a")
	if _, err := s.Do("script", "flush"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)
	syncCache(t, c)
	if _, err := s.Do("flushall"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "g", 1, "b")
	mustAdd(t, m, "g", 1, "c")
	expectTotal(t, m, "g", 3)
}

// A Sentinel set whose primary dies loses nothing, because a replica must have every commit.
func TestSentinelFailover(t *testing.T) {
	set, err := redis.StartSentinels("--appendonly", "yes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := testOptions(newPrefix())
	o.Replicas, o.Timeout = 1, 2*time.Second
	m := newManager(t, open(t, set.URL(), o), nil)
	for n := range 50 {
		addUntilKnown(t, m, "g", 1, fmt.Sprint("before", n))
	}
	set.Servers[0].Kill()
	eventually(t, "another primary", func() bool {
		primary, err := set.Primary()
		return err == nil && primary == set.Servers[1]
	})
	if err := set.Servers[0].Restart(); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Servers[0].Do("replicaof", "127.0.0.1", fmt.Sprint(set.Servers[1].Port)); err != nil { // the Sentinels take longer
		t.Fatal(err)
	}
	for n := range 50 {
		addUntilKnown(t, m, "g", 1, fmt.Sprint("before", n))
		addUntilKnown(t, m, "g", 1, fmt.Sprint("after", n))
	}
	expectTotal(t, m, "g", 100)
}

// With too few replicas no call succeeds. When they are back, the same message is found to be counted.
func TestTooFewReplicas(t *testing.T) {
	set, err := redis.StartSentinels()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := testOptions(newPrefix())
	o.Replicas, o.Timeout = 1, 500*time.Millisecond
	m := newManager(t, open(t, set.Servers[0].URL(), o), nil)
	mustAdd(t, m, "g", 1, "a")
	replica := set.Servers[1]
	if err := replica.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	err = add(m, "g", 1, "b")
	if !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("a call that no replica has: %v, want ErrUnknown", err)
	}
	if err := replica.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	addUntilKnown(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)

	o.Replicas = 5
	c := open(t, set.Servers[0].URL(), o)
	expectNoStart(t, c, "5")
}

// A primary of a cluster dies during calls. Its replica is promoted, and has everything that both had.
func TestClusterFailover(t *testing.T) {
	set, err := redis.StartCluster("--appendonly", "yes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := testOptions(newPrefix())
	o.Replicas, o.Timeout = 1, 2*time.Second
	kept := memorystore.New()
	c := open(t, set.URL(), o)
	m := newManager(t, c, kept)
	for n := range 60 {
		addUntilKnown(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("a", n))
	}
	var victim *redis.Server
	for _, node := range set.Nodes {
		if node.Primary(context.Background()) {
			victim = node
		}
	}
	victim.Kill()
	time.Sleep(500 * time.Millisecond)
	if err := victim.Restart(); err != nil { // so that its successor has a replica
		t.Fatal(err)
	}
	for n := range 60 {
		addUntilKnown(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("a", n))
		addUntilKnown(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("b", n))
	}
	for n := range 20 {
		expectTotal(t, m, fmt.Sprint("g", n), 6)
	}
	syncCache(t, c)
}

// lease is the key of the lease of a shard, by which it is written back.
func lease(prefix string, shard int) string { return fmt.Sprintf("%s{s%03d}:lease", prefix, shard) }

// The lease of a process that died expires; then another process writes its groups back.
func TestShardLeaseExpires(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), newPrefix()
	o := testOptions(prefix)
	o.WriteBackInterval = time.Hour
	c := open(t, s.URL(), o)
	m := newManager(t, c, kept)
	mustAdd(t, m, "g", 1, "a")
	const dead = 500 * time.Millisecond
	for shard := range 256 {
		set := client.B().Set().Key(lease(prefix, shard)).Value("somebody").PxMilliseconds(dead.Milliseconds()).Build()
		if err := client.Do(context.Background(), set).Error(); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	syncCache(t, c)
	if waited := time.Since(began); waited < dead/2 {
		t.Errorf("drained after %v, while another process held the lease", waited)
	}
	expectCount(t, kept, "g", 1)
}

// pausingStore is a store whose commits wait.
type pausingStore struct {
	store.Store
	came, passed chan struct{}
}

func (p *pausingStore) Commit(ctx context.Context, changes []*record.Change) error {
	p.came <- struct{}{}
	<-p.passed
	return p.Store.Commit(ctx, changes)
}

// A process pauses while it writes back, past its lease, and resumes after another process has written the same and more:
// that does no harm.
func TestPausedWriteBack(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), newPrefix()
	o := testOptions(prefix)
	o.WriteBackInterval = time.Hour
	slow := &pausingStore{Store: kept, came: make(chan struct{}, 10), passed: make(chan struct{})}
	c, other := open(t, s.URL(), o), open(t, s.URL(), o)
	m, active := newManager(t, c, slow), newManager(t, other, kept)
	mustAdd(t, m, "g", 1, "a")
	mustAdd(t, m, "h", 1, "a")
	var paused sync.WaitGroup
	paused.Go(func() { syncCache(t, c) })
	<-slow.came
	for shard := range 256 {
		if err := client.Do(context.Background(), client.B().Del().Key(lease(prefix, shard)).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	mustAdd(t, active, "g", 10, "b")
	syncCache(t, other)
	mustAdd(t, active, "g", 100, "c")
	close(slow.passed)
	paused.Wait()
	syncCache(t, other)
	expectTotal(t, m, "g", 111)
	for _, id := range []string{"a", "b", "c"} {
		if _, ok, err := kept.FindMessageID(context.Background(), "g", id); !ok || err != nil {
			t.Errorf("the store does not remember id %q: %v", id, err)
		}
	}
	record, err := kept.Load(context.Background(), "g")
	if err != nil || record.Version != 3 {
		t.Errorf("the store has version %d of the group (%v), want 3", record.Version, err)
	}
}

// A process dies in a flush. Others wait until its hold expires; then they go on with what the store has.
func TestProcessDiesInFlush(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), newPrefix()
	c := open(t, s.URL(), testOptions(prefix))
	m := newManager(t, c, kept)
	mustAdd(t, m, "g", 1, "a")
	syncCache(t, c)
	now, err := client.Do(context.Background(), client.B().Time().Build()).AsIntSlice()
	if err != nil {
		t.Fatal(err)
	}
	deadline := now[0]*1000 + now[1]/1000 + 500 // by the clock of this machine
	until := fmt.Sprint("somebody", deadline)
	for shard := range 256 { // as the script does it
		key := fmt.Sprintf("%s{s%03d}:h", prefix, shard)
		set := client.B().Hset().Key(key).FieldValue().FieldValue("epoch", "0123456789abcdef").FieldValue("flush", until).Build()
		if err := client.Do(context.Background(), set).Error(); err != nil {
			t.Fatal(err)
		}
	}
	if err := kept.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "g", 5, "b")
	if early := deadline - time.Now().UnixMilli(); early > 0 {
		t.Errorf("a call went through %d ms before a flush was given up", early)
	}
	expectTotal(t, m, "g", 5)
}

// A server does not answer for longer than Options.Timeout. Calls fail, and none is lost or counted twice.
func TestServerDoesNotAnswer(t *testing.T) {
	s := ownServer(t)
	o := testOptions(newPrefix())
	o.Timeout = 300 * time.Millisecond
	m := newManager(t, open(t, s.URL(), o), nil)
	mustAdd(t, m, "g", 1, "a")
	if err := s.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err := add(m, "g", 1, "b")
	if !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("a call on a server that does not answer: %v, want ErrUnknown", err)
	}
	if took := time.Since(began); took > 20*o.Timeout {
		t.Errorf("it took %v", took)
	}
	if err := s.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	addUntilKnown(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)
}

// expectNoStart expects a cache that cannot start, and why.
func expectNoStart(t *testing.T, c *rediscache.Cache, why ...string) {
	t.Helper()
	_, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c})
	expectText(t, err, why...)
}
