package rediscache

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// Open connects to the servers of a URL and makes a cache with a client of its own, which Close closes.
//
//	redis://user:password@host:6379/0
//	redis+sentinel://sentinel1,sentinel2:26379/name-of-the-set?db=0
//	redis+cluster://node1,node2:6379
//
// The schemes rediss, rediss+sentinel and rediss+cluster are the same over TLS. Parameters are those of Options: prefix,
// timeout, replicas, local_cache_size, write_back_interval, idle_ttl, and allow, a comma-separated list of eviction and
// no_persistence. A parameter of the URL overrides the option. Sentinels that want a password of their own get it by sentinel_user and sentinel_password.
//
// The error says what is wrong with the URL or the options, or why there is no connection. It never has the password.
func Open(ctx context.Context, url string, o Options) (*Cache, error) {
	t, err := parseURL(url, &o)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	client, err := connect(ctx, t.client(&o))
	if err != nil {
		return nil, fmt.Errorf("connect to redis at %s: %w", strings.Join(t.addresses, ", "), err)
	}
	c, err := New(client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	c.owned, c.alone = true, t.topology == topologyAlone
	return c, nil
}

// client are the options of the client.
func (t *target) client(o *Options) rueidis.ClientOption {
	dialer := net.Dialer{Timeout: min(o.Timeout, 2*time.Second), KeepAlive: time.Second}
	option := rueidis.ClientOption{
		InitAddress: t.addresses, Username: t.user, Password: t.password, SelectDB: t.db, ClientName: "dictrack",
		Dialer: dialer, ConnWriteTimeout: o.Timeout,
		DisableRetry: true, // what is sent again, and when, is decided here
		DisableCache: true, ForceSingleClient: t.topology == topologyAlone,
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
