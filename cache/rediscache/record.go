package rediscache

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// format is the version of keys and values, in front of the records of groups.
const (
	format     = 1
	formatMark = "1"
)

const (
	fieldMeta    = "m"
	fieldFlushed = "f"
	fieldLease   = "w"
	fieldPatch   = "d" // later states of some places than those of the chunks
)

// meta is the record of a group but for its chunks.
type meta struct {
	version  uint64
	epoch    string // of the shard, when the group was last compared with the Backing
	laid     uint64 // the version that the layout came with; no two layouts have the same in an epoch
	due      int64
	count    int  // places
	fed      bool // see group.Change
	complete bool // the ids of the group are all here, whatever the Backing has
	token    token
}

// token is a mark that no other commit has.
type token [tokenSize]byte

const (
	epochSize = 16
	tokenSize = 16
	metaSize  = 1 + 16 + epochSize + 16 + 16 + 8 + 1 + tokenSize
)

const (
	flagFed = 1 << iota
	flagComplete
)

// append appends the record without its checksum.
func (m *meta) append(b []byte) []byte {
	var flags byte
	if m.fed {
		flags |= flagFed
	}
	if m.complete {
		flags |= flagComplete
	}
	b = appendHex(append(b, formatMark...), m.version)
	b = appendHex(append(b, m.epoch...), m.laid)
	b = appendTime(b, m.due)
	b = append(appendCount(b, m.count), '0'+flags)
	return append(b, m.token[:]...)
}

// errFormat says that a record has another format.
type errFormat int

func (e errFormat) Error() string { return fmt.Sprintf("it has format %d", int(e)) }

// formatOf is the format that a record begins with.
func formatOf(record string) error {
	switch {
	case record == "":
		return errors.New("it is empty")
	case record[:1] == formatMark:
		return nil
	case record[0] > '1' && record[0] <= '9':
		return errFormat(record[0] - '0')
	}
	return errors.New("it is not the record of a group")
}

// waitedMark stands in place of the format while a process is let through first; see the commit script.
const waitedMark = '!'

func parseMeta(key, sealed string) (meta, error) {
	if sealed != "" && sealed[0] == waitedMark {
		sealed = formatMark + sealed[1:]
	}
	if err := formatOf(sealed); err != nil {
		return meta{}, err
	}
	s, err := unseal(key, fieldMeta, sealed)
	if err == nil && len(s) != metaSize {
		err = fmt.Errorf("%d bytes, want %d", len(s), metaSize)
	}
	if err != nil {
		return meta{}, err
	}
	var m meta
	version, s, err1 := cutHex(s[1:], 16)
	m.epoch, s = s[:epochSize], s[epochSize:]
	laid, s, err2 := cutHex(s, 16)
	due, s, err3 := cutHex(s, 16)
	count, s, err4 := cutHex(s, 8)
	m.version, m.laid, m.due, m.count = version, laid, int64(due^1<<63), int(count)
	flags := s[0] - '0'
	m.fed, m.complete = flags&flagFed != 0, flags&flagComplete != 0
	copy(m.token[:], s[1:])
	return m, errors.Join(err1, err2, err3, err4)
}

// record is a group as it is here.
type record struct {
	meta
	flushed *flushed // nil: nobody said
	layout  []tracker.ID
	known   bool // the layout is the one that is known, and not here
	states  []byte
	patch   []byte  // see group.Record
	apart   []int32 // places of the patch
	fields  map[string]string
}

// parseRecord reads the fields of a group's hash, those of the layout unless it is known. There is no group when there
// are none.
func parseRecord(key string, fields map[string]string, laid bool) (*record, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	r := &record{fields: fields, known: laid}
	var err error
	if r.meta, err = parseMeta(key, fields[fieldMeta]); err != nil {
		return nil, err
	}
	if sealed, ok := fields[fieldFlushed]; ok {
		f, err := parseFlushed(key, sealed)
		if err != nil {
			return nil, err
		}
		r.flushed = &f
	}
	if err := r.readPatch(key); err != nil {
		return nil, err
	}
	for i := 0; i*group.ChunkSize < r.count; i++ {
		if err := r.chunk(key, i); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *record) readPatch(key string) error {
	sealed, ok := r.fields[fieldPatch]
	if !ok {
		return nil
	}
	patch, err := unseal(key, fieldPatch, sealed)
	if err != nil {
		return err
	}
	r.patch = []byte(patch)
	if r.apart, err = group.Patched(r.patch); err != nil {
		return fmt.Errorf("%s: %w", fieldPatch, err)
	}
	return nil
}

// chunk reads one chunk behind those before it.
func (r *record) chunk(key string, i int) error {
	number := strconv.Itoa(i)
	states, err := unseal(key, "s"+number, r.fields["s"+number])
	if err != nil {
		return err
	}
	r.states = append(r.states, states...)
	if r.known {
		return nil
	}
	layout, err := unseal(key, "l"+number, r.fields["l"+number])
	if err != nil {
		return err
	}
	const size = len(tracker.ID{})
	if want := min(group.ChunkSize, r.count-i*group.ChunkSize); len(layout) != want*size {
		return fmt.Errorf("l%d: %d bytes are not %d ids", i, len(layout), want)
	}
	for ; layout != ""; layout = layout[size:] {
		r.layout = append(r.layout, tracker.ID([]byte(layout[:size])))
	}
	return nil
}

// stateFields are names that most groups need.
var stateFields = func() (names [16]string) {
	for i := range names {
		names[i] = "s" + strconv.Itoa(i)
	}
	return names
}()

func stateField(chunk int) string {
	if chunk < len(stateFields) {
		return stateFields[chunk]
	}
	return "s" + strconv.Itoa(chunk)
}

// appendChunk appends the fields of a chunk.
func appendChunk(fields []string, key string, part *group.Chunk) []string {
	field := stateField(part.Index)
	fields = append(fields, field, seal(key, field, part.States))
	if part.Layout == nil {
		return fields
	}
	number := strconv.Itoa(part.Index)
	layout := make([]byte, 0, len(part.Layout)*len(tracker.ID{})+checkSize)
	for i := range part.Layout {
		layout = append(layout, part.Layout[i][:]...)
	}
	return append(fields, "l"+number, seal(key, "l"+number, layout))
}

// unreadable names the group whose record is not what this program writes.
func unreadable(name string, err error) error {
	what := fmt.Sprintf("group %q", name)
	if found := errFormat(0); errors.As(err, &found) {
		return &cache.FormatError{Record: what, Found: int(found), Known: format}
	}
	return &cache.CorruptError{Record: what, Reason: err.Error()}
}
