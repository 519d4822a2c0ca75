-- Compare-and-set: a change applies if the group's version is its base, or the first version if there is no such group.
-- That is checked once before the row is locked, and again after. Rows are locked in the order of the arguments, which are
-- sorted by name, so that commits cannot deadlock.
INSERT INTO dictrack.groups AS g (name, base, version, initialized, due, tracker_count, tx_tag, checksum, states)
SELECT c.name, c.base, c.version, c.initialized, nullif(c.due, 9223372036854775807), c.tracker_count, $1::bigint, c.checksum, c.states
FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[], $7::integer[], $8::bytea[], $9::bytea[])
	AS c (name, base, version, initialized, due, tracker_count, checksum, states)
WHERE c.base = coalesce(
	(SELECT h.version FROM dictrack.groups AS h WHERE h.name = c.name),
	(SELECT f.version FROM dictrack.first_version AS f))
ON CONFLICT (name) DO UPDATE
SET base = excluded.base, version = excluded.version, initialized = excluded.initialized, due = excluded.due, tracker_count = excluded.tracker_count,
	tx_tag = excluded.tx_tag, checksum = excluded.checksum, states = coalesce(excluded.states, g.states), changed = now()
WHERE g.version = excluded.base
RETURNING name
