SELECT f.version, f.seal, (SELECT max(version) FROM dictrack.groups) FROM dictrack.floor AS f
