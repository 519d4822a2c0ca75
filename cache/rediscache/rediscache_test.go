package rediscache_test

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/rueidis"
	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

var single = sync.OnceValues(func() (*redis.Server, error) { return redis.Start() })

func TestMain(m *testing.M) {
	code := m.Run()
	if s, err := single(); err == nil {
		s.Close()
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

var spaces atomic.Int64

func TestSingle(t *testing.T) {
	s, err := single()
	if err != nil {
		t.Fatal(err)
	}
	open := func() cache.Cache {
		client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{s.Address()}, DisableCache: true})
		if err != nil {
			t.Fatal(err)
		}
		c, err := rediscache.New(client, rediscache.Options{Prefix: fmt.Sprint("t", spaces.Add(1), ":")})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	cachetest.Run(t, open, cachetest.Features{Keeps: true})
}
