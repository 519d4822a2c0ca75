package trackerfile

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dictrack/dictrack/internal/schema"
	"github.com/dictrack/dictrack/tracker"
)

// Schema returns the JSON Schema (draft 2020-12) of definition files, for editors; it ends in a line feed. The registry
// adds custom kinds, whose args may be anything; nil has only the built-in ones. The schema allows every file that Parse
// accepts, and refuses most that it refuses: that two trackers have the same name, say, only Parse finds.
func Schema(r *tracker.Registry) ([]byte, error) {
	item := schema.Schema{"$ref": "#/$defs/tracker"}
	trackers := schema.ListOf(item)
	trackers["description"] = "the trackers of the file"
	file := schema.Schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "dictrack definition file",
		"$defs":   schema.Schema{"tracker": r.Schema()},
		"type":    schema.Strings("object", "array"),

		// For an object:
		"properties": schema.Schema{"trackers": trackers}, "required": schema.Strings("trackers"), "additionalProperties": false,
		// For a list:
		"items": item,
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(file); err != nil {
		return nil, fmt.Errorf("write JSON Schema: %w", err)
	}
	return text.Bytes(), nil
}
