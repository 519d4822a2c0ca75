package oracle

import (
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// holds judges one condition in its JSON form.
func holds(c, data map[string]any) bool {
	op, _ := c["op"].(string)
	key, _ := c["key"].(string)
	v, present := at(data, key)
	if op == "not_exists" {
		return !present
	}
	if !present {
		return false
	}
	if positive, negated := strings.CutPrefix(op, "not_"); negated {
		return !says(positive, v, c)
	}
	if op == "ne" {
		return !says("eq", v, c)
	}
	return says(op, v, c)
}

// says judges a value that is present.
func says(op string, v any, c map[string]any) bool {
	want := c["value"]
	switch op {
	case "exists":
		return true
	case "eq":
		return same(v, want)
	case "lt", "le", "gt", "ge":
		return compares(op, v, want)
	case "contains":
		return contains(v, want, c["case_sensitive"] != false)
	case "in":
		return any1(want, func(item any) bool { return same(v, item) })
	case "has_item":
		return any1(v, func(item any) bool { return same(item, want) })
	case "intersects":
		return any1(v, func(item any) bool { return any1(want, func(other any) bool { return same(item, other) }) })
	}
	return false
}

// any1 tells whether v is a list with an item that f likes.
func any1(v any, f func(any) bool) bool {
	list, _ := v.([]any)
	for _, item := range list {
		if f(item) {
			return true
		}
	}
	return false
}

func compares(op string, a, b any) bool {
	var c int
	x, isNumber := exact(a)
	y, alsoNumber := exact(b)
	s, isText := a.(string)
	u, alsoText := b.(string)
	switch {
	case isNumber && alsoNumber:
		c = x.Cmp(y)
	case isText && alsoText:
		c = strings.Compare(s, u)
	default:
		return false
	}
	return map[string]bool{"lt": c < 0, "le": c <= 0, "gt": c > 0, "ge": c >= 0}[op]
}

func contains(v, want any, exactly bool) bool {
	s, ok := v.(string)
	part, isText := want.(string)
	if !exactly {
		s, part = strings.Map(unicode.ToLower, s), strings.Map(unicode.ToLower, part)
	}
	return ok && isText && strings.Contains(s, part)
}

// same is equality of type and value; all numbers are of one type.
func same(a, b any) bool {
	x, isNumber := exact(a)
	y, alsoNumber := exact(b)
	if isNumber || alsoNumber {
		return isNumber && alsoNumber && x.Cmp(y) == 0
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			if other, there := b[k]; !there || !same(a[k], other) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// exact is the value of a number to the last bit, which conditions compare.
func exact(v any) (*big.Rat, bool) {
	if f, ok := v.(float64); ok {
		r := new(big.Rat).SetFloat64(f)
		return r, r != nil
	}
	return rat(v)
}

// rat is a number as what it is written as, which trackers add up.
func rat(v any) (*big.Rat, bool) {
	switch n := v.(type) {
	case int:
		return new(big.Rat).SetInt64(int64(n)), true
	case int64:
		return new(big.Rat).SetInt64(n), true
	case float64:
		return new(big.Rat).SetString(strconv.FormatFloat(n, 'g', -1, 64))
	}
	return nil, false
}

// amount is what a sum adds: a number, or a text that is one.
func amount(v any) (*big.Rat, bool) {
	text, ok := v.(string)
	if !ok {
		return rat(v)
	}
	text = strings.Trim(text, " \t\r\n")
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return nil, false
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil || f-f != 0 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// at finds what stands at a path.
func at(data map[string]any, path string) (v any, present bool) {
	if path == "" {
		return nil, false
	}
	v = data
	for _, part := range split(path) {
		switch in := v.(type) {
		case map[string]any:
			if v, present = in[part]; !present {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || strings.HasPrefix(part, "+") {
				return nil, false
			}
			if i < 0 {
				i += len(in)
			}
			if i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func split(path string) []string {
	const dot = "\x00"
	parts := strings.Split(strings.ReplaceAll(path, `\.`, dot), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], dot, ".")
	}
	return parts
}
