package mongostore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// definitionSummary is what tracker documents show of a definition. It is read from the canonical JSON,
// since custom kinds are registered with the program and not with the store.
type definitionSummary struct {
	Name    string            `json:"name"`
	Kind    string            `json:"kind"`
	Targets []decimal.Decimal `json:"targets"`
}

// definitionSummaries caches summaries.
type definitionSummaries map[tracker.ID]*definitionSummary

const maxSummaries = 1 << 15

// read adds the summaries of definitions, except for those that cannot be read.
func (l definitionSummaries) read(ctx context.Context, db *database, ids []tracker.ID) error {
	if len(l) > maxSummaries {
		clear(l)
	}
	var missing []tracker.ID
	for _, id := range ids {
		if l[id] == nil {
			missing = append(missing, id)
		}
	}
	texts, err := db.definitionTexts(ctx, missing)
	if err != nil {
		return err
	}
	for id, text := range texts {
		var one definitionSummary
		if checkDefinition(id, text) == nil && json.Unmarshal(text, &one) == nil {
			l[id] = &one
		}
	}
	return nil
}

// errNoSummary is why a tracker has no document.
var errNoSummary = errors.New("its definition cannot be read")

// target returns the target of a stage.
func (l *definitionSummary) target(stage int32) (decimal.Decimal, error) {
	if stage < 1 || int(stage) > len(l.Targets) {
		return decimal.Decimal{}, fmt.Errorf("tracker %q has stage %d of %d", l.Name, stage, len(l.Targets))
	}
	return l.Targets[stage-1], nil
}
