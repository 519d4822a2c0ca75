package mongostore

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// The fields of a group's document.
const (
	fieldFormat      = "f"
	fieldVersion     = "v"
	fieldBase        = "b" // the version before the first commit; equal to fieldVersion until then
	fieldInitialized = "initialized"
	fieldCount       = "n"           // number of trackers, with removed ones
	fieldDue         = "due"         // Unix milliseconds; missing for never
	fieldUpdated     = "updated"     // time of the last commit; missing before the first
	fieldChunks      = "c"           // by number, each with l (layout), s (states) and v (version of the last change)
	fieldInlineIDs   = "ids"         // recent message ids, by the commit that brought them
	fieldExpires     = "px"          // no id in fieldInlineIDs expires earlier
	fieldWriters     = "w"           // for each Store, the token of its last commit
	fieldMaintenance = "maintenance" // true if maintenance is needed
	fieldProjected   = "projected"   // version up to which the tracker documents are up to date
	fieldTruncated   = "truncated"   // version that last reduced the number of trackers
	fieldOverflow    = "overflow"    // true if some values are in overflow documents
)

// value is bytes in the group's document, or a reference to an overflow document.
type value struct {
	bytes      []byte
	overflowID bson.ObjectID // zero for bytes
}

func (v *value) isOverflow() bool { return !v.overflowID.IsZero() }

// chunk is a chunk of a group.
type chunk struct {
	layout, states value
	version        int64
}

// idEntry is message ids that a commit brought. Index is its number among the entries of that commit.
type idEntry struct {
	field   string
	version int64
	index   int
	value   value
}

// document is a group as it is stored, or the fields of it that were read.
type document struct {
	key                           string
	version, baseVersion          int64
	initialized                   bool
	due                           int64
	count                         int
	updated                       time.Time
	chunks                        []chunk
	inlineIDs                     []idEntry
	writers                       map[string]bson.ObjectID
	projected, truncated          int64
	needsMaintenance, hasOverflow bool
}

// uncommitted reports whether the group has had no commit: then it does not exist.
func (d *document) uncommitted() bool { return d.version == d.baseVersion }

// parse reads a document. Missing fields stay zero. The error is a *record.FormatError if another version
// wrote it, or a *record.CorruptError.
func parse(raw bson.Raw) (*document, error) {
	d := &document{due: limiter.Never}
	p := parser{}
	d.key = p.text(raw, "_id")
	d.version, d.baseVersion = p.int(raw, fieldVersion), p.int(raw, fieldBase)
	if f := (&parser{}).int(raw, fieldFormat); f != format && f != 0 {
		return nil, &record.FormatError{Found: int(f), Known: format}
	}
	p.int(raw, fieldFormat)
	elements, err := raw.Elements()
	if err != nil {
		p.fail("%w", err)
	}
	for _, e := range elements {
		d.setField(&p, e.Key(), e.Value())
	}
	if p.err != nil {
		return nil, corrupt(d.key, p.err)
	}
	return d, nil
}

// setField reads one field.
func (d *document) setField(p *parser, name string, v bson.RawValue) {
	switch name {
	case fieldInitialized:
		d.initialized = p.toBool(name, v)
	case fieldCount:
		d.count = p.toCount(name, v)
	case fieldDue:
		d.due = p.toInt(name, v)
	case fieldUpdated:
		d.updated = p.toTime(name, v)
	case fieldChunks:
		d.chunks = p.chunks(v)
	case fieldInlineIDs:
		d.inlineIDs = p.inlineIDs(v)
	case fieldWriters:
		d.writers = p.writers(v)
	case fieldMaintenance:
		d.needsMaintenance = p.toBool(name, v)
	case fieldProjected:
		d.projected = p.toInt(name, v)
	case fieldTruncated:
		d.truncated = p.toInt(name, v)
	case fieldOverflow:
		d.hasOverflow = p.toBool(name, v)
	}
}

// corrupt returns a *record.CorruptError that names the group.
func corrupt(key string, err error) error {
	name, ok := nameOf(key)
	if !ok {
		name = key
	}
	return &record.CorruptError{Record: "group " + name, Reason: err.Error()}
}

// parser reads fields and remembers the first error.
type parser struct{ err error }

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// check fails unless a value has the type of its field.
func (p *parser) check(ok bool, name, want string, v bson.RawValue) {
	if !ok {
		p.fail("field %s is %s, want %s", name, v.Type, want)
	}
}

// text reads a field that must exist.
func (p *parser) text(raw bson.Raw, name string) string {
	v := raw.Lookup(name)
	s, ok := v.StringValueOK()
	p.check(ok, name, "a string", v)
	return s
}

// int reads a field that must exist.
func (p *parser) int(raw bson.Raw, name string) int64 { return p.toInt(name, raw.Lookup(name)) }

func (p *parser) toInt(name string, v bson.RawValue) int64 {
	if n, ok := v.Int32OK(); ok {
		return int64(n)
	}
	n, ok := v.Int64OK()
	p.check(ok, name, "an integer", v)
	return n
}

// maxCount is more trackers than a group can have.
const maxCount = 1 << 31

func (p *parser) toCount(name string, v bson.RawValue) int {
	n := p.toInt(name, v)
	if n < 0 || n > maxCount {
		p.fail("field %s is %d, want a number of trackers", name, n)
		return 0
	}
	return int(n)
}

func (p *parser) toBool(name string, v bson.RawValue) bool {
	b, ok := v.BooleanOK()
	p.check(ok, name, "a bool", v)
	return b
}

func (p *parser) toTime(name string, v bson.RawValue) time.Time {
	ms, ok := v.DateTimeOK()
	p.check(ok, name, "a date", v)
	return time.UnixMilli(ms)
}

// toValue reads bytes or a reference.
func (p *parser) toValue(name string, v bson.RawValue) value {
	if id, ok := v.ObjectIDOK(); ok {
		return value{overflowID: id}
	}
	_, data, ok := v.BinaryOK()
	p.check(ok, name, "binary or an object id", v)
	return value{bytes: data}
}

// fields calls f for each field of a document.
func (p *parser) fields(name string, v bson.RawValue, f func(key string, v bson.RawValue)) {
	doc, ok := v.DocumentOK()
	p.check(ok, name, "a document", v)
	elements, err := doc.Elements()
	if err != nil {
		p.fail("field %s: %w", name, err)
	}
	for _, e := range elements {
		f(e.Key(), e.Value())
	}
}

var errNumber = errors.New("want one as it is written by dictrack")

// chunks reads the fields of chunks, in any order; no number may be missing.
func (p *parser) chunks(v bson.RawValue) []chunk {
	byNumber := map[int]chunk{}
	p.fields(fieldChunks, v, func(key string, v bson.RawValue) {
		index, err := strconv.Atoi(key)
		if err != nil || strconv.Itoa(index) != key {
			p.fail("chunk %q: %w", key, errNumber)
		}
		byNumber[index] = p.chunk(key, v)
	})
	all := make([]chunk, len(byNumber))
	for i := range all {
		c, ok := byNumber[i]
		if !ok {
			p.fail("of %d chunks number %d is missing", len(all), i)
		}
		all[i] = c
	}
	return all
}

func (p *parser) chunk(number string, v bson.RawValue) (c chunk) {
	p.fields("chunk "+number, v, func(name string, v bson.RawValue) {
		switch name {
		case "l":
			c.layout = p.toValue(name, v)
		case "s":
			c.states = p.toValue(name, v)
		case "v":
			c.version = p.toInt(name, v)
		}
	})
	return c
}

func (p *parser) inlineIDs(v bson.RawValue) []idEntry {
	var tail []idEntry
	p.fields(fieldInlineIDs, v, func(key string, v bson.RawValue) {
		e := idEntry{field: key, value: p.toValue("ids "+key, v)}
		if _, err := fmt.Sscanf(key, "%d-%d", &e.version, &e.index); err != nil || entryField(e.version, e.index) != key {
			p.fail("ids %q: %w", key, errNumber)
		}
		tail = append(tail, e)
	})
	return tail
}

// entryField is the name of the field of an idEntry.
func entryField(version int64, index int) string { return fmt.Sprintf("%d-%d", version, index) }

func (p *parser) writers(v bson.RawValue) map[string]bson.ObjectID {
	writers := map[string]bson.ObjectID{}
	p.fields(fieldWriters, v, func(key string, v bson.RawValue) {
		token, ok := v.ObjectIDOK()
		p.check(ok, "w."+key, "an object id", v)
		writers[key] = token
	})
	return writers
}

// doc returns a document of names and values in turn.
func doc(pairs ...any) bson.D {
	d := make(bson.D, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		d = append(d, bson.E{Key: name, Value: pairs[i+1]})
	}
	return d
}
