package away

// Problem is an error in one line, with what to do.
type Problem struct {
	Line  string
	Cause error
}

// Error is the line.
func (p *Problem) Error() string { return p.Line }

// Unwrap is the cause, which may be nil.
func (p *Problem) Unwrap() error { return p.Cause }
