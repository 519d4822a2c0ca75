package memorycache

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/group"
)

// question is whether the Backing remembers an id. Until it is dropped, the place adds what lands meanwhile.
type question struct {
	place    *place
	id       string
	answered bool
	seen     *group.Seen
}

// informed tells whether it is known what is remembered of the task's id; else the question is put.
func (v *visit) informed(p *place) bool {
	id := v.task.ID()
	if id == "" {
		return true
	}
	if v.seen = p.remembered(id); v.seen != nil {
		return true
	}
	if v.question == nil || v.question.place != p {
		v.question = &question{place: p, id: id}
		if p.questions == nil {
			p.questions = map[*question]struct{}{}
		}
		p.questions[v.question] = struct{}{}
	}
	v.seen = v.question.seen
	return v.question.answered
}

// drop takes the question back.
func (v *visit) drop(p *place) {
	if v.question != nil {
		delete(p.questions, v.question)
	}
}

// ask puts a question to the Backing.
func (c *WriteBehind) ask(ctx context.Context, q *question) error {
	seen, ok, err := c.host.Backing.Seen(ctx, q.place.name, q.id)
	if err != nil {
		return fmt.Errorf("look up id %q: %w", q.id, err)
	}
	q.place.mu.Lock()
	defer q.place.mu.Unlock()
	q.answered = true
	if ok && q.seen == nil { // what has landed meanwhile is newer
		q.seen = &seen
	}
	return nil
}
