package predicate

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// Data is the data of one message: a Go map, or the text of a JSON object when Map is nil.
type Data struct {
	Map  map[string]any
	JSON []byte
	// Trusted says that JSON is known to be strict, so that reading it need not check what it does not use.
	Trusted bool
}

// read fills values with what a plan requests.
func (d Data) read(plan *dotpath.Plan, values []value.Value) error {
	switch {
	case d.Map != nil:
		return plan.Lookup(d.Map, values)
	case d.Trusted:
		return plan.ScanTrusted(d.JSON, values)
	}
	return plan.Scan(d.JSON, values)
}

// Decode returns the data as a map, decoding JSON. A key given twice anywhere is an error.
func (d Data) Decode() (map[string]any, error) {
	if d.Map != nil {
		return d.Map, nil
	}
	v, err := rawjson.Decode(d.JSON)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("data is %.20q, want a JSON object", d.JSON)
	}
	return m, nil
}

// DecodeLast decodes JSON that was matched without an error. Of a key given twice it takes the last one.
func (d Data) DecodeLast() map[string]any {
	var m map[string]any
	decoder := json.NewDecoder(bytes.NewReader(d.JSON))
	decoder.UseNumber()
	_ = decoder.Decode(&m) // it was checked when it was matched
	return m
}
