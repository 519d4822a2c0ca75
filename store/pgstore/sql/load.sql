-- All of a group in one statement, and so of one moment.
SELECT f.version, f.seal, g.version, g.fed, g.due, g.places, g.seal, g.states,
	ARRAY (SELECT l.ids FROM dictrack.layouts AS l WHERE l.name = g.name AND l.part <= (g.places - 1) / 128 ORDER BY l.part),
	ARRAY (SELECT c.states FROM dictrack.chunks AS c WHERE c.name = g.name AND c.part <= (g.places - 1) / 128 ORDER BY c.part)
FROM dictrack.floor AS f LEFT JOIN dictrack.groups AS g ON g.name = $1::bytea
