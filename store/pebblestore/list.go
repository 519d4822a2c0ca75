package pebblestore

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/record"
)

// scan calls yield for the keys in [lower, upper), in order, until it returns false or an error. What
// describes the records in errors.
func scan(db *pebble.DB, lower, upper []byte, what string, yield func(i *pebble.Iterator) (more bool, err error)) error {
	i, err := db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return readError(what, err)
	}
	more := true
	for ok := i.First(); ok && more && err == nil; ok = i.Next() {
		more, err = yield(i)
	}
	if broken := i.Close(); broken != nil {
		return readError(what, broken)
	}
	return err
}

// Due implements store.Store. A group may be listed whose commit is not on disk yet; Load waits for it.
func (s *Store) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	const what = "of due times"
	lower, upper := timesUntil(kindDue, until)
	return do(ctx, s, func() (due []record.Due, err error) {
		if limit <= 0 {
			return nil, nil
		}
		err = scan(s.db, lower, upper, what, func(i *pebble.Iterator) (bool, error) {
			at, name, err := parseTimeKey(i.Key())
			if err == nil {
				err = checkEmptyValue(i)
			}
			if err != nil {
				return false, corruptRecord(what, err)
			}
			due = append(due, record.Due{Group: name, At: at})
			return len(due) < limit, ctx.Err()
		})
		return due, err
	})
}

// checkEmptyValue checks the value of a record that has everything in its key.
func checkEmptyValue(i *pebble.Iterator) error {
	value, err := i.ValueAndErr()
	if err != nil {
		return err
	}
	payload, err := checksum.Unseal(i.Key(), format, value)
	if err == nil && len(payload) > 0 {
		err = errors.New("it has a value, want none")
	}
	return err
}

// Groups implements store.Store. A group may be listed whose commit is not on disk yet; Load waits for it.
func (s *Store) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	return do(ctx, s, func() (names []string, err error) {
		if limit <= 0 {
			return nil, nil
		}
		lower := append(groupKey(after), 0)
		err = scan(s.db, lower, successor([]byte{kindGroup}), "of groups", func(i *pebble.Iterator) (bool, error) {
			names = append(names, string(i.Key()[1:]))
			return len(names) < limit, ctx.Err()
		})
		return names, err
	})
}
