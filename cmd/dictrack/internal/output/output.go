// Package output writes lists as a table, as JSON or as YAML, item by item.
package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Format is how a list is written.
type Format string

// The formats.
const (
	Table Format = "table"
	JSON  Format = "json"
	YAML  Format = "yaml"
)

// Writer writes a list, in the order of Add. Items may be written only when it is closed.
type Writer interface {
	// Add adds an item. JSON and YAML have the form that encoding/json gives it.
	Add(item any) error
	// Close ends the list.
	Close() error
}

// Rows returns the rows of a table for an item, each with a cell for every column.
type Rows func(item any) [][]string

// New returns a Writer to w. A table with nil columns has one column and no header, and is written item by item.
func New(w io.Writer, f Format, columns []Column, rows Rows) Writer {
	switch f {
	case JSON:
		return &jsonWriter{w: w}
	case YAML:
		return &yamlWriter{w: w}
	}
	return newTable(w, columns, rows)
}

// jsonWriter writes an indented array.
type jsonWriter struct {
	w     io.Writer
	begun bool
}

func (j *jsonWriter) Add(item any) error {
	text, err := marshal(item)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("[\n  ")
	if j.begun {
		out.Reset()
		out.WriteString(",\n  ")
	}
	if err := json.Indent(&out, text, "  ", "  "); err != nil {
		return err
	}
	j.begun = true
	_, err = j.w.Write(out.Bytes())
	return err
}

func (j *jsonWriter) Close() error {
	end := "[]\n"
	if j.begun {
		end = "\n]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}

// marshal encodes an item without escaping HTML.
func marshal(item any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(item); err != nil {
		return nil, fmt.Errorf("write as JSON: %w", err)
	}
	return bytes.TrimRight(text.Bytes(), "\n"), nil
}
