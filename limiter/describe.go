package limiter

import (
	"encoding/json"
	"time"
)

// Description is the state of a limiter for people and programs to read. A kind sets the fields that it has.
type Description struct {
	Kind string
	// Limit and Left are those of a count limiter: the steps of a round, and how many of them are left.
	Limit, Left int64
	// Start and End are those of a time limiter, both inclusive.
	Start, End time.Time
	// PrivateState is that of a custom kind.
	PrivateState []byte

	form any // what MarshalJSON writes
}

// MarshalJSON writes the kind and the fields that the kind has.
func (d Description) MarshalJSON() ([]byte, error) { return json.Marshal(d.form) }
