package redis

import (
	"context"
	"testing"
)

// Each kind of server starts, takes a write, and is gone after Close.
func TestServersComeUp(t *testing.T) {
	one, err := Start("--appendonly", "yes", "--appendfsync", "always")
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if _, err := one.Do("set", "a", "1"); err != nil {
		t.Fatal(err)
	}
	one.Kill()
	if err := one.Restart(); err != nil {
		t.Fatal(err)
	}
	if got, err := one.Do("get", "a"); err != nil || got != "1" {
		t.Errorf("after a kill: %q, %v; want what the append-only file had", got, err)
	}
	one.Kill()
	if err := one.RemoveData(); err != nil {
		t.Fatal(err)
	}
	if err := one.Restart(); err != nil {
		t.Fatal(err)
	}
	if got, err := one.Do("get", "a"); err != nil || got != "" {
		t.Errorf("emptied: %q, %v; want nothing", got, err)
	}
}

func TestClusterComesUp(t *testing.T) {
	c, err := StartCluster()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if out, err := c.Nodes[0].Do("-c", "set", "a", "1"); err != nil || out != "OK" {
		t.Errorf("a write: %q, %v", out, err)
	}
}

func TestSentinelsComeUp(t *testing.T) {
	s, err := StartSentinels()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	primary, err := s.Primary()
	if err != nil || !primary.Primary(context.Background()) {
		t.Errorf("primary %v, %v", primary, err)
	}
}
