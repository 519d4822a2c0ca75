-- Waits for the commits under way, and keeps others waiting.
LOCK TABLE dictrack.groups, dictrack.chunks, dictrack.layouts, dictrack.ids IN ACCESS EXCLUSIVE MODE
