-- For groups that this transaction has written, found one by one. They are named first, so that whoever
-- locks tables, a session that prepares this or a Flush, begins with them.
WITH written AS NOT MATERIALIZED (SELECT name, mark FROM dictrack.groups)
INSERT INTO dictrack.chunks (name, part, states)
SELECT c.name, c.part, c.states
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS c (name, part, states)
WHERE (SELECT w.mark FROM written AS w WHERE w.name = c.name) = $1::bigint
ON CONFLICT (name, part) DO UPDATE SET states = excluded.states
