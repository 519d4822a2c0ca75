SELECT name, due FROM dictrack.groups WHERE due <= $1::bigint ORDER BY due, name LIMIT $2::integer
