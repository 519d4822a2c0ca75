package mongostore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// label is what a tracker's document says of its definition. It is read from the canonical JSON, since a
// registered kind is known to the program that registered it, and not to the store.
type label struct {
	Name    string            `json:"name"`
	Kind    string            `json:"kind"`
	Targets []decimal.Decimal `json:"targets"`
}

// labels are those that were read, for as many as are worth remembering.
type labels map[tracker.ID]*label

const maxLabels = 1 << 15

// read adds the labels of definitions that are not there, but for those that cannot be read.
func (l labels) read(ctx context.Context, s *Store, ids []tracker.ID) error {
	if len(l) > maxLabels {
		clear(l)
	}
	var missing []tracker.ID
	for _, id := range ids {
		if l[id] == nil {
			missing = append(missing, id)
		}
	}
	texts, err := s.texts(ctx, missing)
	if err != nil {
		return err
	}
	for id, text := range texts {
		var one label
		if checkDefinition(id, text) == nil && json.Unmarshal(text, &one) == nil {
			l[id] = &one
		}
	}
	return nil
}

// errLabel says why a tracker has no document.
var errLabel = errors.New("its definition cannot be read")

// target is that of a stage.
func (l *label) target(stage int32) (decimal.Decimal, error) {
	if stage < 1 || int(stage) > len(l.Targets) {
		return decimal.Decimal{}, fmt.Errorf("tracker %q has stage %d of %d", l.Name, stage, len(l.Targets))
	}
	return l.Targets[stage-1], nil
}
