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

// Fields say which parts of a data mean what.
type Fields struct {
	// Group is the path of the group: a string, or an integer, which stands for its decimal form.
	Group dotpath.Path
	// ID is the path of the id that makes a data count once, of the same types; the zero Path: there are none.
	ID dotpath.Path
	// Time is the path of the time, which Times reads; the zero Path: the clock tells it.
	Time  dotpath.Path
	Times timeparse.Parser
}

func isSet(p dotpath.Path) bool { return p.String() != "" }

// groupInfo is a group that data came for.
type groupInfo struct {
	name    string
	counted bool // a data of the group was taken; belongs to who tracks
}

// extractor reads the fields of data, without building anything that was built before.
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
	wants := make([]dotpath.Request, slots) // a zero Path is found nowhere
	wants[slotGroup].Path, wants[slotID].Path, wants[slotTime].Path = f.Group, f.ID, f.Time
	return &extractor{
		fields: f, trusted: trusted, plan: dotpath.NewPlan(wants),
		values: make([]value.Value, slots), groups: map[string]*groupInfo{},
	}
}

// message makes an input of a JSON text. The input shares the text; its error says why the text is not taken. Since the text
// was checked, or is trusted, nobody need check it again.
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

// group finds the group, or takes note of a new one.
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

// nameAt is the text of a name, which no longer shares the data.
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

// fieldError says that v, found at a path, is not what is wanted there.
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

// isRejection tells whether an error is about the data, and not about what keeps it.
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
