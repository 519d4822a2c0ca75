package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/dictrack/dictrack/internal/testserver"
)

// Cluster is a Redis Cluster: three primaries with a replica each.
type Cluster struct{ Nodes []*Server }

// StartCluster starts a cluster and returns when it serves all slots. Close it.
func StartCluster(options ...string) (*Cluster, error) {
	c := &Cluster{}
	for range 6 {
		port, err := clusterPort()
		if err != nil {
			return nil, errors.Join(err, c.stop())
		}
		node, err := startOn(port, append([]string{
			"--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-replica-validity-factor", "0",
		}, options...)...)
		if err != nil {
			return nil, errors.Join(err, c.stop())
		}
		c.Nodes = append(c.Nodes, node)
	}
	if err := c.create(); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// clusterPort is a free port whose bus port, 10000 higher, is free too.
func clusterPort() (int, error) {
	for {
		port, err := testserver.FreePort()
		if err != nil || port > 55_535 {
			if err != nil {
				return 0, err
			}
			continue
		}
		bus, err := net.Listen("tcp", testserver.Address(port+10_000))
		if err == nil {
			return port, bus.Close()
		}
	}
}

func (c *Cluster) create() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := append([]string{"--cluster", "create"}, c.Addresses()...)
	if _, err := cli(ctx, append(args, "--cluster-replicas", "1", "--cluster-yes")...); err != nil {
		return err
	}
	for _, node := range c.Nodes {
		if err := node.Await("the cluster", node.inCluster); err != nil {
			return err
		}
	}
	return nil
}

// inCluster returns nil if a node knows all slots and, if it is a replica, has its primary's data.
func (s *Server) inCluster(ctx context.Context) error {
	if err := s.expect(ctx, "cluster_state:ok", "cluster", "info"); err != nil {
		return err
	}
	if s.Primary(ctx) {
		return s.expect(ctx, "connected_slaves:1", "info", "replication")
	}
	return s.expect(ctx, "master_link_status:up", "info", "replication")
}

// Primary reports whether a server takes writes.
func (s *Server) Primary(ctx context.Context) bool {
	return s.expect(ctx, "role:master", "info", "replication") == nil
}

// Addresses are those of all nodes.
func (c *Cluster) Addresses() []string {
	all := make([]string, len(c.Nodes))
	for i, node := range c.Nodes {
		all[i] = node.Address()
	}
	return all
}

// URL names three of the nodes.
func (c *Cluster) URL() string { return "redis+cluster://" + strings.Join(c.Addresses()[:3], ",") }

// Close ends all nodes.
func (c *Cluster) Close() { _ = c.stop() }

func (c *Cluster) stop() error {
	for _, node := range c.Nodes {
		node.Kill()
		node.Close()
	}
	return nil
}
