package tracker

import (
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/schema"
)

// specField is all that is known of one field of a definition. There is no other place where fields are told apart, so
// that a new field is a new field of Spec and a new row of specFields.
type specField struct {
	name string
	// use says whether the field is required, or its default; doc what it is. docs/formats.md has both, and the JSON
	// Schema has doc.
	use, doc string
	// want says what belongs into a required field; "" makes it optional.
	want string
	// value returns the JSON Schema of the field's value.
	value func(r *Registry) schema.Schema
	// rule is what else the JSON Schema says, of the whole definition; nil for nothing.
	rule func() schema.Schema
	// parse reads the field into the Spec. Mistakes are recorded in the Reader; the error is one that callers branch
	// on, such as an unknown kind.
	parse func(r *Registry, fields *field.Reader, s *Spec) error
	// write returns the value for the canonical JSON, in Go form, nil for a default, which is left out.
	write func(s *Spec) any
	// check records what is wrong with the value, and binds what needs the registry; nil when every value is right. The
	// error is as that of parse.
	check func(c *checker) error
}

// specFields has the fields of a definition, in the order in which people write them.
var specFields = []specField{
	{
		name: "name", use: "required", doc: "text, unique in its group; no NUL", want: "want a text",
		value: always(schema.Schema{"type": "string", "pattern": `^[^\x00]+$`}),
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Name, _ = in.String("name"); return nil },
		write: func(s *Spec) any { return s.Name },
		check: checkName,
	},
	{
		name: "kind", use: "required", doc: "`count`, `sum`, or a registered kind", want: "want count, sum or a registered kind",
		value: kindSchema,
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Kind, _ = in.String("kind"); return nil },
		write: func(s *Spec) any { return s.Kind },
		check: bindKind,
	},
	{
		name: "key", use: "`sum` only", doc: "path of the number to add",
		value: always(schema.Path()), rule: keyRule,
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Key, _ = in.String("key"); return nil },
		write: func(s *Spec) any { return unlessZero(s.Key) },
	},
	{
		name: "args", use: "registered kinds only", doc: "anything",
		value: always(nil), rule: argsRule,
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Args, _ = in.Any("args"); return nil },
		write: writeArgs,
	},
	{
		name: "where", use: "default: none", doc: "list of conditions, all of which must hold",
		value: func(r *Registry) schema.Schema { return schema.ListOf(r.conditions().Schema()) },
		parse: parseWhere, write: writeWhere, check: bindWhere,
	},
	{
		name: "targets", use: "required", doc: "list of numbers, one per stage", want: "want a list of numbers",
		value: always(schema.Schema{"type": "array", "items": schema.Number(), "minItems": 1}),
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Targets = ParseTargets(in); return nil },
		write: func(s *Spec) any { return jsonNumbers(s.Targets) },
		check: checkTargets,
	},
	{
		name: "limiters", use: "default: none", doc: "list of limiters",
		value: func(r *Registry) schema.Schema { return schema.ListOf(r.limiters().Schema()) },
		parse: parseLimiters, write: writeLimiters, check: bindLimiters,
	},
	{
		name: "reset", use: "default `limiter`", doc: "`none`, `progress`, `limiter`, `all`, or a list of these",
		value: policySchema, parse: parseReset, write: writeReset,
		check: checkReset,
	},
	boolean("loop", "start again at stage 1 after the last; targets must be above 0", func(s *Spec) *bool { return &s.Loop }, loopRule),
	boolean("carry", "where progress starts again, take along what was above the target", func(s *Spec) *bool { return &s.Carry }, nil),
	boolean("keep", "leave the completed tracker in its group", func(s *Spec) *bool { return &s.Keep }, nil),
	{
		name: "initial", use: "default 0", doc: "number at which progress starts",
		value: always(schema.Number()),
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { s.Initial, _ = in.Number("initial"); return nil },
		write: writeInitial,
	},
	{
		name: "expire", use: "default: never", doc: "duration after which the tracker is removed, such as `90s` or `2160h`",
		value: always(schema.Duration()),
		parse: parseExpire, write: writeExpire, check: checkExpire,
	},
	{
		name: "expire_at", use: "default: never", doc: "when the tracker is removed, RFC 3339 or Unix seconds; not with `expire`",
		value: always(schema.Time()), rule: expiryRule,
		parse: parseExpireAt, write: writeExpireAt, check: checkExpireAt,
	},
}

// boolean is a field that is true or false.
func boolean(name, doc string, of func(*Spec) *bool, rule func() schema.Schema) specField {
	return specField{
		name: name, use: "default false", doc: "true or false: " + doc, value: always(schema.Bool()), rule: rule,
		parse: func(_ *Registry, in *field.Reader, s *Spec) error { *of(s), _ = in.Bool(name); return nil },
		write: func(s *Spec) any { return unlessZero(*of(s)) },
	}
}

func always(s schema.Schema) func(*Registry) schema.Schema {
	return func(*Registry) schema.Schema { return s }
}

// FieldNames returns the names of a definition's fields, in the order in which people write them.
func FieldNames() []string {
	names := make([]string, len(specFields))
	for i := range specFields {
		names[i] = specFields[i].name
	}
	return names
}
