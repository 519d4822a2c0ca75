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
	if err := set.Servers[0].Again(); err != nil { // as the replica
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

// A process that is gone holds its lease for a while; then another one drains what it left.
func TestLeaseOfTheDead(t *testing.T) {
	s := singleServer(t)
	kept, prefix := memorystore.New(), space()
	c := open(t, s.URL(), quick(prefix))
	m := manage(t, c, kept)
	for shard := range 256 {
		key := fmt.Sprintf("%s{s%03d}:lease", prefix, shard)
		if _, err := s.Do("set", key, "somebody", "px", "1500"); err != nil {
			t.Fatal(err)
		}
		if shard == 100 {
			must(t, m, "g", 1, "a")
		}
	}
	began := time.Now()
	drain(t, c)
	record, err := kept.Load(context.Background(), "g")
	if err != nil || !record.Fed {
		t.Errorf("the store has %+v, %v", record, err)
	}
	if waited := time.Since(began); waited < 100*time.Millisecond {
		t.Logf("did not wait for the lease: %v", waited)
	}
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
