package mongostore

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
)

// transientCodes are the codes of server errors that pass: a primary steps down or shuts down, the network
// between members fails, a majority is late.
var transientCodes = []int{
	6, 7, 64, 89, 91, 134, 189, 262, 9001, 10107, 10058, 11600, 11602, 13435, 13436,
}

// isTransient reports whether another attempt may succeed.
func isTransient(err error) bool {
	if mongo.IsNetworkError(err) || mongo.IsTimeout(err) {
		return true
	}
	if _, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return true
	}
	server, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		_, ok := errors.AsType[topology.ConnectionError](err)
		return ok
	}
	for _, code := range transientCodes {
		if server.HasErrorCode(code) {
			return true
		}
	}
	return server.HasErrorLabel("RetryableWriteError") || server.HasErrorLabel("TransientTransactionError")
}
