DELETE FROM dictrack.layouts AS l
USING unnest($2::bytea[], $3::integer[]) AS d (name, part)
WHERE l.name = d.name AND l.part >= d.part
	AND EXISTS (SELECT FROM dictrack.groups AS g WHERE g.name = d.name AND g.mark = $1::bigint)
