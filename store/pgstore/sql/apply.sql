-- The names of the groups whose changes applied: those that stood at the base, and new ones where the
-- base is what new groups start from. Existing groups are always above that.
WITH change AS (
	SELECT *
	FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[], $7::integer[], $8::bytea[], $9::bytea[])
		AS c (name, base, version, fed, due, places, seal, states)
), updated AS (
	UPDATE dictrack.groups AS g
	SET version = c.version, fed = c.fed, due = nullif(c.due, 9223372036854775807), places = c.places,
		mark = $1::bigint, seal = c.seal, states = coalesce(c.states, g.states), changed = now()
	FROM change AS c
	WHERE g.name = c.name AND g.version = c.base
	RETURNING g.name
), inserted AS (
	INSERT INTO dictrack.groups (name, version, fed, due, places, mark, seal, states)
	SELECT c.name, c.version, c.fed, nullif(c.due, 9223372036854775807), c.places, $1::bigint, c.seal, c.states
	FROM change AS c JOIN dictrack.floor AS f ON f.version = c.base
	ON CONFLICT (name) DO NOTHING
	RETURNING name
)
SELECT name FROM updated UNION ALL SELECT name FROM inserted
