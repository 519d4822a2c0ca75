-- All of a group in one statement, and so of one snapshot.
SELECT f.version, f.checksum, g.version, g.initialized, g.due, g.tracker_count, g.checksum, g.states,
	ARRAY (SELECT l.definition_ids FROM dictrack.layouts AS l WHERE l.name = g.name AND l.chunk <= (g.tracker_count - 1) / 128 ORDER BY l.chunk),
	ARRAY (SELECT c.states FROM dictrack.chunks AS c WHERE c.name = g.name AND c.chunk <= (g.tracker_count - 1) / 128 ORDER BY c.chunk)
FROM dictrack.first_version AS f LEFT JOIN dictrack.groups AS g ON g.name = $1::bytea
