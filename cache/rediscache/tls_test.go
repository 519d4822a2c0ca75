package rediscache_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver"
)

// certify writes a certificate for 127.0.0.1 and its key into a directory, and returns a pool that trusts it.
func certify(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	pool.AppendCertsFromPEM(text)
	for name, content := range map[string][]byte{
		"cert.pem": text, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// TLS connects to a server with a trusted certificate, and to no other; with a user and a database.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	pool := certify(t, dir)
	port, err := testserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	s := ownServer(t, "--tls-port", strconv.Itoa(port), "--tls-auth-clients", "no",
		"--tls-cert-file", filepath.Join(dir, "cert.pem"), "--tls-key-file", filepath.Join(dir, "key.pem"))
	if _, err := s.Do("acl", "setuser", "own", "on", ">s3cret@/", "~x:*", "+@all"); err != nil {
		t.Fatal(err)
	}
	url := "rediss://own:s3cret%40%2F@" + testserver.Address(port) + "/3?prefix=x:&allow=no_persistence"
	_, err = rediscache.Open(context.Background(), url, rediscache.Options{})
	expectText(t, err, "certificate")
	m := newManager(t, open(t, url, rediscache.Options{TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}), nil)
	mustAdd(t, m, "g", 1, "a")
	expectTotal(t, m, "g", 1)
	if keys, err := s.Do("-n", "3", "dbsize"); err != nil || keys == "0" {
		t.Errorf("database 3 has %s keys: %v", keys, err)
	}
	if keys, err := s.Do("dbsize"); err != nil || keys != "0" {
		t.Errorf("database 0 has %s keys: %v", keys, err)
	}
}
