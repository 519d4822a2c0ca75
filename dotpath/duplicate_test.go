package dotpath_test

import (
	"bytes"
	"encoding/json"
	"strings"
)

// member is an object member in a tree that preserves duplicate keys.
type member struct {
	key   string
	value any
}

// tree decodes valid JSON to []member for objects, []any for lists, and nil for other values.
func tree(decoder *json.Decoder) any {
	token, _ := decoder.Token()
	switch token {
	case json.Delim('{'):
		members := []member{}
		for decoder.More() {
			key, _ := decoder.Token()
			members = append(members, member{key.(string), tree(decoder)})
		}
		_, _ = decoder.Token()
		return members
	case json.Delim('['):
		items := []any{}
		for decoder.More() {
			items = append(items, tree(decoder))
		}
		_, _ = decoder.Token()
		return items
	}
	return nil
}

// usesDuplicate reports whether valid JSON has a duplicate key on a path, or anywhere in the content of a path that ends
// in "!".
func usesDuplicate(data []byte, paths []string) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	root := tree(decoder)
	for _, path := range paths {
		path, deep := strings.CutSuffix(path, "!")
		if path != "" && twiceOn(root, strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), "."), deep) {
			return true
		}
	}
	return false
}

func twiceOn(v any, keys []string, deep bool) bool {
	if len(keys) == 0 {
		return deep && twiceWithin(v)
	}
	key := strings.ReplaceAll(keys[0], "\x00", ".")
	switch v := v.(type) {
	case []member:
		found := 0
		for _, m := range v {
			if m.key == key {
				if found++; found > 1 || twiceOn(m.value, keys[1:], deep) {
					return true
				}
			}
		}
	case []any:
		i, ok := naiveIndex(key, len(v))
		return ok && twiceOn(v[i], keys[1:], deep)
	}
	return false
}

func twiceWithin(v any) bool {
	switch v := v.(type) {
	case []member:
		keys := map[string]bool{}
		for _, m := range v {
			if keys[m.key] || twiceWithin(m.value) {
				return true
			}
			keys[m.key] = true
		}
	case []any:
		for _, item := range v {
			if twiceWithin(item) {
				return true
			}
		}
	}
	return false
}
