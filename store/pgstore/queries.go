package pgstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

//go:embed migrations/*.sql
var migrationFiles embed.FS

// queries are the statements in sql/, by file name, for one schema.
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

// inSchema replaces the schema that the files are written for.
func inSchema(text, quoted string) string { return strings.ReplaceAll(text, "dictrack.", quoted+".") }

// query runs a statement in a transaction and a round trip, and calls read for each row. The statements in
// before take the same arguments, and run first, in transactions that are rolled back.
func (s *Store) query(ctx context.Context, query string, args []any, read func(from pgx.Rows) error, before ...string) error {
	b := &pgx.Batch{}
	for _, other := range before {
		b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
		b.Queue(s.sql["planner_settings"])
		b.Queue(s.sql[other], args...)
		b.Queue("ROLLBACK")
	}
	b.Queue(s.sql["planner_settings"])
	b.Queue(s.sql[query], args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := read(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return s.pool.SendBatch(ctx, b).Close()
}
