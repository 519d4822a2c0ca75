package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// A warning that repeats is written once per interval, and suppresses no other line.
func TestLogSuppressesRepetitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		log := (&app{&streams{err: &errs}}).log()
		for range 25 {
			log.Info("not logged")
			log.Warn("away", "error", "refused")
			log.Error("lost", "group", "a\nb")
			time.Sleep(time.Second)
		}
		want := ""
		for range 3 {
			want += "level=WARN msg=away error=refused\nlevel=ERROR msg=lost group=\"a\\nb\"\n"
		}
		if errs.String() != want {
			t.Errorf("logged\n%swant\n%s", errs.String(), want)
		}
	})
}
