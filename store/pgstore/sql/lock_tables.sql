-- Waits for the commits under way and blocks all others.
LOCK TABLE dictrack.groups, dictrack.chunks, dictrack.layouts, dictrack.message_ids IN ACCESS EXCLUSIVE MODE
