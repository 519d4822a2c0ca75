package rediscache

import "testing"

// What Redis before 7 puts around the error of a script's command, when it is called and when it is only tried.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"OOM command not allowed when used memory > 'maxmemory'.":                                                            "OOM command not allowed when used memory > 'maxmemory'.",
		"@user_script: 12: -OOM command not allowed when used memory > 'maxmemory'.":                                         "OOM command not allowed when used memory > 'maxmemory'.",
		"ERR Error running script (call to f_0123): @user_script: 8: -READONLY You can't write against a read only replica.": "READONLY You can't write against a read only replica.",
		"WRONGTYPE Operation against a key holding the wrong kind of value":                                                  "WRONGTYPE Operation against a key holding the wrong kind of value",
		"": "",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
