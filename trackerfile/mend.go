package trackerfile

import "github.com/dictrack/dictrack/tracker"

// repair replaces what is wrong at path by something that is right in any tracker, or removes it.
func repair(fields map[string]any, path string) {
	name := path
	if _, ok := fields[path]; !ok {
		var rest string
		name, rest = cutKey(path)
		if repairItem(fields[name], name, rest) {
			return
		}
	}
	switch name {
	case "name":
		fields["name"] = "x"
	case "targets":
		fields["targets"] = []any{validItem("targets")}
	case "kind", "args", "key":
		repairKind(fields, name)
	default:
		delete(fields, name)
	}
}

// repairKind mends what is wrong with the kind, or with what belongs to it. A tracker of an unknown kind, or of one that
// refused its args, becomes a count.
func repairKind(fields map[string]any, name string) {
	isSum := fields["kind"] == tracker.KindSum
	switch {
	case name == "key" && isSum:
		fields["key"] = "x"
		return
	case name == "kind":
		delete(fields, "args")
		delete(fields, "key")
	}
	delete(fields, name)
	if name != "key" && !isSum {
		fields["kind"] = tracker.KindCount
	}
}

// repairItem replaces the item of a list that the path begins with, so that the others keep their places; false when
// there is none.
func repairItem(v any, name, path string) bool {
	items, _ := v.([]any)
	i, _, ok := cutIndex(path)
	if !ok || i >= len(items) {
		return false
	}
	items[i] = validItem(name)
	return true
}

// validItem is an item that the list called name always takes.
func validItem(name string) any {
	switch name {
	case "where":
		return map[string]any{"op": "exists", "key": "x"}
	case "limiters":
		return map[string]any{"kind": "count", "limit": int64(1)}
	}
	return int64(1)
}
