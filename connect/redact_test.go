package connect

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for url, want := range map[string]string{
		"":                                 "",
		"memory:?write_behind=1s":          "memory:?write_behind=1s",
		"pebble:state/a@b?sync=false":      "pebble:state/a@b?sync=false",
		"redis://localhost:6379/0":         "redis://localhost:6379/0",
		"redis://h:6379/0?prefix=p:":       "redis://h:6379/0?***",
		"redis://:s3cret@h:6379/0":         "redis://:***@h:6379/0",
		"rediss://default:s3cret@h":        "rediss://default:***@h",
		"redis+cluster://u:pw@h1:1,h2:2/":  "redis+cluster://u:***@h1:1,h2:2/",
		"redis+cluster://h1:1,h2:2/?a=b":   "redis+cluster://h1:1,h2:2/?***",
		"redis://[::1]:6379/1":             "redis://[::1]:6379/1",
		"redis://[::1]/1":                  "redis://[::1]/1",
		"mongodb+srv://u:pw@c.example/db":  "mongodb+srv://u:***@c.example/db",
		"postgres://u@h/db":                "postgres://***@h/db",
		"postgres://u:pw@h/db?sslmode=x":   "postgres://u:***@h/db?***",
		"postgres:///db?host=/run":         "postgres:///db?***",
		"state/of/flights":                 "state/of/flights",
		"localhost:6379":                   "localhost:6379",
		"host=h user=u password=pw port=1": "host=h user=u password=*** port=1",
	} {
		if got := Redact(url); got != want {
			t.Errorf("Redact(%q) = %q, want %q", url, got, want)
		}
	}
}

// malformed are URLs with a password, SECRET, and with something wrong.
var malformed = []string{
	"redis:u:SECRET@h", "redis:/u:SECRET@h", "redis:///u:SECRET@h", "redis//u:SECRET@h", "redis://u:SECRET",
	"redis://u:SECRET/0", "redis://:SECRET", "redis://:SECRET/0", "redis://u:SECRET%40h:6379", "redis://h:6379,u:SECRET",
	"redis://SECRET@h", "redis://SECRET@", "redis://:SECRET@", "redis://u:SECRET@h:port", "redis://u:SECRET@h:99999/0",
	"redis://u:SECRET@h/notanumber", "redis://u:SECRET@h/0?nope=1", "redis://h/0?password=SECRET", "redis://h/0?SECRET",
	"redis://u:SECRET@[::1", "redis://u:SECRET@h\x7f", "redis://u:SECRET@h\n", "redis://u:SECRET%zz@h", "redis://u:%SECRET@h",
	"redis+cluster://u:SECRET@h1:x,h2", "redis+cluster://u:SECRET@h1,,h2", "redis+sentinel://u:SECRET@h1",
	"redis+sentinel://u:SECRET@h1/", "rediss+cluster://u:SECRET@h1?prefix={x}",
	"u:SECRET@h", ":SECRET@h", "//u:SECRET@h", "://u:SECRET@h", "u:SECRET@h:6379/0", "1://u:SECRET@h", "a b://u:SECRET@h",
	"http://u:SECRET@h", "mongo://u:SECRET@h", "pg:u:SECRET@h", "redis-cluster:u:SECRET@h", "file://u:SECRET@h",
	"memory://u:SECRET@h", "pebble://u:SECRET@h", "REDIS://u:SECRET@h:x", "Postgres:u:SECRET@h",
	"mongodb://u:SECRET@", "mongodb://u:SECRET", "mongodb://u:SECRET@h:x/db", "mongodb://u:SECRET@h/db?nope=1&w=x",
	"mongodb://u:SECRET@h/a.b/c d", "mongodb://u:SECRET@h/db?authMechanism=nope", "mongodb://u:SECRET%zz@h/db",
	"mongodb://u@v:SECRET@h/db", "mongodb://h/db?authMechanismProperties=AWS_SESSION_TOKEN:SECRET",
	"mongodb+srv://u:SECRET@h:27017/db", "mongodb+srv://u:SECRET@a,b/db", "mongodb:u:SECRET@h",
	"postgres://u:SECRET@h:x/db", "postgres://u:SECRET@h:99999/db", "postgres://u:SECRET", "postgres://u:SECRET%zz@h/db",
	"postgres://u:SECRET@h/db?sslmode=nope", "postgres://u:SECRET@h/db?connect_timeout=x", "postgres://h/db?password=SECRET&sslmode=x",
	"postgres://h/db?sslmode=x&sslpassword=SECRET", "postgres:u:SECRET@h/db", "postgres://u:SECRET@h/db?pool_max_conns=x",
	"postgres://u:SECRET@h1:1,h2:x/db", "postgresql://u:SECRET@[h/db", "postgres:host=h password=SECRET",
	"host=h password=SECRET port=x", "host=h password = 'SECRET' port=x", "host=h PASSWORD='a SECRET b",
	"postgres://u:SECRET@h:x/db?target_session_attrs=nope",
}

// secrets are passwords with what makes trouble in a URL.
var secrets = []string{"s3cret", "s3/cret", "s3?cret", "s3#cret", "s3@cret", "s3:cret", "s3%cret", "s3 cret", "12345/6", "s3,cret", "s3[cret", "s3&cret"}

func TestRedactHidesSecrets(t *testing.T) {
	for _, form := range malformed {
		for _, secret := range secrets {
			if secret != "s3cret" && !strings.Contains(form, ":SECRET@") {
				continue // would be another proper URL, or end the setting
			}
			url := strings.ReplaceAll(form, "SECRET", secret)
			checkHidden(t, url, secret, Redact(url))
		}
	}
}

// checkHidden fails when a text shows a password, or more of it than its first two letters.
func checkHidden(t *testing.T, url, secret, text string) {
	t.Helper()
	for _, part := range []string{secret, secret[len(secret)-3:], secret[:3]} {
		if strings.Contains(text, part) {
			t.Errorf("of %q is shown: %q in %q", url, part, text)
			return
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, form := range malformed {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, form string) {
		if name, _, _ := strings.Cut(form, ":"); name == "memory" || name == "pebble" || strings.Contains(name, "geheim") {
			return
		}
		before, after, ok := strings.Cut(form, "SECRET@")
		if !ok || !strings.HasSuffix(before, ":") || strings.Contains(before+after, "geheim") {
			return
		}
		url := before + "geheim@" + after
		if text := Redact(url); strings.Contains(text, "geheim") {
			t.Errorf("Redact(%q) = %q", url, text)
		}
	})
}
