SELECT hash, version, expires FROM dictrack.message_ids WHERE name = $1::bytea AND id = $2::bytea
