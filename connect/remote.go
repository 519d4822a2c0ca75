package connect

import (
	"context"

	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
)

func openPostgres(ctx context.Context, a address, o Options) (store.Store, error) {
	return pgstore.Open(ctx, a.url, pgstore.Options{Logger: o.Logger})
}
