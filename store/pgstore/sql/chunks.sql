INSERT INTO dictrack.chunks (name, part, states)
SELECT c.name, c.part, c.states
FROM unnest($2::bytea[], $3::integer[], $4::bytea[]) AS c (name, part, states)
WHERE EXISTS (SELECT FROM dictrack.groups AS g WHERE g.name = c.name AND g.mark = $1::bigint)
ON CONFLICT (name, part) DO UPDATE SET states = excluded.states
