package condition

import "github.com/dictrack/dictrack/internal/schema"

// Schema returns the JSON Schema of a condition as Parse reads it, in Go form. Args of registered kinds may be anything.
func (r *Registry) Schema() map[string]any {
	var variants []schema.Variant
	for i := range operators {
		variants = append(variants, operators[i].schema())
	}
	if registered := r.names()[len(operators):]; len(registered) > 0 {
		args := schema.Field{Name: "args", Doc: "arguments of the registered kind"}
		variants = append(variants, schema.Variant{Tags: registered, Fields: []schema.Field{args}})
	}
	return schema.Tagged("op", "operator", variants)
}

func (o *operator) schema() schema.Variant {
	v := schema.Variant{
		Tags:     []string{string(o.name)},
		Fields:   []schema.Field{{Name: "key", Doc: "path of the value to look at, as order.total", Value: schema.Path()}},
		Required: []string{"key"},
	}
	if o.operand != nil {
		v.Fields = append(v.Fields, schema.Field{Name: "value", Doc: "what to compare with", Value: o.operand.schema()})
		v.Required = append(v.Required, "value")
	}
	if o.fold {
		v.Fields = append(v.Fields, schema.Field{Name: "case_sensitive", Doc: "whether case matters; default true", Value: schema.Bool()})
	}
	return v
}

func (t *operandType) schema() schema.Schema {
	if len(t.types) == 0 {
		return nil
	}
	return schema.Schema{"type": schema.Strings(t.types...)}
}
