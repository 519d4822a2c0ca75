package connect

import "fmt"

// URLError means that a URL is invalid.
type URLError struct {
	// Of is what the URL names: "store" or "cache".
	Of string
	// URL is the URL that was given, as Redact returns it.
	URL string
	// Reason says what is wrong, and what to do about it.
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("%s URL %q: %s", e.Of, e.URL, e.Reason) }

// NotFoundError means that there is no store where Options.MustExist wants one.
type NotFoundError struct {
	Path string
	// Reason says what was found instead.
	Reason string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("open %s: %s", e.Path, e.Reason) }
