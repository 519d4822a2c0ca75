package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// A warning that comes again and again is told now and then, and no other is held back.
func TestLogTellsSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		log := (&app{&streams{err: &errs}}).log()
		for range 25 {
			log.Info("nobody hears this")
			log.Warn("away", "error", "refused")
			log.Error("lost", "group", "a\nb")
			time.Sleep(time.Second)
		}
		want := ""
		for range 3 {
			want += "level=WARN msg=away error=refused\nlevel=ERROR msg=lost group=\"a\\nb\"\n"
		}
		if errs.String() != want {
			t.Errorf("told is\n%swant\n%s", errs.String(), want)
		}
	})
}
