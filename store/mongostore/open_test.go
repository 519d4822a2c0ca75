package mongostore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/dictrack/dictrack/internal/testserver"
	"github.com/dictrack/dictrack/store/mongostore"
)

// TestRefusedOptions: each error names what is wrong and what is allowed.
func TestRefusedOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url  string
		o    mongostore.Options
		want string
	}{
		{"mongodb://h/", mongostore.Options{Database: "a.b"}, `options.Database: "a.b"`},
		{"mongodb://h/", mongostore.Options{Database: strings.Repeat("x", 64)}, "at most 63 bytes"},
		{"mongodb://h/a.b", mongostore.Options{}, `options.Database: "a.b"`},
		{"mongodb://h/a%20b", mongostore.Options{}, `options.Database: "a b"`},
		{"mongodb://h/", mongostore.Options{Prefix: "$x"}, `options.Prefix: "$x"`},
		{"mongodb://h/", mongostore.Options{Prefix: "system.x"}, "system."},
		{"mongodb://h/", mongostore.Options{RetryTimeout: time.Millisecond}, `options.RetryTimeout: "1ms" is not allowed: want at least 100ms`},
		{"mongodb://h/", mongostore.Options{TrackerDocDelay: -1}, `options.TrackerDocDelay: "-1ns"`},
		{"mongodb://h/", mongostore.Options{WriteConcern: writeconcern.Unacknowledged()}, "w=0, want at least w=1"},
		{"mongodb://h/?w=0", mongostore.Options{}, "w=0, want at least w=1"},
		{"postgres://h/", mongostore.Options{}, `begins with "postgres://", want mongodb://`},
		{"h:27017", mongostore.Options{}, "has no scheme, want mongodb://"},
		{"mongodb://", mongostore.Options{}, "want mongodb://USER"},
		{"mongodb://h:port/", mongostore.Options{}, "want mongodb://USER"},
		{"mongodb://h/?w=-1", mongostore.Options{}, "want mongodb://USER"},
		{"mongodb://h/?retryWrite=false", mongostore.Options{}, `option "retrywrite", which the driver does not know`},
		{"mongodb+srv://h.invalid/?ww=1&w=1&aa=2", mongostore.Options{}, `option "aa, ww"`},
		{"mongodb://user:x@y/?half=secret@h/db", mongostore.Options{}, "has to be %40"},
	} {
		s, err := mongostore.Open(t.Context(), c.url, c.o)
		if err == nil {
			mustClose(t, s)
			t.Errorf("%s, %+v: opened", c.url, c.o)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %+v: error %q, want one with %q", c.url, c.o, err, c.want)
		}
	}
	if _, err := mongostore.New(t.Context(), nil, mongostore.Options{}); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("New without a client: %v", err)
	}
}

// TestPasswords: no error has the password of the URL, whatever is wrong with it.
func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"mongodb://user:sec/ret@h:1/db", "mongodb://user:sec%zzret@h:1/db", "mongodb://user:sec:ret@h:1/db", "mongodb://user:sec@ret@h/",
		"mongodb://user:secret@h:port/", "mongodb://user:secret@/", "mongodb://user:secret@h/?w=x&wtimeoutMS=sec", "mongodb+srv://user:secret@h:1/", "mongodb+srv://user:sec@ret@h.invalid/",
		"secret://x", "mongodb://u:p@h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:secret,CANON:1",
		"mongodb://u@h/?tlsCertificateKeyFile=/none&tlsCertificateKeyFilePassword=secret",
		"mongodb://user:p@ss/?sec=ret@h/db", "mongodb://user:secret@h/?nope=secret", "mongodb://h/?connectTimeoutMS=secret", "mongodb://user:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		s, err := mongostore.Open(ctx, url, mongostore.Options{RetryTimeout: 300 * time.Millisecond})
		cancel()
		if err == nil {
			mustClose(t, s)
			t.Errorf("%s: opened", url)
			continue
		}
		// the error may contain "secret" when it is the scheme: no password stands there
		if text := err.Error(); strings.Contains(text, "sec") && !strings.HasPrefix(url, "secret") || strings.Contains(text, "\n") {
			t.Errorf("%s: error %q", url, text)
		}
	}
}

// TestOpenWithoutServer: the error says in one line where, what, and what to do.
func TestOpenWithoutServer(t *testing.T) {
	t.Parallel()
	port, err := testserver.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	at := testserver.Address(port)
	start := time.Now()
	_, err = mongostore.Open(t.Context(), "mongodb://user:secret@"+at+"/", mongostore.Options{})
	if err == nil {
		t.Fatal("opened a store where nobody listens")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v to find out that nobody listens", took)
	}
	for _, want := range []string{at, `database "dictrack"`, "connection refused", "is the server running"} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("error %q, want one that says %q once", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %q, want one line without the password", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := mongostore.Open(ctx, "mongodb://"+at+"/", mongostore.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open that was cancelled: %v, want context.Canceled", err)
	}
}

// TestDatabaseOfURL: the URL's database is where the collections are, unless Options say another.
func TestDatabaseOfURL(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := strings.Replace(server.URL(), "/?", "/"+db+"?", 1)
	s := mustOpen(t, url, mongostore.Options{Prefix: "mine."})
	mustCommit(t, s, addTrackers(mustLoad(t, s, "g"), counters(1)...))
	mustClose(t, s)
	names, err := raw.Database(db).ListCollectionNames(t.Context(), struct{}{})
	if err != nil || len(names) == 0 {
		t.Fatalf("collections %q, %v", names, err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "mine.") {
			t.Errorf("collection %q does not begin with the prefix", name)
		}
	}
}

// TestNew checks that Close leaves the client of the caller connected.
func TestNew(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	for range 2 {
		s, err := mongostore.New(t.Context(), raw, mongostore.Options{Database: db, TrackerDocDelay: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		g := mustLoad(t, s, "g")
		if g.Exists() {
			mustCommit(t, s, track(g, "", 0))
		} else {
			mustCommit(t, s, addTrackers(g, counters(1)...))
		}
		mustClose(t, s)
	}
	if err := raw.Ping(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestCloseWhileServerIsDown: Close does not wait for a server that is away, and neither do calls under way.
func TestCloseWhileServerIsDown(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: "away", RetryTimeout: time.Hour, TrackerDocDelay: time.Hour})
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(1)...))
	server.Proxy.Refuse(true)
	called := make(chan error)
	go func() {
		_, err := s.Load(context.Background(), "g")
		called <- err
	}()
	time.Sleep(100 * time.Millisecond)
	closed := make(chan error)
	start := time.Now()
	go func() { closed <- s.Close() }()
	if err := <-called; err == nil {
		t.Error("Load went well without a server")
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("Close took %v", took)
	}
	server.Proxy.Refuse(false)
}
