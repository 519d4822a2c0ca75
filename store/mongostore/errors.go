package mongostore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
)

// explainError says in one line what is wrong and what to do about it; "" if err says it all. Unreached
// reports that the server could not be reached.
func explainError(err error) (reason string, unreached bool) {
	// A server that cannot be reached is described with all that the driver knows about the servers. What
	// matters of it is why the last try failed.
	if selection, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		for _, server := range selection.Desc.Servers {
			if server.LastError != nil {
				return connectReason(server.LastError), true
			}
		}
		return "no primary answers in time: is one elected, and may this machine reach it?", true
	}
	if strings.Contains(err.Error(), "auth error") {
		return "the server does not let the user in: check user, password and authSource in the URL", true
	}
	if server, ok := errors.AsType[mongo.ServerError](err); ok {
		for _, code := range server.ErrorCodes() {
			if hint := hints[code]; hint != "" {
				return line(err) + ": " + hint, false
			}
		}
	}
	if mongo.IsNetworkError(err) || mongo.IsTimeout(err) {
		return connectReason(err), true
	}
	return "", false
}

// connectReason says why a server cannot be reached.
func connectReason(err error) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("no host is called %q: check the URL", lookup.Name)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: is the server running, and does it listen there?"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF):
		return "the server ends the connection: is it MongoDB, and does tls in the URL match the server?"
	case strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: "):
		return "TLS failed: " + line(err) + ": check tls and tlsCAFile in the URL"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time: is that the right host, and is nothing in between?"
	}
	return line(err)
}

// line returns an error's text in one line.
func line(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// hints are what to do about server errors that have one cause.
var hints = map[int]string{
	13:    "the user needs the role readWrite on the database",
	18:    "check user, password and authSource in the URL",
	85:    "an index of that name is there with other options: drop it, or choose another Prefix",
	86:    "an index of that name is there with other keys: drop it, or choose another Prefix",
	100:   "the write concern asks for more members than there are",
	10334: "a document would be larger than MongoDB allows",
	8000:  "check user, password and authSource in the URL",
}
