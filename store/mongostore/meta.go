package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/record"
)

// The only document of the collection meta.
const (
	// The only document of the collection meta.
	metaID           = "store"
	metaFormat       = "format"
	metaFirstVersion = "first_version" // the version that new groups start from
	metaFlushing     = "flushing"      // a Flush has to delete what is older than the first version
)

type meta struct {
	firstVersion int64
	flushing     bool
}

// ensureMeta inserts the document if it does not exist, and reads it.
func (db *database) ensureMeta(ctx context.Context) (m meta, err error) {
	err = db.retrier.Do(ctx, "look at the store", db.retrier.AttemptTimeout(), func(ctx context.Context) error {
		_, err := db.meta.InsertOne(ctx, doc("_id", metaID, metaFormat, int32(format), metaFirstVersion, int64(0)))
		if err != nil && !mongo.IsDuplicateKeyError(err) {
			return err
		}
		m, err = db.readMeta(ctx)
		return err
	})
	return m, err
}

// readMeta reads the document, and with it the current first version.
func (db *database) readMeta(ctx context.Context) (meta, error) {
	raw, err := db.meta.FindOne(ctx, doc("_id", metaID)).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return meta{}, &record.CorruptError{Record: "of the store", Reason: "it is missing"}
	}
	if err != nil {
		return meta{}, err
	}
	var p parser
	m := meta{firstVersion: p.int(raw, metaFirstVersion)}
	if flushing, err := raw.LookupErr(metaFlushing); err == nil {
		m.flushing = p.toBool(metaFlushing, flushing)
	}
	if found := p.int(raw, metaFormat); p.err == nil && found != format {
		return meta{}, &record.FormatError{Found: int(found), Known: format}
	}
	if p.err != nil {
		return meta{}, &record.CorruptError{Record: "of the store", Reason: p.err.Error()}
	}
	db.firstVersion.Store(m.firstVersion)
	return m, nil
}
