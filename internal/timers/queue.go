package timers

import "container/heap"

// queue is a priority queue of due groups, the earliest first. A group may be in it more than once: the entry counts
// whose time is in scheduled.
type queue struct {
	heap      dueHeap
	scheduled map[string]int64 // group -> its earliest due time in the heap
}

// push queues a group, unless it is queued for an earlier time already. It reports whether the group is the first now.
func (q *queue) push(d Due) (first bool) {
	if at, ok := q.scheduled[d.Group]; ok && at <= d.At {
		return false
	}
	if q.scheduled == nil {
		q.scheduled = map[string]int64{}
	}
	q.scheduled[d.Group] = d.At
	heap.Push(&q.heap, d)
	return q.heap[0].At == d.At
}

// pop removes at most limit groups that are due at now.
func (q *queue) pop(now int64, limit int) (groups []string) {
	for len(q.heap) > 0 && q.heap[0].At <= now && len(groups) < limit {
		d := heap.Pop(&q.heap).(Due)
		if at, ok := q.scheduled[d.Group]; ok && at == d.At {
			delete(q.scheduled, d.Group)
			groups = append(groups, d.Group)
		}
	}
	return groups
}

// first is the earliest due time; false when nothing is queued.
func (q *queue) first() (at int64, ok bool) {
	if len(q.heap) == 0 {
		return 0, false
	}
	return q.heap[0].At, true
}

// dueHeap is a heap.Interface.
type dueHeap []Due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].At < h[j].At }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *dueHeap) Push(x any) { *h = append(*h, x.(Due)) }

// Pop implements heap.Interface.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
