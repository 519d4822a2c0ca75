package match

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// Data is one data: a Go map, or raw JSON when Map is nil.
type Data struct {
	Map  map[string]any
	JSON []byte
	// Trusted says that JSON is known to be strict, so that Match need not check what it does not use.
	Trusted bool
}

// read finds what a plan wants.
func (d Data) read(plan *dotpath.Plan, into []value.Value) error {
	switch {
	case d.Map != nil:
		plan.Lookup(d.Map, into)
		return nil
	case d.Trusted:
		return plan.ScanTrusted(d.JSON, into)
	}
	return plan.Scan(d.JSON, into)
}

// Decode returns the data as a map, decoding raw JSON.
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

// DecodeLast decodes raw JSON that Match accepted, taking the last of a key given twice.
func (d Data) DecodeLast() map[string]any {
	var m map[string]any
	decoder := json.NewDecoder(bytes.NewReader(d.JSON))
	decoder.UseNumber()
	_ = decoder.Decode(&m) // Match has accepted it
	return m
}
