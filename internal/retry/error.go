package retry

// OneLineError is an error that fits on one line and says what to do about it.
type OneLineError struct {
	Text  string
	Cause error // nil if there is none
}

// Error returns the text.
func (e *OneLineError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *OneLineError) Unwrap() error { return e.Cause }
