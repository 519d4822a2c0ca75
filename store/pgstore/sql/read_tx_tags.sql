SELECT name, version, tx_tag FROM dictrack.groups WHERE name = ANY ($1::bytea[])
