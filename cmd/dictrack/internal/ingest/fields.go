package ingest

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/timeparse"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Fields are the paths of the fields of a message.
type Fields struct {
	// Group is the path of the group: a string, or an integer, which stands for its decimal form.
	Group dotpath.Path
	// ID is the path of the message id, of the same types; the zero Path for none.
	ID dotpath.Path
	// Time is the path of the time, which Times parses; the zero Path for the time of the clock.
	Time  dotpath.Path
	Times timeparse.Parser
}

func isSet(p dotpath.Path) bool { return p.String() != "" }

// groupInfo is a group that has messages in the input.
type groupInfo struct {
	name    string
	counted bool // the group is in the summary; used by the goroutine that tracks
}

// extractor reads the fields of messages. It allocates nothing for a group that it has seen.
type extractor struct {
	fields  Fields
	trusted bool
	plan    *dotpath.Plan
	values  []value.Value
	groups  map[string]*groupInfo
	digits  []byte
}

// The slots of an extractor's plan.
const (
	slotGroup = iota
	slotID
	slotTime
	slots
)

func newExtractor(f Fields, trusted bool) *extractor {
	wants := make([]dotpath.Request, slots) // a zero Path finds nothing
	wants[slotGroup].Path, wants[slotID].Path, wants[slotTime].Path = f.Group, f.ID, f.Time
	return &extractor{
		fields: f, trusted: trusted, plan: dotpath.NewPlan(wants),
		values: make([]value.Value, slots), groups: map[string]*groupInfo{},
	}
}

// message returns the message of a JSON text, which it shares, and its group. The error says why the text is rejected. The
// Manager need not validate the text again, since it was validated here or is trusted.
func (x *extractor) message(text []byte) (in dictrack.Message, m *groupInfo, err error) {
	scan := x.plan.Scan
	if x.trusted {
		scan = x.plan.ScanTrusted
	}
	if err := scan(text, x.values); err != nil {
		return in, nil, err
	}
	if m, err = x.group(); err != nil {
		return in, nil, err
	}
	in = dictrack.Message{Group: m.name, JSON: text, SkipValidation: true}
	if isSet(x.fields.ID) {
		if in.ID, err = x.messageID(); err != nil {
			return in, nil, err
		}
	}
	if isSet(x.fields.Time) {
		in.Time, err = x.messageTime()
	}
	return in, m, err
}

// group returns the group of the scanned text.
func (x *extractor) group() (*groupInfo, error) {
	v := x.values[slotGroup]
	var g *groupInfo
	switch v.Kind() {
	case value.String:
		g = x.groups[v.Str()]
	case value.Int:
		x.digits = strconv.AppendInt(x.digits[:0], v.Int(), 10)
		g = x.groups[string(x.digits)]
	}
	if g != nil {
		return g, nil
	}
	name, err := nameAt(x.fields.Group, v)
	if err != nil {
		return nil, err
	}
	g = &groupInfo{name: name}
	x.groups[name] = g
	return g, nil
}

func (x *extractor) messageID() (string, error) { return nameAt(x.fields.ID, x.values[slotID]) }

// nameAt returns the name in v, which was found at path. It is a copy, because the buffer of the text is reused.
func nameAt(path dotpath.Path, v value.Value) (string, error) {
	var text string
	switch v.Kind() {
	case value.String:
		text = strings.Clone(v.Str())
	case value.Int:
		text = strconv.FormatInt(v.Int(), 10)
	default:
		return "", fieldError(path, v, "want a string or an integer of 64 bits")
	}
	return text, tracker.CheckName(path.String(), text)
}

func (x *extractor) messageTime() (time.Time, error) {
	v := x.values[slotTime]
	t, err := x.fields.Times.Parse(v)
	if err != nil {
		return t, fieldError(x.fields.Time, v, err.Error())
	}
	return t, nil
}

// fieldError returns the error that v, found at path, is not allowed there.
func fieldError(path dotpath.Path, v value.Value, want string) error {
	e := &field.Error{Path: path.String(), Want: want}
	switch v.Kind() {
	case value.Absent:
		e.Want = "missing: " + want
	case value.Null:
		e.Value = field.Null{}
	case value.List:
		e.Want = "a list is not allowed: " + want
	case value.Object:
		e.Want = "an object is not allowed: " + want
	case value.String:
		e.Value = strings.Clone(v.Str())
	default:
		e.Value = v.Any()
	}
	return e
}

// isRejection reports whether an error is about the message, and not about the store or the cache.
func isRejection(err error) bool {
	var (
		syntax *rawjson.SyntaxError
		twice  *rawjson.DuplicateKeyError
		used   *dotpath.DuplicateError
		one    *field.Error
	)
	return errors.Is(err, dictrack.ErrIDReused) || errors.Is(err, dotpath.ErrNotObject) ||
		errors.As(err, &syntax) || errors.As(err, &twice) || errors.As(err, &used) || errors.As(err, &one)
}
