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
	found  map[int]string    // by the order in the request: what is remembered of ids, sealed
	fields map[string]string // of the group
}

const (
	codeFence  = "fence"  // the shard was never fenced
	codeBusy   = "busy"   // it is being flushed
	codeWait   = "wait"   // another process is let through first
	codeRecord = "record" // this is here
)

var errAnswer = errors.New("a script answers what it should not: does another program use these keys?")

func readAnswer(result rueidis.RedisResult) (*answer, error) {
	message, err := result.ToMessage()
	if err != nil {
		return nil, err
	}
	if message.IsInt64() {
		return &answer{}, nil
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
	if len(parts) != 5 {
		return errAnswer
	}
	var errs [5]error
	a.epoch, errs[0] = parts[0].ToString()
	a.drops, errs[1] = parts[1].ToString()
	a.floor, errs[2] = parts[2].ToString()
	a.found, errs[3] = readFound(&parts[3])
	a.fields, errs[4] = readFields(&parts[4])
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
