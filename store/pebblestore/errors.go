package pebblestore

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/record"
)

var errMissing = errors.New("it is missing")

// corruptRecord returns the error for a record with invalid bytes.
func corruptRecord(name string, err error) error {
	return &record.CorruptError{Record: name, Reason: err.Error()}
}

// readError returns the error for a record that Pebble cannot read.
func readError(record string, err error) error {
	if pebble.IsCorruptionError(err) {
		return corruptRecord(record, err)
	}
	return fmt.Errorf("read %s: %w", record, err)
}
