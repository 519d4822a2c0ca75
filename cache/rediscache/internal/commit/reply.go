package commit

import (
	"strconv"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// reply is what the commit script answers for a group.
type reply struct {
	code string // empty: all was as expected, and is done

	// What follows is there with script.CodeGroup only.
	epoch       string
	evictions   string
	floor       string
	recentEpoch bool              // the epoch began not long ago
	found       map[int]string    // stored form of message ids that are not as expected, by their order in the request
	sameLayout  bool              // the layout is the one of the request, and not among the fields
	fields      map[string]string // of the group
}

// asExpected is the reply to a request that was carried out.
var asExpected reply

// groupParts is how many elements a reply with script.CodeGroup has behind the code.
const groupParts = 8

func readReply(message *rueidis.RedisMessage) (*reply, error) {
	if err := message.Error(); err != nil {
		return nil, err
	}
	if message.IsInt64() {
		return &asExpected, nil
	}
	parts, err := message.ToArray()
	if err != nil || len(parts) == 0 {
		return nil, server.ErrReply
	}
	p := &reply{}
	if p.code, err = parts[0].ToString(); err != nil {
		return nil, server.ErrReply
	}
	if p.code != script.CodeGroup {
		return p, nil
	}
	if len(parts) != 1+groupParts {
		return nil, server.ErrReply
	}
	return p, p.readGroup(parts[1:])
}

func (p *reply) readGroup(parts []rueidis.RedisMessage) error {
	var texts [4]string
	for i := range texts {
		text, err := parts[i].ToString()
		if err != nil {
			return server.ErrReply
		}
		texts[i] = text
	}
	p.epoch, p.evictions, p.floor, p.recentEpoch = texts[0], texts[1], texts[2], texts[3] != ""
	sameLayout, err := parts[5].ToString()
	if err != nil || len(p.epoch) != format.EpochSize {
		return server.ErrReply
	}
	if p.found, err = readFound(&parts[4]); err != nil {
		return err
	}
	if p.sameLayout = sameLayout != ""; p.sameLayout {
		p.fields, err = readNamed(&parts[6], &parts[7])
	} else {
		p.fields, err = server.ReadHash(&parts[7])
	}
	return err
}

func readFound(m *rueidis.RedisMessage) (map[int]string, error) {
	flat, err := m.AsStrSlice()
	if err != nil || len(flat)%2 != 0 {
		return nil, server.ErrReply
	}
	found := make(map[int]string, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		n, err := strconv.Atoi(flat[i])
		if err != nil {
			return nil, server.ErrReply
		}
		found[n] = flat[i+1]
	}
	return found, nil
}

// readNamed reads the values of some fields of a hash, as far as they exist.
func readNamed(names, values *rueidis.RedisMessage) (map[string]string, error) {
	fields, err1 := names.AsStrSlice()
	all, err2 := values.ToArray()
	if err1 != nil || err2 != nil || len(fields) != len(all) {
		return nil, server.ErrReply
	}
	named := make(map[string]string, len(fields))
	for i := range all {
		if all[i].IsNil() {
			continue
		}
		if named[fields[i]], err1 = all[i].ToString(); err1 != nil {
			return nil, server.ErrReply
		}
	}
	return named, nil
}
