package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// Requirements say which configuration of servers is acceptable.
type Requirements struct {
	Replicas           int  // at least
	Single             bool // the server must not be part of a cluster
	AllowEviction      bool
	AllowNoPersistence bool
}

// serverInfo is what a server reports about itself.
type serverInfo struct {
	address   string
	info      map[string]string
	config    map[string]string
	configErr error // why config is not known
}

// CheckConfig checks whether the servers keep what they are given. It logs what is doubtful, and returns an error for
// what is not acceptable.
func (c *Client) CheckConfig(ctx context.Context, want Requirements) error {
	var errs []error
	reached := 0
	for address, node := range c.Redis.Nodes() {
		s, err := readInfo(ctx, address, node)
		if err != nil {
			errs = append(errs, Unreachable([]string{address}, err))
			continue
		}
		reached++
		if err := c.checkServer(s, want); err != nil {
			return fmt.Errorf("redis at %s: %w", address, err)
		}
	}
	if reached == 0 {
		return oneLine(errors.Join(append(errs, errors.New("no redis server can be reached"))...))
	}
	for _, err := range errs {
		c.Logger.Warn("cannot check the configuration of a redis server", "error", err)
	}
	return nil
}

var settings = []string{"maxmemory-policy", "appendonly", "appendfsync"}

func readInfo(ctx context.Context, address string, node rueidis.Client) (*serverInfo, error) {
	commands := []rueidis.Completed{
		node.B().Info().Section("server").Build(),
		node.B().Info().Section("replication").Build(),
	}
	for _, name := range settings {
		commands = append(commands, node.B().ConfigGet().Parameter(name).Build())
	}
	results := node.DoMulti(ctx, commands...)
	s := &serverInfo{address: address, info: map[string]string{}, config: map[string]string{}}
	for _, result := range results[:2] {
		text, err := result.ToString()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(text) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				s.info[name] = value
			}
		}
	}
	for i, name := range settings {
		pair, err := results[2+i].AsStrMap()
		if err != nil {
			s.configErr = err
			continue
		}
		s.config[name] = pair[name]
	}
	return s, nil
}

func (c *Client) checkServer(s *serverInfo, want Requirements) error {
	log := c.Logger.With("server", s.address)
	if version := s.info["redis_version"]; olderThan(version, 6, 2) {
		return fmt.Errorf("it is version %s: use 6.2 or later", version)
	}
	if want.Single && s.info["redis_mode"] == "cluster" {
		return errors.New("it is part of a cluster: use a URL that begins with redis+cluster:// or rediss+cluster://")
	}
	if err := checkReplicas(s, want.Replicas); err != nil {
		return err
	}
	if s.configErr != nil {
		log.Warn("it cannot be checked whether redis persists its data, because CONFIG is not permitted; make sure of maxmemory-policy noeviction, appendonly yes and appendfsync always",
			"error", s.configErr)
		return nil
	}
	if policy := s.config["maxmemory-policy"]; policy != "noeviction" {
		if !want.AllowEviction {
			return fmt.Errorf("maxmemory-policy is %s, which evicts groups when memory is full: set noeviction, or allow it by AllowEviction (allow=eviction in a URL)", policy)
		}
		log.Warn("redis may evict groups when its memory is full; set maxmemory-policy noeviction to keep them", "maxmemory-policy", policy)
	}
	return c.checkPersistence(s, want)
}

func checkReplicas(s *serverInfo, want int) error {
	if want == 0 || s.info["role"] != "master" {
		return nil
	}
	have, err := strconv.Atoi(s.info["connected_slaves"])
	if err != nil || have < want {
		return fmt.Errorf("it has %d replicas, and Replicas asks for %d: add replicas, or ask for fewer", have, want)
	}
	return nil
}

func (c *Client) checkPersistence(s *serverInfo, want Requirements) error {
	log := c.Logger.With("server", s.address)
	if s.config["appendonly"] != "yes" {
		if !want.AllowNoPersistence {
			return errors.New("appendonly is off, so a restart loses what came since the last snapshot and is not in the store yet: set appendonly yes, or allow it by AllowNoPersistence (allow=no_persistence in a URL)")
		}
		log.Warn("redis has no append-only file: a restart loses what came since its last snapshot and is not in the store yet")
		return nil
	}
	if sync := s.config["appendfsync"]; sync != "always" {
		log.Warn("redis does not sync its append-only file at every write: a crash of the machine may lose the last second, and more under load; set appendfsync always to prevent that",
			"appendfsync", sync)
	}
	return nil
}

// olderThan reports whether a version is before the one with these numbers. A version that it cannot read is not.
func olderThan(version string, than ...int) bool {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		numbers = append(numbers, n)
	}
	return slices.Compare(numbers, than) < 0
}
