TRUNCATE dictrack.groups, dictrack.chunks, dictrack.layouts, dictrack.ids
