TRUNCATE dictrack.groups, dictrack.chunks, dictrack.layouts, dictrack.message_ids
