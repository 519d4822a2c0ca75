package server

import (
	"errors"
	"testing"
)

// replyText removes what Redis before 7 puts around the error of a command in a script, for redis.call and redis.pcall.
func TestReplyText(t *testing.T) {
	for text, want := range map[string]string{
		"OOM command not allowed when used memory > 'maxmemory'.":                                                            "OOM command not allowed when used memory > 'maxmemory'.",
		"@user_script: 12: -OOM command not allowed when used memory > 'maxmemory'.":                                         "OOM command not allowed when used memory > 'maxmemory'.",
		"ERR Error running script (call to f_0123): @user_script: 8: -READONLY You can't write against a read only replica.": "READONLY You can't write against a read only replica.",
		"WRONGTYPE Operation against a key holding the wrong kind of value":                                                  "WRONGTYPE Operation against a key holding the wrong kind of value",
		"": "",
	} {
		if got := replyText(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// An error that an operator reads names the server and what to do, and is one line with each reason once.
func TestUnreachable(t *testing.T) {
	dial := errors.New("dial tcp 10.0.0.1:6379: connect: connection refused")
	got := Unreachable([]string{"10.0.0.1:6379"}, errors.Join(dial, dial, dial)).Error()
	want := "redis at 10.0.0.1:6379 is unreachable: dial tcp 10.0.0.1:6379: connect: connection refused; is the server running, and is the address right?"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
