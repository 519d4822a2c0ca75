UPDATE dictrack.first_version SET version = $1::bigint, checksum = $2::bytea
