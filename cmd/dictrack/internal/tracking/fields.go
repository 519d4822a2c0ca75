package tracking

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/moment"
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
	Times moment.Parser
}

func isSet(p dotpath.Path) bool { return p.String() != "" }

// member is a group that data came for.
type member struct {
	name  string
	moved bool // a data of the group was taken; belongs to who tracks
}

// extractor reads the fields of data, without building anything that was built before.
type extractor struct {
	fields  Fields
	trusted bool
	plan    *dotpath.Plan
	values  []value.Value
	members map[string]*member
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
		values: make([]value.Value, slots), members: map[string]*member{},
	}
}

// read makes an input of a JSON text. The input shares the text; its error says why the text is not taken. Since the text
// was checked, or is trusted, nobody need check it again.
func (x *extractor) read(text []byte) (in dictrack.Message, m *member, err error) {
	scan := x.plan.Scan
	if x.trusted {
		scan = x.plan.ScanTrusted
	}
	if err := scan(text, x.values); err != nil {
		return in, nil, err
	}
	if m, err = x.member(); err != nil {
		return in, nil, err
	}
	in = dictrack.Message{Group: m.name, JSON: text, SkipValidation: true}
	if isSet(x.fields.ID) {
		if in.ID, err = x.id(); err != nil {
			return in, nil, err
		}
	}
	if isSet(x.fields.Time) {
		in.Time, err = x.time()
	}
	return in, m, err
}

// member finds the group, or takes note of a new one.
func (x *extractor) member() (*member, error) {
	v := x.values[slotGroup]
	var known *member
	switch v.Kind() {
	case value.String:
		known = x.members[v.Str()]
	case value.Int:
		x.digits = strconv.AppendInt(x.digits[:0], v.Int(), 10)
		known = x.members[string(x.digits)]
	}
	if known != nil {
		return known, nil
	}
	name, err := name(x.fields.Group, v)
	if err != nil {
		return nil, err
	}
	known = &member{name: name}
	x.members[name] = known
	return known, nil
}

func (x *extractor) id() (string, error) { return name(x.fields.ID, x.values[slotID]) }

// name is the text of a name, which no longer shares the data.
func name(path dotpath.Path, v value.Value) (string, error) {
	var text string
	switch v.Kind() {
	case value.String:
		text = strings.Clone(v.Str())
	case value.Int:
		text = strconv.FormatInt(v.Int(), 10)
	default:
		return "", wrong(path, v, "want a string or an integer of 64 bits")
	}
	return text, tracker.CheckName(path.String(), text)
}

func (x *extractor) time() (time.Time, error) {
	v := x.values[slotTime]
	t, err := x.fields.Times.Parse(v)
	if err != nil {
		return t, wrong(x.fields.Time, v, err.Error())
	}
	return t, nil
}

// wrong says that v, found at a path, is not what is wanted there.
func wrong(path dotpath.Path, v value.Value, want string) error {
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

// refusal tells whether an error is about the data, and not about what keeps it.
func refusal(err error) bool {
	var (
		syntax *rawjson.SyntaxError
		twice  *rawjson.DuplicateKeyError
		used   *dotpath.DuplicateError
		one    *field.Error
	)
	return errors.Is(err, dictrack.ErrIDReused) || errors.Is(err, dotpath.ErrNotObject) ||
		errors.As(err, &syntax) || errors.As(err, &twice) || errors.As(err, &used) || errors.As(err, &one)
}
