package tracker

import (
	"strings"

	"github.com/dictrack/dictrack/internal/schema"
)

// Schema returns the JSON Schema of a definition as Parse reads it, in Go form. It allows all that Parse allows; Parse
// also refuses what a schema cannot say, such as a window that ends before it starts. Args of registered kinds may be
// anything.
func (r *Registry) Schema() map[string]any {
	properties := schema.Schema{}
	var required []string
	var rules []any
	for i := range specFields {
		f := &specFields[i]
		described := schema.Field{Doc: strings.ReplaceAll(f.doc, "`", ""), Value: f.value(r)}
		properties[f.name] = described.Schema()
		if f.want != "" {
			required = append(required, f.name)
		}
		if f.rule != nil {
			rules = append(rules, f.rule())
		}
	}
	return schema.Schema{
		"type": "object", "properties": properties, "required": schema.Strings(required...),
		"additionalProperties": false, "allOf": rules,
	}
}
