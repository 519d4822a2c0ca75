package mongostore

import (
	"bytes"
	"sync"

	"github.com/dictrack/dictrack/tracker"
)

// known are the texts of definitions that are stored, as far as remembered. They never change and stay, so
// they need neither be sent again nor be read.
type known struct {
	mu    sync.Mutex // protects texts
	texts map[tracker.ID][]byte
}

// maxKnown bounds what is remembered.
const maxKnown = 1 << 15

// missing are those of definitions that may not be stored, each once.
func (k *known) missing(definitions []*tracker.Definition) map[tracker.ID][]byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	missing := map[tracker.ID][]byte{}
	for _, d := range definitions {
		if _, ok := k.texts[d.ID()]; !ok {
			missing[d.ID()] = d.JSON()
		}
	}
	return missing
}

// note remembers what is stored. It keeps the texts.
func (k *known) note(texts map[tracker.ID][]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.texts == nil || len(k.texts)+len(texts) > maxKnown {
		k.texts = make(map[tracker.ID][]byte, len(texts))
	}
	for id, text := range texts {
		k.texts[id] = text
	}
}

// find returns copies of those that are remembered, and which are not, each once.
func (k *known) find(ids []tracker.ID) (texts map[tracker.ID][]byte, missing []tracker.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	texts = make(map[tracker.ID][]byte, len(ids))
	for _, id := range ids {
		if _, ok := texts[id]; ok {
			continue
		}
		text, ok := k.texts[id]
		if !ok {
			missing = append(missing, id)
		}
		texts[id] = bytes.Clone(text)
	}
	return texts, missing
}
