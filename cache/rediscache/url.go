package rediscache

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dictrack/dictrack/field"
)

type topology int

const (
	topologySingle topology = iota
	topologySentinel
	topologyCluster
)

// target is what a URL says beside the options.
type target struct {
	topology  topology
	tls       bool
	addresses []string
	user      string
	password  string
	db        int
	set       string // name of the primary that the Sentinels monitor

	sentinelUser, sentinelPassword string
}

var errURL = errors.New("the redis URL cannot be read: want redis://user:password@host:6379/0, with what is special in the password escaped, as %40 for @")

// parseURL reads a URL and sets its parameters in o. No error contains a part of the URL that may be a password.
func parseURL(text string, o *Options) (*target, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return nil, errURL
	}
	t := &target{}
	if err := t.setScheme(scheme); err != nil {
		return nil, err
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := t.setUser(authority[:at]); err != nil {
			return nil, err
		}
		authority = authority[at+1:]
	}
	u, err := url.Parse("redis://host" + rest)
	if err != nil || u.Fragment != "" {
		return nil, errURL
	}
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errURL
	}
	var mistakes field.Errors
	t.setHosts(authority, &mistakes)
	t.setPath(strings.Trim(u.Path, "/"), &mistakes)
	for name, values := range parameters {
		if want := t.setParameter(name, values[len(values)-1], o); want != "" {
			mistakes.Add("redis url parameter "+name, redacted(name, values[len(values)-1]), want)
		}
	}
	return t, mistakes.Err()
}

// redacted is a value of a parameter as an error may show it.
func redacted(name, value string) any {
	if strings.Contains(name, "password") {
		return "***"
	}
	return value
}

func (t *target) setScheme(scheme string) error {
	base, kind, _ := strings.Cut(scheme, "+")
	topologies := map[string]topology{"": topologySingle, "sentinel": topologySentinel, "cluster": topologyCluster}
	var ok bool
	if t.topology, ok = topologies[kind]; !ok || base != "redis" && base != "rediss" {
		return &field.Error{Path: "redis url", Value: scheme, Want: "want the scheme redis, redis+sentinel or redis+cluster, or rediss for TLS"}
	}
	t.tls = base == "rediss"
	return nil
}

func (t *target) setUser(info string) error {
	user, password, _ := strings.Cut(info, ":")
	var err1, err2 error
	t.user, err1 = url.PathUnescape(user)
	t.password, err2 = url.PathUnescape(password)
	if err1 != nil || err2 != nil {
		return errURL
	}
	return nil
}

// setHosts reads a list of hosts. The default port is 6379, for Sentinels 26379.
func (t *target) setHosts(list string, mistakes *field.Errors) {
	port := "6379"
	if t.topology == topologySentinel {
		port = "26379"
	}
	for host := range strings.SplitSeq(list, ",") {
		address := host
		if _, _, err := net.SplitHostPort(host); err != nil {
			address = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		name, number, err := net.SplitHostPort(address)
		if n, failed := strconv.ParseUint(number, 10, 16); err != nil || failed != nil || n == 0 || name == "" {
			mistakes.Add("redis url host", host, "want a host and a port, as in localhost:6379")
		}
		t.addresses = append(t.addresses, address)
	}
	if t.topology == topologySingle && len(t.addresses) > 1 {
		mistakes.Add("redis url host", list, "want one host; use redis+sentinel or redis+cluster for several")
	}
}

// setPath reads the number of the database, or the name of the Sentinel set.
func (t *target) setPath(path string, mistakes *field.Errors) {
	switch {
	case t.topology == topologySentinel && path == "":
		mistakes.Add("redis url path", nil, "want the name of the set that the Sentinels watch, as in redis+sentinel://host/name")
	case t.topology == topologySentinel:
		t.set = path
	case path != "":
		if want := t.setDB(path); want != "" {
			mistakes.Add("redis url path", path, want)
		}
	}
}

func (t *target) setDB(value string) (want string) {
	n, err := strconv.Atoi(value)
	switch {
	case t.topology == topologyCluster && value != "0":
		return "want no number: a cluster has one database"
	case err != nil || n < 0:
		return "want the number of a database"
	}
	t.db = n
	return ""
}

// setParameter sets one parameter. If it is wrong, the result says what is wanted; otherwise it is empty.
func (t *target) setParameter(name, value string, o *Options) (want string) {
	switch name {
	case "prefix":
		o.Prefix = value
	case "timeout":
		return setDuration(&o.Timeout, value)
	case "write_back_interval":
		return setDuration(&o.WriteBackInterval, value)
	case "idle_ttl":
		return setDuration(&o.IdleTTL, value)
	case "replicas":
		return setNumber(&o.Replicas, value)
	case "local_cache_size":
		return setNumber(&o.LocalCacheSize, value)
	case "allow":
		return setAllowed(o, value)
	case "db":
		return t.setDB(value)
	case "sentinel_user":
		t.sentinelUser = value
	case "sentinel_password":
		t.sentinelPassword = value
	default:
		return "want one of prefix, timeout, replicas, local_cache_size, write_back_interval, idle_ttl, allow, db, sentinel_user, sentinel_password"
	}
	return ""
}

func setDuration(d *time.Duration, value string) (want string) {
	parsed, err := time.ParseDuration(value)
	if err != nil || parsed <= 0 {
		return "want a duration, as in 500ms or 1h"
	}
	*d = parsed
	return ""
}

func setNumber(n *int, value string) (want string) {
	parsed, err := strconv.Atoi(value)
	if err != nil || parsed < 0 {
		return "want a whole number, 0 or more"
	}
	*n = parsed
	return ""
}

func setAllowed(o *Options, value string) (want string) {
	for one := range strings.SplitSeq(value, ",") {
		switch one {
		case "eviction":
			o.AllowEviction = true
		case "no_persistence":
			o.AllowNoPersistence = true
		default:
			return "want eviction, no_persistence, or both separated by a comma"
		}
	}
	return ""
}
