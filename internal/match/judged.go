package match

import "github.com/dictrack/dictrack/condition"

// judgements are the conditions that no index decides: each is judged by itself, once for one data, when a tracker
// depends on it. Those of the set under are among them.
type judgements struct {
	under *judgements
	from  int32 // how many those are
	list  []judged
	ids   map[string]int32 // by condition ID; nil when the list is searched
}

// judged is a condition and the slot of the value it judges.
type judged struct {
	condition *condition.Condition
	slot      int32 // -1 for a custom one
}

func newJudgements(under *Set) judgements {
	if under == nil {
		return judgements{}
	}
	j := judgements{under: &under.judged}
	j.from = j.under.count()
	return j
}

func (j *judgements) count() int32 { return j.from + int32(len(j.list)) }

// add is the number of a condition, a new one if it has none.
func (j *judgements) add(one judged) int32 {
	for level := j; level != nil; level = level.under {
		if id := level.find(one.condition.ID()); id >= 0 {
			return id
		}
	}
	id := j.count()
	j.list = append(j.list, one)
	if j.ids != nil {
		j.ids[one.condition.ID()] = id
	} else if len(j.list) > fewJudged {
		j.index()
	}
	return id
}

// fewJudged is how many conditions are searched without a map.
const fewJudged = 8

func (j *judgements) index() {
	j.ids = make(map[string]int32, 2*len(j.list))
	for i := range j.list {
		j.ids[j.list[i].condition.ID()] = j.from + int32(i)
	}
}

func (j *judgements) find(id string) int32 {
	if j.ids != nil {
		if number, ok := j.ids[id]; ok {
			return number
		}
		return -1
	}
	for i := range j.list {
		if j.list[i].condition.ID() == id {
			return j.from + int32(i)
		}
	}
	return -1
}

// at is the condition of a number.
func (j *judgements) at(id int32) *judged {
	for id < j.from {
		j = j.under
	}
	return &j.list[id-j.from]
}
