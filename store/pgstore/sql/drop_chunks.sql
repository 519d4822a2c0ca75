DELETE FROM dictrack.chunks AS c
USING unnest($2::bytea[], $3::integer[]) AS d (name, part)
WHERE c.name = d.name AND c.part >= d.part
	AND EXISTS (SELECT FROM dictrack.groups AS g WHERE g.name = d.name AND g.mark = $1::bigint)
