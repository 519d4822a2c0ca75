package server

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/dictrack/dictrack/record"
	"github.com/redis/rueidis"
)

// ErrReply is the error of a script's reply that this program does not understand.
var ErrReply = errors.New("redis: unexpected reply of a script: does another program use these keys?")

// TransientError wraps an error of the store or of a server after which the same operation may succeed later.
type TransientError struct{ error }

// Unwrap returns the error itself.
func (e TransientError) Unwrap() error { return e.error }

// Is makes it a record.ErrUnavailable.
func (e TransientError) Is(target error) bool { return target == record.ErrUnavailable }

// Transient wraps an error in a TransientError.
func Transient(err error) error { return TransientError{err} }

// IsTransient reports whether err is, or wraps, a TransientError.
func IsTransient(err error) bool {
	var t TransientError
	return errors.As(err, &t)
}

// ErrorClass says what an error of a server means for the command that failed.
type ErrorClass int

const (
	// InDoubt means that the command may have been executed or not.
	InDoubt ErrorClass = iota
	// Retryable means that it was not executed, and may succeed later.
	Retryable
	// NoScript means that it was not executed, because the server does not have the script. It was restarted or replaced.
	NoScript
	// BadKey means that it was not executed, because a key holds something that this program did not write.
	BadKey
	// Refused means that it was not executed, and never will be.
	Refused
)

// retryable are the beginnings of the error replies that are Retryable.
var retryable = []string{
	"LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "BUSY", "OOM", "NOREPLICAS", "MISCONF", "MOVED", "ASK",
	"UNBLOCKED",
}

// Classify returns the class of an error of a command.
func Classify(err error) ErrorClass {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) {
		return classifyClientError(err)
	}
	text := replyText(reply.Error())
	switch {
	case reply.IsNoScript():
		return NoScript
	case strings.Contains(text, "WRONGTYPE"):
		return BadKey
	}
	for _, t := range retryable {
		if strings.HasPrefix(text, t) || strings.HasPrefix(text, "ERR "+t) {
			return Retryable
		}
	}
	return Refused
}

func classifyClientError(err error) ErrorClass {
	var network *net.OpError
	switch {
	case errors.As(err, &network) && network.Op == "dial":
		return Retryable
	case errors.Is(err, ErrReply):
		return BadKey
	}
	return InDoubt
}

// inScript is part of the errors of commands that a script called.
const inScript = "@user_script:"

// replyText is an error reply without what Redis before 7 puts in front of the errors of commands in a script.
func replyText(text string) string {
	if _, behind, ok := strings.Cut(text, inScript+" "); ok {
		_, text, _ = strings.Cut(behind, ": ")
	}
	return strings.TrimPrefix(text, "-")
}

// ScriptStarted reports whether a script may have been running when it failed; other errors come before that.
func ScriptStarted(err error) bool {
	var reply *rueidis.RedisError
	return !errors.As(err, &reply) || strings.Contains(reply.Error(), inScript)
}

// IsCrossSlot reports whether a command had keys of several slots of a cluster.
func IsCrossSlot(err error) bool {
	var reply *rueidis.RedisError
	return errors.As(err, &reply) && strings.HasPrefix(reply.Error(), "CROSSSLOT")
}

// isRedirect reports whether another node of a cluster has the key of a command.
func isRedirect(err error) bool {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) {
		return false
	}
	_, moved := reply.IsMoved()
	_, ask := reply.IsAsk()
	return moved || ask
}

// Unreachable describes, on one line, why servers cannot be connected to. Several servers that fail for the same reason,
// and several attempts on one, are one reason.
func Unreachable(addresses []string, err error) error {
	hint := "is the server running, and is the address right?"
	var reply *rueidis.RedisError
	if errors.As(err, &reply) {
		return fmt.Errorf("redis at %s refuses the connection: %w", strings.Join(addresses, ", "), oneLine(err))
	}
	return record.Unavailable(fmt.Errorf("redis at %s is unreachable: %w; %s", strings.Join(addresses, ", "), oneLine(err), hint))
}

// oneLineError has the text of its parts, each once, on one line.
type oneLineError struct {
	text string
	err  error
}

func (e oneLineError) Error() string { return e.text }

func (e oneLineError) Unwrap() error { return e.err }

func oneLine(err error) error {
	var parts []string
	seen := map[string]bool{}
	for _, part := range strings.Split(err.Error(), "\n") {
		if part = strings.TrimSpace(part); part != "" && !seen[part] {
			seen[part] = true
			parts = append(parts, part)
		}
	}
	return oneLineError{strings.Join(parts, "; "), err}
}
