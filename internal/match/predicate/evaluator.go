package predicate

import (
	"fmt"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// Evaluator evaluates residual predicates on the data of one message, each at most once. It is used by one goroutine at
// a time, and again for the next message.
type Evaluator struct {
	// Failed are the trackers whose custom code panicked or could not be called, in order.
	Failed []Failure

	residuals *Residuals
	offset    int32 // of the trackers that are matched now
	data      Data
	decoded   map[string]any
	values    []value.Value
	input     condition.Input

	results  []uint32 // by number: epoch + result
	epoch    uint32   // results below it are of earlier messages
	failures map[int32]error
}

// Failure is a tracker whose custom code failed.
type Failure struct {
	Index int32
	Err   error
}

// result is what is known about a predicate.
type result uint32

const (
	unknown result = iota
	holds
	fails
	failed // custom code panicked, or could not be called
	results
)

// Reset prepares for other data, whose values at paths it reads, and for residuals up to a number.
func (e *Evaluator) Reset(d Data, paths *Paths, residuals int32) error {
	e.data, e.decoded, e.failures = d, d.Map, nil
	e.Failed = e.Failed[:0]
	e.values = Resize(e.values, max(paths.Len(), 1)) // there is always a slot 0 to point at
	e.results = Resize(e.results, int(residuals))
	if e.epoch += uint32(results); e.epoch < uint32(results) { // it overflowed
		clear(e.results[:cap(e.results)])
		e.epoch = uint32(results)
	}
	e.input.Values = e.values
	return d.read(paths.plan, e.values[:paths.Len()])
}

// Values returns the values read from the data, by slot; there is always one.
func (e *Evaluator) Values() []value.Value { return e.values }

// Use makes numbers mean those of a table, and failures those of trackers from an offset on.
func (e *Evaluator) Use(residuals *Residuals, offset int32) {
	e.residuals, e.offset = residuals, offset
}

// Release drops all references to the data, so that an Evaluator in a pool holds nothing of a caller's.
func (e *Evaluator) Release() {
	clear(e.values[:cap(e.values)])
	e.residuals, e.data, e.decoded, e.failures = nil, Data{}, nil, nil
	clear(e.Failed)
}

// Resize returns buf with length n; its content is lost when it has to grow.
func Resize[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}

// HoldAll reports whether the tracker at an index meets all predicates, which are evaluated in order. A failure of
// custom code is recorded in Failed.
func (e *Evaluator) HoldAll(index int32, numbers []int32) bool {
	for _, number := range numbers {
		switch e.evaluate(number) {
		case fails:
			return false
		case failed:
			e.Failed = append(e.Failed, Failure{Index: e.offset + index, Err: e.failures[number]})
			return false
		}
	}
	return true
}

// Holds reports whether a predicate that uses no custom code holds.
func (e *Evaluator) Holds(number int32) bool { return e.evaluate(number) == holds }

// evaluate evaluates each predicate at most once for one message.
func (e *Evaluator) evaluate(number int32) result {
	if known := e.results[number] - e.epoch; known < uint32(results) {
		return result(known)
	}
	c, slots := e.residuals.at(number)
	r := fails
	if c.Custom() {
		r = e.evaluateCustom(number, c, slots)
	} else if c.Eval(&e.input, slots) {
		r = holds
	}
	e.results[number] = e.epoch + uint32(r)
	return r
}

// decodeError is the panic of data that cannot be decoded for custom code.
type decodeError struct{ error }

// evaluateCustom contains the panics of custom code.
func (e *Evaluator) evaluateCustom(number int32, c *condition.Condition, slots []int32) (r result) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case decodeError:
			r = e.fail(number, c, cause.error)
		default:
			r = e.fail(number, c, fmt.Errorf("panic: %v", cause))
		}
	}()
	if e.input.Data == nil {
		e.input.Data = e.mustDecode
	}
	if c.Eval(&e.input, slots) {
		return holds
	}
	return fails
}

// mustDecode returns the whole data for custom code, or panics with a decodeError.
func (e *Evaluator) mustDecode() map[string]any {
	data, err := e.Decoded()
	if err != nil {
		panic(decodeError{err})
	}
	return data
}

// fail records why a predicate has no result.
func (e *Evaluator) fail(number int32, c *condition.Condition, err error) result {
	if e.failures == nil {
		e.failures = map[int32]error{}
	}
	e.failures[number] = fmt.Errorf("condition %s: %w", c.Op(), err)
	return failed
}

// Decoded returns the whole data as a map, decoded when first asked for. It is stricter than matching: a key given
// twice anywhere in JSON is an error, because code that gets the whole data uses every path.
func (e *Evaluator) Decoded() (map[string]any, error) {
	if e.decoded != nil {
		return e.decoded, nil
	}
	var err error
	e.decoded, err = e.data.Decode()
	return e.decoded, err
}
