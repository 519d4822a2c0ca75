package pgstore

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

//go:embed migrations/*.sql
var migrationFiles embed.FS

// queries are the texts of sql/, by name, for one schema.
type queries map[string]string

func readQueries(schema string) (queries, error) {
	q := queries{}
	err := fs.WalkDir(sqlFiles, "sql", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := sqlFiles.ReadFile(name)
		q[strings.TrimSuffix(path.Base(name), ".sql")] = inSchema(string(text), schema)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the embedded SQL: %w", err)
	}
	return q, nil
}

// inSchema turns the schema that the files are written for into that of a store.
func inSchema(text, quoted string) string { return strings.ReplaceAll(text, "dictrack.", quoted+".") }
