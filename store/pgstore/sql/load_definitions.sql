SELECT id, json FROM dictrack.definitions WHERE id = ANY ($1::bytea[])
