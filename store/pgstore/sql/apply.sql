-- A change applies where the group, or what new groups start from if there is none, is at its base: looked
-- at first, and once more when the row is locked. Rows are inserted and updated in the order they come in,
-- which is that of their names, so that commits do not wait for each other in a circle.
INSERT INTO dictrack.groups AS g (name, base, version, fed, due, places, mark, seal, states)
SELECT c.name, c.base, c.version, c.fed, nullif(c.due, 9223372036854775807), c.places, $1::bigint, c.seal, c.states
FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[], $7::integer[], $8::bytea[], $9::bytea[])
	AS c (name, base, version, fed, due, places, seal, states)
WHERE c.base = coalesce(
	(SELECT h.version FROM dictrack.groups AS h WHERE h.name = c.name),
	(SELECT f.version FROM dictrack.floor AS f))
ON CONFLICT (name) DO UPDATE
SET base = excluded.base, version = excluded.version, fed = excluded.fed, due = excluded.due, places = excluded.places,
	mark = excluded.mark, seal = excluded.seal, states = coalesce(excluded.states, g.states), changed = now()
WHERE g.version = excluded.base
RETURNING name
