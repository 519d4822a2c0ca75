-- Keeps a Flush out. It is a statement of its own, so that the snapshot of the next one is taken after a Flush.
LOCK TABLE dictrack.groups IN ROW EXCLUSIVE MODE
