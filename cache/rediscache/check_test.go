package rediscache_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/rediscache"
)

// expectText expects an error of one line that contains all parts and no password.
func expectText(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%q contains the password, or has more than one line", err)
	}
}

func TestURLs(t *testing.T) {
	for url, want := range map[string][]string{
		"localhost:6379":                                      {"want redis://"},
		"http://u:s3cret@h":                                   {"scheme", "redis+cluster"},
		"redis+raft://h":                                      {"scheme"},
		"redis://u:s3cret%@h":                                 {"want redis://"},
		"redis://u:s3cret@h:port":                             {"h:port", "localhost:6379"},
		"redis://u:s3cret@":                                   {"host"},
		"redis://a,b":                                         {"one host"},
		"redis://h/db":                                        {"db", "number"},
		"redis://h?db=-1":                                     {"-1", "number"},
		"redis+cluster://h/3":                                 {"one database"},
		"redis+sentinel://h":                                  {"name of the set"},
		"redis://h?colour=red":                                {"colour", "prefix, timeout"},
		"redis://h?timeout=soon":                              {"timeout", "soon", "500ms"},
		"redis://h?replicas=-1":                               {"replicas", "-1"},
		"redis://h?allow=everything":                          {"allow", "everything", "eviction"},
		"redis://h?prefix={x}":                                {"Prefix", "{x}"},
		"redis://h?sentinel_password=s3cret":                  {"h:6379"},
		"redis://h?idle_ttl=1ms":                              {"IdleTTL", "second"},
		"redis://h?%zz":                                       {"want redis://"},
		"redis://u:s3cret@127.0.0.1:1":                        {"127.0.0.1:1"},
		"redis+cluster://u:s3cret@127.0.0.1:1,127.0.0.1:2":    {"127.0.0.1:1, 127.0.0.1:2"},
		"redis+sentinel://u:s3cret@127.0.0.1:1,127.0.0.1:2/x": {"127.0.0.1:1, 127.0.0.1:2"},
	} {
		t.Run(url, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			_, err := rediscache.Open(ctx, url, rediscache.Options{TLS: &tls.Config{MinVersion: tls.VersionTLS13}})
			expectText(t, err, want...)
		})
	}
}

func TestOptions(t *testing.T) {
	for field, o := range map[string]rediscache.Options{
		"Prefix":            {Prefix: "a{b"},
		"Timeout":           {Timeout: -1},
		"Replicas":          {Replicas: -1},
		"LocalCacheSize":    {LocalCacheSize: -1},
		"WriteBackInterval": {WriteBackInterval: time.Microsecond},
		"IdleTTL":           {IdleTTL: time.Millisecond},
	} {
		_, err := rediscache.New(nil, o)
		expectText(t, err, "options."+field)
	}
}

// logBuffer collects a log.
type logBuffer struct{ bytes.Buffer }

// openManager opens a Manager on a server, and returns what it logged.
func openManager(t *testing.T, url string, o rediscache.Options) (log string, err error) {
	t.Helper()
	c, err := rediscache.Open(context.Background(), url, o)
	if err != nil {
		return "", err
	}
	var heard logBuffer
	m, err := dictrack.Open(context.Background(), dictrack.Options{
		Cache: c, DisableTimers: true, Logger: slog.New(slog.NewTextHandler(&heard, nil)),
	})
	if err == nil {
		closeManager(t, m)
	}
	return heard.String(), err
}

// A server that is not configured to persist data is an error, unless an option allows it. Then, and if the configuration
// cannot be read, there is a warning.
func TestServersAreChecked(t *testing.T) {
	s := ownServer(t)
	if _, err := s.Do("config", "set", "requirepass", "s3cret"); err != nil {
		t.Fatal(err)
	}
	set := func(name, value string) {
		t.Helper()
		if out, err := s.Do("-a", "s3cret", "--no-auth-warning", "config", "set", name, value); err != nil || out != "OK" {
			t.Fatalf("config set %s %s: %q, %v", name, value, out, err)
		}
	}
	url := "redis://:s3cret@" + s.Address()
	_, err := openManager(t, "redis://:s3cret_but_not_it@"+s.Address(), rediscache.Options{})
	expectText(t, err, s.Address(), "WRONGPASS")

	_, err = openManager(t, url, rediscache.Options{})
	expectText(t, err, s.Address(), "appendonly", "AllowNoPersistence")
	log, err := openManager(t, url+"?allow=no_persistence", rediscache.Options{})
	if err != nil || !strings.Contains(log, "level=WARN") || !strings.Contains(log, "append-only file") {
		t.Errorf("allowed: %v, %q; want a warning", err, log)
	}

	set("appendonly", "yes")
	set("maxmemory-policy", "allkeys-lru")
	_, err = openManager(t, url, rediscache.Options{})
	expectText(t, err, s.Address(), "allkeys-lru", "noeviction", "AllowEviction")
	log, err = openManager(t, url+"?allow=eviction", rediscache.Options{})
	if err != nil || !strings.Contains(log, "allkeys-lru") || !strings.Contains(log, "appendfsync") {
		t.Errorf("allowed: %v, %q; want warnings of both", err, log)
	}

	set("maxmemory-policy", "noeviction")
	set("appendfsync", "always")
	if log, err = openManager(t, url, rediscache.Options{}); err != nil || log != "" {
		t.Errorf("all is well: %v, %q; want silence", err, log)
	}

	if _, err := s.Do("-a", "s3cret", "--no-auth-warning", "acl", "setuser", "plain", "on", ">s3cret", "~*", "+@all", "-config"); err != nil {
		t.Fatal(err)
	}
	log, err = openManager(t, "redis://plain:s3cret@"+s.Address(), rediscache.Options{})
	if err != nil || !strings.Contains(log, "cannot be checked") || strings.Contains(log, "s3cret") {
		t.Errorf("without CONFIG: %v, %q; want a warning", err, log)
	}
}

// A node of a cluster cannot be used as a single server.
func TestClusterNeedsItsScheme(t *testing.T) {
	c := clusterServers(t)
	_, err := openManager(t, c.Nodes[0].URL(), rediscache.Options{AllowNoPersistence: true})
	expectText(t, err, c.Nodes[0].Address(), "redis+cluster://")
	if _, err := openManager(t, c.URL(), rediscache.Options{AllowNoPersistence: true}); err != nil {
		t.Errorf("with the scheme: %v", err)
	}
}

// Close closes the connections of a cache's own client, and leaves a client of the caller open.
func TestConnectionsAreClosed(t *testing.T) {
	s := ownServer(t)
	m := newManager(t, open(t, s.URL(), testOptions(newPrefix())), nil)
	mustAdd(t, m, "g", 1, "a")
	closeManager(t, m)
	eventually(t, "no connection", func() bool {
		out, err := s.Do("client", "list")
		return err == nil && !strings.Contains(out, "name=dictrack")
	})
	client := dial(t, s.Address())
	c, err := rediscache.New(client, testOptions(newPrefix()))
	if err != nil {
		t.Fatal(err)
	}
	m = newManager(t, c, nil)
	mustAdd(t, m, "g", 1, "a")
	closeManager(t, m)
	if err := client.Do(context.Background(), client.B().Ping().Build()).Error(); err != nil {
		t.Errorf("the caller's client: %v", err)
	}
}
