// Package schema has the parts from which packages write the JSON Schema (draft 2020-12) of what they parse.
package schema

import "slices"

// Schema is a JSON Schema in Go form.
type Schema = map[string]any

// Field is one field of an object.
type Field struct {
	Name string
	// Doc is what an editor shows about the field.
	Doc string
	// Value is the schema of the field's value; nil allows any.
	Value Schema
}

// Variant is the form of an object while its tag, the field that tells the forms apart, has one of some values.
type Variant struct {
	Tags []string
	// Fields are all fields but the tag; any other is refused.
	Fields   []Field
	Required []string
	// Rules are further keywords, such as oneOf.
	Rules Schema
}

// Tagged returns the schema of an object that has one of several forms. The tag is a required field.
func Tagged(tag, doc string, variants []Variant) Schema {
	all := fieldsOf(variants)
	properties := Schema{}
	var tags, branches []any
	for _, f := range all {
		properties[f.Name] = Schema{"description": f.Doc}
	}
	for _, v := range variants {
		values := Strings(v.Tags...)
		tags = append(tags, values...)
		branches = append(branches, If(tag, values, v.schema(all)))
	}
	properties[tag] = Schema{"description": doc, "enum": tags}
	return Schema{
		"type": "object", "properties": properties, "required": Strings(tag), "additionalProperties": false, "allOf": branches,
	}
}

// fieldsOf returns the fields of all variants, each name once.
func fieldsOf(variants []Variant) []Field {
	var all []Field
	for _, v := range variants {
		for _, f := range v.Fields {
			if !slices.ContainsFunc(all, func(g Field) bool { return g.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// schema is what holds for an object of the variant: its own fields, and none of the others in all.
func (v *Variant) schema(all []Field) Schema {
	properties := Schema{}
	for _, f := range all {
		properties[f.Name] = false
	}
	for _, f := range v.Fields {
		properties[f.Name] = f.Schema()
	}
	s := Schema{"properties": properties}
	if len(v.Required) > 0 {
		s["required"] = Strings(v.Required...)
	}
	for keyword, rule := range v.Rules {
		s[keyword] = rule
	}
	return s
}

// Schema returns the schema of the field's value together with its documentation.
func (f *Field) Schema() Schema {
	s := Schema{"description": f.Doc}
	for keyword, rule := range f.Value {
		s[keyword] = rule
	}
	return s
}

// If returns a schema that applies then to objects whose field has one of some values.
func If(field string, values []any, then Schema) Schema {
	condition := Schema{"properties": Schema{field: Schema{"enum": values}}, "required": Strings(field)}
	return Schema{"if": condition, "then": then}
}

// Without returns the schema of objects that do not have the field.
func Without(field string) Schema { return Schema{"properties": Schema{field: false}} }

// Strings returns a list of texts.
func Strings(texts ...string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// Number returns the schema of a number.
func Number() Schema { return Schema{"type": "number"} }

// Bool returns the schema of true and false.
func Bool() Schema { return Schema{"type": "boolean"} }

// Path returns the schema of a path.
func Path() Schema { return Schema{"type": "string", "minLength": 1} }

// ListOf returns the schema of a list of items.
func ListOf(item Schema) Schema { return Schema{"type": "array", "items": item} }

// Duration returns the schema of a duration.
func Duration() Schema {
	return Schema{
		"type":     "string",
		"pattern":  `^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`,
		"examples": Strings("90s", "1h30m", "720h"),
	}
}

// Time returns the schema of a time: RFC 3339, or whole Unix seconds.
func Time() Schema {
	return Schema{"anyOf": []any{
		Schema{"type": "string", "format": "date-time"},
		Schema{"type": "integer"},
	}}
}
