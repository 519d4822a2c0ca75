-- Held against a Flush. In a statement of its own, so that the next one sees what a Flush has left.
LOCK TABLE dictrack.groups IN ROW EXCLUSIVE MODE
