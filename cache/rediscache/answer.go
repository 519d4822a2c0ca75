package rediscache

import (
	"errors"
	"strconv"

	"github.com/redis/rueidis"
)

// answer is what the commit script says.
type answer struct {
	code   string // empty: done
	epoch  string
	drops  string
	floor  string
	young  bool              // the shard was fenced not long ago
	found  map[int]string    // by the order in the request: what is remembered of ids, sealed
	laid   bool              // the layout is the one that is known, and not among the fields
	fields map[string]string // of the group
}

const (
	codeFence  = "fence"  // the shard was never fenced
	codeBusy   = "busy"   // it is being flushed
	codeWait   = "wait"   // another process is let through first
	codeRecord = "record" // this is here
)

// done is the answer to a request that was carried out.
var done answer

var errAnswer = errors.New("a script answers what it should not: does another program use these keys?")

func readAnswer(message *rueidis.RedisMessage) (*answer, error) {
	if err := message.Error(); err != nil {
		return nil, err
	}
	if message.IsInt64() {
		return &done, nil
	}
	parts, err := message.ToArray()
	if err != nil || len(parts) == 0 {
		return nil, errAnswer
	}
	a := &answer{}
	if a.code, err = parts[0].ToString(); err != nil {
		return nil, errAnswer
	}
	if a.code != codeRecord {
		return a, nil
	}
	return a, a.readRecord(parts[1:])
}

func (a *answer) readRecord(parts []rueidis.RedisMessage) error {
	if len(parts) != 8 {
		return errAnswer
	}
	var errs [7]error
	a.epoch, errs[0] = parts[0].ToString()
	a.drops, errs[1] = parts[1].ToString()
	a.floor, errs[2] = parts[2].ToString()
	young, err := parts[3].ToString()
	a.young, errs[3] = young != "", err
	a.found, errs[4] = readFound(&parts[4])
	laid, err := parts[5].ToString()
	a.laid, errs[5] = laid != "", err
	if a.laid {
		a.fields, errs[6] = readSome(&parts[6], &parts[7])
	} else {
		a.fields, errs[6] = readFields(&parts[7])
	}
	if errors.Join(errs[:]...) != nil || len(a.epoch) != epochSize {
		return errAnswer
	}
	return nil
}

func readFound(m *rueidis.RedisMessage) (map[int]string, error) {
	flat, err := m.AsStrSlice()
	if err != nil || len(flat)%2 != 0 {
		return nil, errAnswer
	}
	found := make(map[int]string, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		n, err := strconv.Atoi(flat[i])
		if err != nil {
			return nil, errAnswer
		}
		found[n] = flat[i+1]
	}
	return found, nil
}

// readFields reads a hash, without the lease of those who are let through first.
func readFields(m *rueidis.RedisMessage) (map[string]string, error) {
	flat, err := m.AsStrSlice()
	if err != nil || len(flat)%2 != 0 {
		return nil, errAnswer
	}
	fields := make(map[string]string, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		fields[flat[i]] = flat[i+1]
	}
	delete(fields, fieldLease)
	return fields, nil
}

// readSome reads the values of some fields of a hash, of those that are there.
func readSome(names, values *rueidis.RedisMessage) (map[string]string, error) {
	fields, err1 := names.AsStrSlice()
	all, err2 := values.ToArray()
	if errors.Join(err1, err2) != nil || len(fields) != len(all) {
		return nil, errAnswer
	}
	some := make(map[string]string, len(fields))
	for i := range all {
		if all[i].IsNil() {
			continue
		}
		if some[fields[i]], err1 = all[i].ToString(); err1 != nil {
			return nil, errAnswer
		}
	}
	return some, nil
}
