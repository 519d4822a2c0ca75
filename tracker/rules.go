package tracker

import "github.com/dictrack/dictrack/internal/schema"

// kindSchema allows the kinds that the registry knows.
func kindSchema(r *Registry) schema.Schema {
	if r == nil {
		r = &Registry{}
	}
	return schema.Schema{"enum": schema.Strings(r.kinds.Names(builtinKinds)...)}
}

// keyRule says that a sum has a key and nothing else has.
func keyRule() schema.Schema {
	rule := schema.If("kind", schema.Strings(KindSum), schema.Schema{"required": schema.Strings("key")})
	rule["else"] = schema.Without("key")
	return rule
}

// argsRule says that the built-in kinds have no args.
func argsRule() schema.Schema {
	null := schema.Schema{"properties": schema.Schema{"args": schema.Schema{"type": "null"}}}
	return schema.If("kind", schema.Strings(builtinKinds...), null)
}

// loopRule says that the targets of a loop are above 0.
func loopRule() schema.Schema {
	positive := schema.Schema{"properties": schema.Schema{"targets": schema.Schema{"items": schema.Schema{"exclusiveMinimum": 0}}}}
	return schema.If("loop", []any{true}, positive)
}

// expiryRule says that a tracker expires in one way only.
func expiryRule() schema.Schema {
	return schema.Schema{"not": schema.Schema{"required": schema.Strings("expire", "expire_at")}}
}

// policySchema allows a tracker's own policies: one name or a list of names.
func policySchema(*Registry) schema.Schema {
	name := schema.Schema{"enum": schema.Strings("none", "progress", "limiter", "all")}
	return schema.Schema{"anyOf": []any{name, schema.ListOf(name)}}
}
