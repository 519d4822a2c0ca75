// Package connective names the ways to join conditions. Its values are what condition.Compose takes: a type that only
// this module can name, until definitions can be written with them.
package connective

// Connective joins conditions.
type Connective struct{ name string }

// The connectives.
var (
	All = Connective{"all"} // holds when every one holds
	Any = Connective{"any"} // holds when one holds
	Not = Connective{"not"} // of one condition: holds when it does not
)

// String is the name in the JSON form of a condition.
func (c Connective) String() string { return c.name }
