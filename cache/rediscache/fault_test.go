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
				insist(t, m, fmt.Sprint("g", n%3), 1, fmt.Sprint(who, worker, ":", n))
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

// Answers are lost all the time: calls with ids are counted once each, with a store and without.
func TestLostAnswers(t *testing.T) {
	s := singleServer(t)
	p := newProxy(t, s.Address())
	m := manage(t, open(t, p.url(), quick(space())), nil)
	insist(t, m, "g0", 1, "first")
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

// Calls without ids are counted once when they succeed, and at most once when nobody knows.
func TestLostAnswersWithoutIDs(t *testing.T) {
	s := singleServer(t)
	p := newProxy(t, s.Address())
	prefix := space()
	m, other := manage(t, open(t, p.url(), quick(prefix)), nil), manage(t, open(t, s.URL(), quick(prefix)), nil)
	must(t, m, "g", 0, "")
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

// A server that writes every command to its log is killed again and again: what was acknowledged is there.
func TestKilledWithLog(t *testing.T) {
	s := serve(t, "--appendonly", "yes", "--appendfsync", "always")
	m := manage(t, open(t, s.URL(), quick(space())), nil)
	var counts [3]atomic.Int64
	stop := make(chan struct{})
	all := traffic(t, m, "a", stop, &counts)
	for range 3 {
		time.Sleep(300 * time.Millisecond)
		s.Kill()
		if err := s.Again(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	close(stop)
	all.Wait()
	expectCounts(t, m, &counts)
}

// A server that comes back empty has what the store had, and what came since is counted on top, by all processes.
func TestEmptyAgain(t *testing.T) {
	s := serve(t)
	kept, prefix := memorystore.New(), space()
	c := open(t, s.URL(), quick(prefix))
	m, other := manage(t, c, kept), manage(t, open(t, s.URL(), quick(prefix)), kept)
	for n := range 10 {
		must(t, m, "g", 1, fmt.Sprint("id", n))
	}
	expectTotal(t, other, "g", 10)
	drain(t, c)
	for round := range 3 {
		s.Kill()
		if err := s.Again(); err != nil {
			t.Fatal(err)
		}
		insist(t, m, "g", 1, "id3") // counted before
		insist(t, other, "g", 1, fmt.Sprint("new", round))
		insist(t, m, "g", 1, fmt.Sprint("newer", round))
		expectTotal(t, m, "g", 12+2*int64(round))
		expectTotal(t, other, "g", 12+2*int64(round))
		drain(t, c)
	}
}

// A server that comes back with an older state takes the store's where that is later, and keeps its own where not.
func TestOlderAgain(t *testing.T) {
	s := serve(t)
	kept, prefix := memorystore.New(), space()
	c := open(t, s.URL(), quick(prefix))
	m := manage(t, c, kept)
	must(t, m, "later", 1, "a")
	must(t, m, "same", 1, "a")
	drain(t, c)
	if _, err := s.Do("save"); err != nil {
		t.Fatal(err)
	}
	must(t, m, "later", 10, "b")
	must(t, m, "new", 5, "a")
	drain(t, c)
	s.Kill()
	if err := s.Again(); err != nil {
		t.Fatal(err)
	}
	expectTotal(t, m, "later", 11)
	expectTotal(t, m, "new", 5)
	insist(t, m, "later", 10, "b")
	insist(t, m, "later", 100, "c")
	insist(t, m, "new", 5, "a")
	insist(t, m, "same", 1, "a")
	insist(t, m, "same", 1, "b")
	expectTotal(t, m, "later", 111)
	expectTotal(t, m, "new", 5)
	expectTotal(t, m, "same", 2)
	drain(t, c)
	for _, one := range []string{"later", "new", "same"} {
		record, err := kept.Load(context.Background(), one)
		if err != nil || len(record.Layout) != 1 {
			t.Errorf("the store has %+v of group %q: %v", record, one, err)
		}
	}
}

// Without a store, a server that lost its end goes on from what it has: each call counts once, or as lost with that.
func TestOlderAgainAlone(t *testing.T) {
	s := serve(t)
	m := manage(t, open(t, s.URL(), quick(space())), nil)
	must(t, m, "g", 1, "a")
	if _, err := s.Do("save"); err != nil {
		t.Fatal(err)
	}
	must(t, m, "g", 10, "b")
	s.Kill()
	if err := s.Again(); err != nil {
		t.Fatal(err)
	}
	insist(t, m, "g", 1, "a")
	expectTotal(t, m, "g", 1)
	insist(t, m, "g", 10, "b")
	expectTotal(t, m, "g", 11)
}

// Scripts and data may be flushed by hand.
func TestFlushedByHand(t *testing.T) {
	s := serve(t)
	kept := memorystore.New()
	c := open(t, s.URL(), quick(space()))
	m := manage(t, c, kept)
	must(t, m, "g", 1, "a")
	if _, err := s.Do("script", "flush"); err != nil {
		t.Fatal(err)
	}
	must(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)
	drain(t, c)
	if _, err := s.Do("flushall"); err != nil {
		t.Fatal(err)
	}
	must(t, m, "g", 1, "b")
	must(t, m, "g", 1, "c")
	expectTotal(t, m, "g", 3)
}

// A Sentinel set whose primary dies loses nothing that a replica had to have.
func TestSentinelFailover(t *testing.T) {
	set, err := redis.StartSentinels("--appendonly", "yes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := quick(space())
	o.Replicas, o.Timeout = 1, 2*time.Second
	m := manage(t, open(t, set.URL(), o), nil)
	for n := range 50 {
		insist(t, m, "g", 1, fmt.Sprint("before", n))
	}
	set.Servers[0].Kill()
	until(t, "another primary", func() bool {
		primary, err := set.Primary()
		return err == nil && primary == set.Servers[1]
	})
	if err := set.Servers[0].Again(); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Servers[0].Do("replicaof", "127.0.0.1", fmt.Sprint(set.Servers[1].Port)); err != nil { // the Sentinels take longer
		t.Fatal(err)
	}
	for n := range 50 {
		insist(t, m, "g", 1, fmt.Sprint("before", n))
		insist(t, m, "g", 1, fmt.Sprint("after", n))
	}
	expectTotal(t, m, "g", 100)
}

// Too few replicas: nobody is told that it is kept. When they are back, the same call is found done.
func TestTooFewReplicas(t *testing.T) {
	set, err := redis.StartSentinels()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := quick(space())
	o.Replicas, o.Timeout = 1, 500*time.Millisecond
	m := manage(t, open(t, set.Servers[0].URL(), o), nil)
	must(t, m, "g", 1, "a")
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
	insist(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)

	o.Replicas = 5
	c := open(t, set.Servers[0].URL(), o)
	expectNoStart(t, c, "5")
}

// A primary of a cluster dies while calls go on; its replica goes on, and nothing is lost that both had.
func TestClusterFailover(t *testing.T) {
	set, err := redis.StartCluster("--appendonly", "yes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	o := quick(space())
	o.Replicas, o.Timeout = 1, 2*time.Second
	kept := memorystore.New()
	c := open(t, set.URL(), o)
	m := manage(t, c, kept)
	for n := range 60 {
		insist(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("a", n))
	}
	var victim *redis.Server
	for _, node := range set.Nodes {
		if node.Primary(context.Background()) {
			victim = node
		}
	}
	victim.Kill()
	time.Sleep(500 * time.Millisecond)
	if err := victim.Again(); err != nil { // so that its successor has a replica
		t.Fatal(err)
	}
	for n := range 60 {
		insist(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("a", n))
		insist(t, m, fmt.Sprint("g", n%20), 1, fmt.Sprint("b", n))
	}
	for n := range 20 {
		expectTotal(t, m, fmt.Sprint("g", n), 6)
	}
	drain(t, c)
}

// lease is the key of the lease of a shard.
func lease(prefix string, shard int) string { return fmt.Sprintf("%s{s%03d}:lease", prefix, shard) }

// A process that is gone holds its leases for a while; then another one drains what it left.
func TestLeaseOfTheDead(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), space()
	o := quick(prefix)
	o.WriteBackInterval = time.Hour
	c := open(t, s.URL(), o)
	m := manage(t, c, kept)
	must(t, m, "g", 1, "a")
	const dead = 500 * time.Millisecond
	for shard := range 256 {
		set := client.B().Set().Key(lease(prefix, shard)).Value("somebody").PxMilliseconds(dead.Milliseconds()).Build()
		if err := client.Do(context.Background(), set).Error(); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	drain(t, c)
	if waited := time.Since(began); waited < dead/2 {
		t.Errorf("drained after %v, while another process held the lease", waited)
	}
	expectPlaces(t, kept, "g", 1)
}

// pausing is a store whose commits wait.
type pausing struct {
	store.Store
	came, passed chan struct{}
}

func (p *pausing) Commit(ctx context.Context, changes []*record.Change) error {
	p.came <- struct{}{}
	<-p.passed
	return p.Store.Commit(ctx, changes)
}

// A process that is paused in the midst of a drain, past its lease, and goes on when another one has drained the same and
// more, does no harm.
func TestPausedDrain(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), space()
	o := quick(prefix)
	o.WriteBackInterval = time.Hour
	slow := &pausing{Store: kept, came: make(chan struct{}, 10), passed: make(chan struct{})}
	c, other := open(t, s.URL(), o), open(t, s.URL(), o)
	m, active := manage(t, c, slow), manage(t, other, kept)
	must(t, m, "g", 1, "a")
	must(t, m, "h", 1, "a")
	var paused sync.WaitGroup
	paused.Go(func() { drain(t, c) })
	<-slow.came
	for shard := range 256 {
		if err := client.Do(context.Background(), client.B().Del().Key(lease(prefix, shard)).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	must(t, active, "g", 10, "b")
	drain(t, other)
	must(t, active, "g", 100, "c")
	close(slow.passed)
	paused.Wait()
	drain(t, other)
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

// A process that dies in a flush keeps others away for a moment; then they go on, and what the store has counts.
func TestFlusherDies(t *testing.T) {
	s := singleServer(t)
	client := dial(t, s.Address())
	kept, prefix := memorystore.New(), space()
	c := open(t, s.URL(), quick(prefix))
	m := manage(t, c, kept)
	must(t, m, "g", 1, "a")
	drain(t, c)
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
	must(t, m, "g", 5, "b")
	if early := deadline - time.Now().UnixMilli(); early > 0 {
		t.Errorf("a call went through %d ms before a flush was given up", early)
	}
	expectTotal(t, m, "g", 5)
}

// A server that does not answer for longer than Timeout: calls end with an error, and none is lost or doubled.
func TestStopped(t *testing.T) {
	s := serve(t)
	o := quick(space())
	o.Timeout = 300 * time.Millisecond
	m := manage(t, open(t, s.URL(), o), nil)
	must(t, m, "g", 1, "a")
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
	insist(t, m, "g", 1, "b")
	expectTotal(t, m, "g", 2)
}

// expectNoStart expects a cache that cannot start, and why.
func expectNoStart(t *testing.T, c *rediscache.Cache, why ...string) {
	t.Helper()
	_, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c})
	expectText(t, err, why...)
}
