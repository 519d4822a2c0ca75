-- Skips ids that another process is deleting, or writing again.
DELETE FROM dictrack.message_ids
WHERE ctid = ANY (ARRAY (
	SELECT ctid FROM dictrack.message_ids WHERE expires <= $1::bigint ORDER BY expires LIMIT $2::integer FOR UPDATE SKIP LOCKED
))
RETURNING true
