package rediscache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// server is what a server says of itself.
type server struct {
	address  string
	info     map[string]string
	config   map[string]string
	unlooked error // why its configuration is not known
}

// check finds out whether the servers keep what they are given.
func (c *Cache) check(ctx context.Context) error {
	var errs []error
	reached := 0
	for address, node := range c.client.Nodes() {
		s, err := ask(ctx, address, node)
		if err != nil {
			errs = append(errs, fmt.Errorf("redis at %s: %w", address, err))
			continue
		}
		reached++
		if err := c.judge(s); err != nil {
			return fmt.Errorf("redis at %s: %w", address, err)
		}
	}
	if reached == 0 {
		return errors.Join(append(errs, errors.New("no redis server can be reached"))...)
	}
	for _, err := range errs {
		c.host.Logger.Warn("a server cannot be checked", "error", err)
	}
	return nil
}

var settings = []string{"maxmemory-policy", "appendonly", "appendfsync"}

func ask(ctx context.Context, address string, node rueidis.Client) (*server, error) {
	commands := []rueidis.Completed{
		node.B().Info().Section("server").Build(),
		node.B().Info().Section("replication").Build(),
	}
	for _, name := range settings {
		commands = append(commands, node.B().ConfigGet().Parameter(name).Build())
	}
	results := node.DoMulti(ctx, commands...)
	s := &server{address: address, info: map[string]string{}, config: map[string]string{}}
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
			s.unlooked = err
			continue
		}
		s.config[name] = pair[name]
	}
	return s, nil
}

// judge says what is wrong with a server, and warns of what is doubtful.
func (c *Cache) judge(s *server) error {
	log := c.host.Logger.With("server", s.address)
	if version := s.info["redis_version"]; older(version, 6, 2) {
		return fmt.Errorf("it is version %s: use 6.2 or later", version)
	}
	if c.alone && s.info["redis_mode"] == "cluster" {
		return errors.New("it is part of a cluster: use a URL that begins with redis+cluster:// or rediss+cluster://")
	}
	if err := c.judgeReplicas(s); err != nil {
		return err
	}
	if s.unlooked != nil {
		log.Warn("it cannot be checked whether redis keeps what it is given: make sure of maxmemory-policy noeviction and of a log that is written to disk",
			"error", s.unlooked)
		return nil
	}
	if policy := s.config["maxmemory-policy"]; policy != "noeviction" {
		if !c.options.AllowEviction {
			return fmt.Errorf("maxmemory-policy is %s, so that it drops groups when its memory is full: set noeviction, or allow it by AllowEviction (allow=eviction in a URL)", policy)
		}
		log.Warn("redis may drop groups when its memory is full", "maxmemory-policy", policy)
	}
	return c.judgeLog(s)
}

func (c *Cache) judgeReplicas(s *server) error {
	if c.options.Replicas == 0 || s.info["role"] != "master" {
		return nil
	}
	have, err := strconv.Atoi(s.info["connected_slaves"])
	if err != nil || have < c.options.Replicas {
		return fmt.Errorf("it has %d replicas, and Replicas asks for %d: add replicas, or ask for fewer", have, c.options.Replicas)
	}
	return nil
}

func (c *Cache) judgeLog(s *server) error {
	log := c.host.Logger.With("server", s.address)
	if s.config["appendonly"] != "yes" {
		if !c.options.AllowNoPersistence {
			return errors.New("appendonly is off, so that a restart loses everything since the last snapshot that the store does not have: set appendonly yes, or allow it by AllowNoPersistence (allow=no_persistence in a URL)")
		}
		log.Warn("redis has no log: a restart loses everything since its last snapshot that the store does not have")
		return nil
	}
	if sync := s.config["appendfsync"]; sync != "always" {
		log.Warn("redis writes its log now and then: the last second may go with a machine, and more under load; set appendfsync always to keep it",
			"appendfsync", sync)
	}
	return nil
}

// older tells whether a version is before the one of these numbers. One that cannot be read is not.
func older(version string, least ...int) bool {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		numbers = append(numbers, n)
	}
	return slices.Compare(numbers, least) < 0
}
