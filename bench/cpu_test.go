package bench_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// cpu adds up processor time somewhere, which on a busy machine says more than how long something took.
type cpu struct {
	where  string
	now    func() (time.Duration, error)
	before time.Duration
	used   time.Duration
}

// both are the processor times of a Redis and of who calls it.
func both(client rueidis.Client, caller func() (time.Duration, error)) []cpu {
	return []cpu{{where: "server", now: func() (time.Duration, error) { return serverTime(client) }}, {where: "client", now: caller}}
}

func (c *cpu) begin(b *testing.B) { c.before = c.read(b) }

func (c *cpu) end(b *testing.B) { c.used += c.read(b) - c.before }

func (c *cpu) read(b *testing.B) time.Duration {
	b.Helper()
	t, err := c.now()
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// ownTime is the processor time that this process has used.
func ownTime() (time.Duration, error) {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()), nil
}

// resident is the memory that this process has of the machine's.
func resident(b *testing.B) int {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("only Linux tells how much memory a process has:", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// serverTime is the processor time that a Redis has used.
func serverTime(client rueidis.Client) (time.Duration, error) {
	user, err := stat(client, "cpu", "used_cpu_user")
	if err != nil {
		return 0, err
	}
	system, err := stat(client, "cpu", "used_cpu_sys")
	return time.Duration((user + system) * float64(time.Second)), err
}

// stat is a number that a Redis tells of itself.
func stat(client rueidis.Client, section, name string) (float64, error) {
	text, err := client.Do(context.Background(), client.B().Info().Section(section).Build()).ToString()
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("INFO %s has no %s", section, name)
}
