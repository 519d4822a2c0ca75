package tracker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// The binary form of a State, in order: a byte of flags; then, unless removed, the progress; stage and
// cycle unless both are 1; the Extra if there is one. Numbers are varints. docs/formats.md has the
// details.
const (
	flagCompleted = 1 << iota
	flagLimited
	flagRemoved
	flagPosition // stage or cycle is not 1
	flagExtra
	flagsKnown = flagCompleted | flagLimited | flagRemoved | flagPosition | flagExtra
)

// AppendState writes the binary form of s to dst: 2 bytes for a tracker with a small count.
func AppendState(dst []byte, s *State) []byte {
	if s.Removed {
		return append(dst, flagRemoved)
	}
	dst = append(dst, s.flags())
	dst = s.Progress.AppendBinary(dst)
	if s.Stage != 1 || s.Cycle != 1 {
		dst = binary.AppendUvarint(dst, uint64(s.Stage))
		dst = binary.AppendUvarint(dst, uint64(s.Cycle))
	}
	if s.Extra != nil {
		dst = s.Extra.append(dst)
	}
	return dst
}

func (s *State) flags() byte {
	var f byte
	if s.Completed {
		f |= flagCompleted
	}
	if s.Limited {
		f |= flagLimited
	}
	if s.Stage != 1 || s.Cycle != 1 {
		f |= flagPosition
	}
	if s.Extra != nil {
		f |= flagExtra
	}
	return f
}

func (e *Extra) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, e.ExpireAt)
	dst = appendBytes(dst, e.PrivateState)
	dst = binary.AppendUvarint(dst, uint64(len(e.Limits)))
	for _, l := range e.Limits {
		for _, n := range [...]int64{l.Limit, l.Left, l.Start, l.End} {
			dst = binary.AppendVarint(dst, n)
		}
		dst = appendBytes(dst, l.PrivateState)
	}
	return dst
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

var errState = errors.New("not the record of a tracker's state")

// ReadState reads what AppendState wrote for a tracker of any definition, and returns the bytes after it.
// What only the definition can tell, as whether there is such a stage, is not checked.
func ReadState(src []byte) (State, []byte, error) {
	r := reader{src: src}
	s := r.state()
	if r.failed {
		return State{}, nil, errState
	}
	return s, r.src, nil
}

// ReadState reads what AppendState wrote for a tracker of definition d, and returns the bytes after
// it. Any other bytes give an error; the state it returns is one that Step can go on from.
func (d *Definition) ReadState(src []byte) (State, []byte, error) {
	s, rest, err := ReadState(src)
	if err == nil && !s.Removed {
		err = d.checkState(&s)
	}
	if err != nil {
		return State{}, nil, fmt.Errorf("read state of %q: %w", d.spec.Name, err)
	}
	return s, rest, nil
}

// checkState refuses states that no step of d could have led to.
func (d *Definition) checkState(s *State) error {
	limits := 0
	if s.Extra != nil {
		limits = len(s.Extra.Limits)
	}
	switch {
	case s.Stage < 1 || int(s.Stage) > len(d.spec.Targets):
		return fmt.Errorf("stage %d of %d: %w", s.Stage, len(d.spec.Targets), errState)
	case s.Cycle < 1:
		return fmt.Errorf("cycle %d: %w", s.Cycle, errState)
	case s.Extra != nil && slices.ContainsFunc(s.Extra.Limits, func(l limiter.State) bool { return !l.Valid() }):
		return fmt.Errorf("a window out of range: %w", errState)
	case limits != len(d.spec.Limiters):
		return fmt.Errorf("%d limiters instead of %d: %w", limits, len(d.spec.Limiters), errState)
	}
	return nil
}

// reader takes values off the front of src; once failed it returns zeros.
type reader struct {
	src    []byte
	failed bool
}

func (r *reader) state() State {
	flags := r.byte()
	if flags&^flagsKnown != 0 || flags&flagRemoved != 0 && flags != flagRemoved {
		r.failed = true
	}
	if flags == flagRemoved {
		return State{Removed: true, Stage: 1, Cycle: 1}
	}
	s := State{Stage: 1, Cycle: 1, Completed: flags&flagCompleted != 0, Limited: flags&flagLimited != 0}
	s.Progress = r.decimal()
	if flags&flagPosition != 0 {
		stage := r.uvarint()
		if stage > 1<<31-1 {
			r.failed = true
		}
		s.Stage, s.Cycle = int32(stage), int64(r.uvarint()) // #nosec G115 -- the range is checked here and in checkState
	}
	if flags&flagExtra != 0 {
		s.Extra = r.extra()
	}
	return s
}

func (r *reader) extra() *Extra {
	e := &Extra{ExpireAt: r.varint(), PrivateState: r.bytes()}
	n := r.uvarint()
	if n > uint64(len(r.src)) {
		r.failed = true
		return e
	}
	if n > 0 {
		e.Limits = make([]limiter.State, n)
	}
	for i := range e.Limits {
		l := &e.Limits[i]
		l.Limit, l.Left, l.Start, l.End = r.varint(), r.varint(), r.varint(), r.varint()
		l.PrivateState = r.bytes()
	}
	return e
}

func (r *reader) byte() byte {
	if len(r.src) == 0 {
		r.failed = true
		return 0
	}
	b := r.src[0]
	r.src = r.src[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.src)
	return advance(r, n, size)
}

func (r *reader) varint() int64 {
	n, size := binary.Varint(r.src)
	return advance(r, n, size)
}

func advance[T int64 | uint64](r *reader, n T, size int) T {
	if size <= 0 {
		r.failed = true
		return 0
	}
	r.src = r.src[size:]
	return n
}

// bytes copies, so that a State never holds on to a store's buffer.
func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.src)) {
		r.failed = true
		return nil
	}
	if n == 0 {
		return nil
	}
	b := slices.Clone(r.src[:n])
	r.src = r.src[n:]
	return b
}

func (r *reader) decimal() decimal.Decimal {
	d, rest, ok := decimal.ReadBinary(r.src)
	if !ok {
		r.failed = true
		return decimal.Decimal{}
	}
	r.src = rest
	return d
}
