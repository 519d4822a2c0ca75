package mongostore

import (
	"unicode/utf8"
)

// keyOf encodes bytes as a string that is valid UTF-8: each byte becomes the character with that code.
// ASCII stays as it is, and keys sort like the bytes, which MongoDB's binary values do not.
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

// nameOf decodes what keyOf encoded; ok is false for other strings.
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

// readable returns a name for people: the name itself, or its key if it is not UTF-8.
func readable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return keyOf(name)
}

// idKey is the key of a message id of a group. NUL ends the group's key, since no name has one.
func idKey(group, id string) string { return group + "\x00" + keyOf(id) }
