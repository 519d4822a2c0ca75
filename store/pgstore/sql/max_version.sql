SELECT f.version, f.checksum, (SELECT max(version) FROM dictrack.groups) FROM dictrack.first_version AS f
