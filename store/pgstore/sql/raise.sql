UPDATE dictrack.floor SET version = $1::bigint, seal = $2::bytea
