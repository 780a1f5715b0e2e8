package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"
)

// File is what is known of a file; its bytes are elsewhere, under Hash.
type File struct {
	ID, BotID            string
	InstallationID       string // owner, "" = the bot
	Key                  string // unique for the owner in the bot
	ContentType          string
	Size                 int64  // of the bytes; what was announced while Hash is ""
	Hash                 string // "" until the bytes are there
	Upload               string // names the upload that may bring the bytes
	Tags                 Tags   // as they were given
	Metadata             json.RawMessage
	Policies             []string
	Indexed              bool // was asked to be searched
	Status, StatusReason string
	ExpiresAt            *time.Time
	CreatedAt, UpdatedAt time.Time
}

// TagMatch chooses rows by tags: each name in Is has one of the values, each in Not has none of them.
type TagMatch struct{ Is, Not map[string][]string }

// FileFilter chooses files of one bot that are not expired; zero fields choose all.
type FileFilter struct {
	BotID          string
	InstallationID string // its own, and those with Policy
	Policy         string
	IDs            []string
	Tags           TagMatch
	Indexed        *bool
	SortField      string // createdAt (default), updatedAt, size, key or status
	Asc            bool
}

const fileColumns = `r.id, r.bot_id, r.installation_id, r.key, r.content_type, r.size, r.hash, r.upload, r.tags, r.metadata, r.policies,
	r.indexed, r.status, r.status_reason, r.expires_at, r.created_at, r.updated_at`

func scanFile(rows Rows, f *File) error {
	var tags, policies string
	err := rows.Scan(&f.ID, &f.BotID, &f.InstallationID, &f.Key, &f.ContentType, &f.Size, &f.Hash, &f.Upload, &tags, &f.Metadata,
		&policies, &f.Indexed, &f.Status, &f.StatusReason, &f.ExpiresAt, &f.CreatedAt, &f.UpdatedAt)
	if err != nil {
		return err
	}
	f.Policies = strings.Fields(policies)
	f.Tags, err = decodeTags(tags)
	return err
}

const createFile = `INSERT INTO files (id, bot_id, installation_id, key, content_type, size, hash, upload, tags, metadata, policies,
	indexed, status, status_reason, expires_at, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

// CreateFile adds a file; zero times become Now. ErrConflict when the owner has one of this key.
func (tx *Tx) CreateFile(ctx context.Context, f *File) error {
	tx.stamp(&f.CreatedAt, &f.UpdatedAt)
	err := tx.exec(ctx, createFile, f.ID, f.BotID, f.InstallationID, f.Key, f.ContentType, f.Size, f.Hash, f.Upload, encodeTags(f.Tags),
		f.Metadata, strings.Join(f.Policies, " "), f.Indexed, f.Status, f.StatusReason, f.ExpiresAt, f.CreatedAt, f.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindFile, f.BotID, f.ID, nil, f.Tags)
	}
	return wrap(err, "create file")
}

const selectFile = `SELECT ` + fileColumns + ` FROM files r WHERE (r.expires_at IS NULL OR r.expires_at > $1) AND `

// File reads a file of any bot.
func (tx *Tx) File(ctx context.Context, id string) (*File, error) {
	f, err := one(ctx, tx, scanFile, selectFile+`r.id = $2`, tx.now, id)
	return f, wrap(err, "read file")
}

// LockFile is File for one that this transaction is going to change: no other changes it until the end.
func (tx *Tx) LockFile(ctx context.Context, id string) (*File, error) {
	f, err := one(ctx, tx, scanFile, selectFile+`r.id = $2`+tx.forUpdate(), tx.now, id)
	return f, wrap(err, "lock file")
}

// FileByKey reads the file of an owner; installationID "" is the bot.
func (tx *Tx) FileByKey(ctx context.Context, botID, installationID, key string) (*File, error) {
	f, err := one(ctx, tx, scanFile, selectFile+`r.bot_id = $2 AND r.installation_id = $3 AND r.key = $4`, tx.now, botID, installationID, key)
	return f, wrap(err, "read file by key")
}

// FilesByKey reads the files of all owners in a bot that have a key, oldest first.
func (tx *Tx) FilesByKey(ctx context.Context, botID, key string) ([]File, error) {
	list, err := all(ctx, tx, scanFile, selectFile+`r.bot_id = $2 AND r.key = $3 ORDER BY r.created_at, r.id LIMIT 100`, tx.now, botID, key)
	return list, wrap(err, "read files by key")
}

const updateFile = `UPDATE files SET content_type = $2, size = $3, hash = $4, upload = $5, tags = $6, metadata = $7, policies = $8,
	indexed = $9, status = $10, status_reason = $11, expires_at = $12, updated_at = $13 WHERE id = $1`

// UpdateFile writes every field but ids, key and CreatedAt over before, which this transaction has locked; UpdatedAt becomes Now.
func (tx *Tx) UpdateFile(ctx context.Context, before, f *File) error {
	f.UpdatedAt = tx.now
	err := tx.exec(ctx, updateFile, f.ID, f.ContentType, f.Size, f.Hash, f.Upload, encodeTags(f.Tags), f.Metadata,
		strings.Join(f.Policies, " "), f.Indexed, f.Status, f.StatusReason, f.ExpiresAt, f.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindFile, f.BotID, f.ID, before.Tags, f.Tags)
	}
	return wrap(err, "update file")
}

// DeleteFile removes a file and its passages.
func (tx *Tx) DeleteFile(ctx context.Context, f *File) error {
	err := tx.change(ctx, `DELETE FROM files WHERE id = $1`, f.ID)
	if err == nil {
		err = tx.retag(ctx, KindFile, f.BotID, f.ID, f.Tags, nil)
	}
	if err == nil {
		err = tx.DeletePassages(ctx, f.ID)
	}
	return wrap(err, "delete file")
}

// ExpiredFiles lists files whose time has come.
func (tx *Tx) ExpiredFiles(ctx context.Context, limit int) ([]File, error) {
	list, err := all(ctx, tx, scanFile, `SELECT `+fileColumns+` FROM files r WHERE r.expires_at <= $1 ORDER BY r.expires_at LIMIT $2`, tx.now, limit)
	return list, wrap(err, "list expired files")
}

// FailUploads gives up the files whose content was awaited since before a time.
func (tx *Tx) FailUploads(ctx context.Context, before time.Time) error {
	err := tx.exec(ctx, `UPDATE files SET status = 'upload_failed', status_reason = 'the content was not uploaded in time', size = 0
		WHERE status = 'upload_pending' AND updated_at < $1`, before)
	return wrap(err, "give up uploads")
}

// FileBytes is how many bytes the files of a bot have, with those that are announced.
func (tx *Tx) FileBytes(ctx context.Context, botID string) (n int64, err error) {
	err = tx.row(ctx, `SELECT COALESCE(CAST(SUM(size) AS BIGINT), 0) FROM files WHERE bot_id = $1`, []any{botID}, &n)
	return n, wrap(err, "count bytes of files")
}

// HashNeeded reports whether a file has the bytes of a hash.
func (tx *Tx) HashNeeded(ctx context.Context, hash string) (bool, error) {
	var n int64
	err := tx.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM files WHERE hash = $1 LIMIT 1) f`, []any{hash}, &n)
	return n > 0, wrap(err, "look for files of a hash")
}

// FileHashes returns up to limit different hashes of files, as a sample.
func (tx *Tx) FileHashes(ctx context.Context, limit int) ([]string, error) {
	list, err := all(ctx, tx, scanString, `SELECT DISTINCT hash FROM files WHERE hash > '' ORDER BY hash LIMIT $1`, limited(limit))
	return list, wrap(err, "list hashes of files")
}

// LockHash lets one transaction at a time decide about the bytes of a hash. SQLite has one writer and needs no lock.
func (tx *Tx) LockHash(ctx context.Context, hash string) error { return tx.lock(ctx, "hash\x00"+hash) }

// LockFiles lets one transaction at a time add to the files of a bot.
func (tx *Tx) LockFiles(ctx context.Context, botID string) error {
	return tx.lock(ctx, "files\x00"+botID)
}

// lock holds a lock of a name until the transaction ends.
func (tx *Tx) lock(ctx context.Context, name string) error {
	if tx.dialect != Postgres {
		return nil
	}
	sum := sha256.Sum256([]byte(name))
	err := tx.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(binary.BigEndian.Uint64(sum[:8])))
	return wrap(err, "lock")
}
