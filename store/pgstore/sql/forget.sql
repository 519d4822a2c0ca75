-- Ids that another process forgets right now, or that come again, are passed over.
DELETE FROM dictrack.ids
WHERE ctid = ANY (ARRAY (
	SELECT ctid FROM dictrack.ids WHERE expires <= $1::bigint ORDER BY expires LIMIT $2::integer FOR UPDATE SKIP LOCKED
))
RETURNING true
