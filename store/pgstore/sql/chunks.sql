-- For groups that this transaction has written. They come first, so that whoever locks tables locks groups
-- before others: a session that prepares this does so, and a Flush.
WITH ours AS NOT MATERIALIZED (SELECT name FROM dictrack.groups WHERE mark = $1::bigint)
INSERT INTO dictrack.chunks (name, part, states)
SELECT c.name, c.part, c.states
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS c (name, part, states)
WHERE EXISTS (SELECT FROM ours WHERE ours.name = c.name)
ON CONFLICT (name, part) DO UPDATE SET states = excluded.states
