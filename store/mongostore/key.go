package mongostore

import (
	"unicode/utf8"
)

// keyOf writes bytes as a text that any database of texts can hold: each byte becomes the character of that
// number. So ASCII stays as it is, and keys are in the order of the bytes, which MongoDB's binary values
// are not.
func keyOf(bytes string) string {
	plain := true
	for i := range len(bytes) {
		plain = plain && bytes[i] < utf8.RuneSelf
	}
	if plain {
		return bytes
	}
	key := make([]byte, 0, 2*len(bytes))
	for i := range len(bytes) {
		key = utf8.AppendRune(key, rune(bytes[i]))
	}
	return string(key)
}

// nameOf is what keyOf wrote; false for a text that it never writes.
func nameOf(key string) (string, bool) {
	bytes := make([]byte, 0, len(key))
	for _, r := range key {
		if r > 0xff {
			return "", false
		}
		bytes = append(bytes, byte(r))
	}
	return string(bytes), true
}

// readable is a name for people. One that is no text is shown as its key.
func readable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return keyOf(name)
}

// idKey is the key of an id of a group. NUL ends the group's, since no name has it.
func idKey(group, id string) string { return group + "\x00" + keyOf(id) }
