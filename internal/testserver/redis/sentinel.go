package redis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dictrack/dictrack/internal/testserver"
)

// Sentinels is a primary and its replica, monitored by three Sentinels under the name "main".
type Sentinels struct {
	Servers  []*Server // the first one begins as the primary
	Monitors []*Server
}

// StartSentinels starts the set and returns when the Sentinels know all of it. Close it.
func StartSentinels(options ...string) (*Sentinels, error) {
	s := &Sentinels{}
	if err := s.start(options); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Sentinels) start(options []string) error {
	for range 2 {
		one, err := Start(options...)
		if err != nil {
			return err
		}
		s.Servers = append(s.Servers, one)
	}
	primary, replica := s.Servers[0], s.Servers[1]
	if _, err := replica.Do("replicaof", "127.0.0.1", strconv.Itoa(primary.Port)); err != nil {
		return err
	}
	err := replica.Await("the replica", func(ctx context.Context) error {
		return replica.expect(ctx, "master_link_status:up", "info", "replication")
	})
	if err != nil {
		return err
	}
	for range 3 {
		watcher, err := startSentinel(primary.Port)
		if err != nil {
			return err
		}
		s.Monitors = append(s.Monitors, watcher)
	}
	for _, watcher := range s.Monitors {
		err := watcher.Await("the Sentinels", func(ctx context.Context) error {
			return watcher.expect(ctx, "status=ok,address="+primary.Address()+",slaves=1,sentinels=3", "info", "sentinel")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const sentinelConfig = `port %d
bind 127.0.0.1
dir %s
sentinel monitor main 127.0.0.1 %d 2
sentinel down-after-milliseconds main 1000
sentinel failover-timeout main 4000
`

func startSentinel(primary int) (*Server, error) {
	port, err := testserver.FreePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "dictrack-sentinel-")
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "sentinel.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, sentinelConfig, port, dir, primary), 0o600); err != nil {
		return nil, err
	}
	w := &Server{Port: port, dir: dir, args: []string{config, "--sentinel"}}
	if err := w.Restart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return w, nil
}

// Primary is the server that takes writes, as the Sentinels say.
func (s *Sentinels) Primary() (*Server, error) {
	out, err := s.Monitors[0].Do("sentinel", "get-master-addr-by-name", "main")
	if err != nil {
		return nil, err
	}
	for _, one := range s.Servers {
		if strings.HasSuffix(out, strconv.Itoa(one.Port)) {
			return one, nil
		}
	}
	return nil, fmt.Errorf("the Sentinels report a primary at %q", out)
}

// URL names the Sentinels and the set.
func (s *Sentinels) URL() string {
	addresses := make([]string, len(s.Monitors))
	for i, w := range s.Monitors {
		addresses[i] = w.Address()
	}
	return "redis+sentinel://" + strings.Join(addresses, ",") + "/main"
}

// Close ends all of it.
func (s *Sentinels) Close() {
	for _, one := range append(s.Monitors, s.Servers...) {
		one.Kill()
		one.Close()
	}
}
