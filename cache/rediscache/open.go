package rediscache

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// Open connects to the servers of a URL and makes a cache with a client of its own, which Close closes.
//
//	redis://user:password@host:6379/0
//	redis+sentinel://sentinel1,sentinel2:26379/name-of-the-set?db=0
//	redis+cluster://node1,node2:6379
//
// The schemes rediss, rediss+sentinel and rediss+cluster are the same over TLS. The parameters prefix, timeout, replicas,
// local_cache_size, write_back_interval and idle_ttl set the options of these names, and allow, a comma-separated list of
// eviction and no_persistence, sets AllowEviction and AllowNoPersistence. A parameter overrides the option. Sentinels that
// want credentials of their own get sentinel_user and sentinel_password.
//
// The error says what is wrong with the URL or the options, or why the servers cannot be reached. It never contains a
// password.
func Open(ctx context.Context, url string, o Options) (*Cache, error) {
	t, err := parseURL(url, &o)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	client, err := connect(ctx, t.clientOption(&o))
	if err != nil {
		return nil, server.Unreachable(t.addresses, err)
	}
	c, err := New(client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	c.owned, c.single = true, t.topology == topologySingle
	return c, nil
}

func (t *target) clientOption(o *Options) rueidis.ClientOption {
	dialer := net.Dialer{Timeout: min(o.Timeout, 2*time.Second), KeepAlive: time.Second}
	option := rueidis.ClientOption{
		InitAddress: t.addresses, Username: t.user, Password: t.password, SelectDB: t.db, ClientName: "dictrack",
		Dialer: dialer, ConnWriteTimeout: o.Timeout,
		DisableRetry: true, // this package decides what is sent again
		DisableCache: true, ForceSingleClient: t.topology == topologySingle,
		BlockingPoolSize: 128, BlockingPoolCleanup: time.Minute,
		ClusterOption: rueidis.ClusterOption{ShardsRefreshInterval: 2 * time.Second},
	}
	if t.tls {
		option.TLSConfig = o.TLS
		if option.TLSConfig == nil {
			option.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
	}
	if t.topology == topologySentinel {
		option.Sentinel = rueidis.SentinelOption{
			Dialer: dialer, TLSConfig: option.TLSConfig, MasterSet: t.set, ClientName: option.ClientName,
			Username: t.sentinelUser, Password: t.sentinelPassword, TopologyRefreshInterval: 2 * time.Second,
		}
	}
	return option
}

// connect makes a client, unless ctx ends first.
func connect(ctx context.Context, option rueidis.ClientOption) (rueidis.Client, error) {
	type result struct {
		client rueidis.Client
		err    error
	}
	done := make(chan result, 1)
	go func() {
		client, err := rueidis.NewClient(option)
		done <- result{client, err}
	}()
	select {
	case r := <-done:
		return r.client, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				r.client.Close()
			}
		}()
		return nil, ctx.Err()
	}
}
