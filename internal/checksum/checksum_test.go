package checksum_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/checksum"
)

// TestKnownValue pins the algorithm: the check value of CRC-32C for "123456789" is e3069283.
func TestKnownValue(t *testing.T) {
	got := checksum.Append([]byte("1234"), []byte("56789"))
	if want := "83920" + "6e3"; hex.EncodeToString(got[5:]) != want {
		t.Errorf("checksum %x, want %s", got[5:], want)
	}
}

func TestSealAndUnseal(t *testing.T) {
	key := []byte("key")
	for _, payload := range []string{"", "p", strings.Repeat("payload", 100)} {
		value := checksum.Seal(key, 1, []byte(payload))
		got, err := checksum.Unseal(key, 1, value)
		if err != nil || string(got) != payload {
			t.Errorf("got %q, %v; want %q", got, err, payload)
		}
		if _, err := checksum.Unseal(key, 2, value); err == nil || err.Error() != "it has format 1, want 2" {
			t.Errorf("another format: %v", err)
		}
		if _, err := checksum.Unseal([]byte("kez"), 1, value); err == nil {
			t.Error("a value under another key was accepted")
		}
		for i := range value {
			altered := bytes.Clone(value)
			altered[i] ^= 1
			if _, err := checksum.Unseal(key, 1, altered); err == nil {
				t.Errorf("byte %d of %d was altered unnoticed", i, len(value))
			}
			if _, err := checksum.Unseal(key, 1, value[:i]); err == nil {
				t.Errorf("%d of %d bytes were accepted", i, len(value))
			}
		}
	}
}

// TestCutKeepsCapacity checks that appending to what Cut returns does not overwrite the checksum.
func TestCutKeepsCapacity(t *testing.T) {
	value := checksum.Append(nil, []byte("v"))
	before := bytes.Clone(value)
	got, err := checksum.Cut(nil, value)
	if err != nil || string(got) != "v" {
		t.Fatalf("%q, %v", got, err)
	}
	if _ = append(got, 'x'); !bytes.Equal(value, before) {
		t.Errorf("the value became %x, was %x", value, before)
	}
}
