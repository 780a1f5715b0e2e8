package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/bellhop-dev/bellhop/internal/blob"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// FileAddress is what stands in an address of a content.
type FileAddress struct{ FileID, Upload, Expires, Signature string }

// FileContent is a content that may be read. Close Bytes.
type FileContent struct {
	Key, ContentType, Hash string
	Public                 bool
	UpdatedAt              time.Time
	Bytes                  *os.File
}

// OpenFile opens the content of a file for whoever has its address. Errors are
// *platform.Error.
func (s *Service) OpenFile(ctx context.Context, at FileAddress) (*FileContent, error) {
	c, err := s.openFile(ctx, at)
	if err != nil {
		return nil, fail(ctx, platform.OpGetFile.Operation, err)
	}
	return c, nil
}

func (s *Service) openFile(ctx context.Context, at FileAddress) (*FileContent, error) {
	if at.Signature != "" {
		signer, err := s.signer(ctx)
		if err != nil {
			return nil, err
		}
		if err := signer.check(at.FileID, "", at.Expires, at.Signature); err != nil {
			return nil, err
		}
	}
	f, err := s.contentOf(ctx, at.FileID, "")
	if err != nil {
		return nil, err
	}
	public := hasPolicy(f, platform.FilePublic)
	if at.Signature == "" && !public {
		return nil, fileNotFound(at.FileID) // as if it were not there
	}
	if f.Hash == "" {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "the content of file %s was not found; it was not uploaded yet", f.ID)
	}
	bytes, err := s.Blobs.Open(f.Hash)
	if err != nil {
		return nil, err
	}
	return &FileContent{Key: f.Key, ContentType: f.ContentType, Hash: f.Hash, Public: public, UpdatedAt: f.UpdatedAt, Bytes: bytes}, nil
}

// PutFile takes the content of a file and returns its hash when it is durable.
// The status of the file says what became of it. Errors are *platform.Error.
func (s *Service) PutFile(ctx context.Context, at FileAddress, body io.Reader) (hash string, err error) {
	hash, err = s.receiveFile(ctx, at, body)
	if err != nil {
		return "", fail(ctx, platform.OpUpsertFile.Operation, err)
	}
	return hash, nil
}

func (s *Service) receiveFile(ctx context.Context, at FileAddress, body io.Reader) (string, error) {
	signer, err := s.signer(ctx)
	if err != nil {
		return "", err
	}
	if at.Upload == "" {
		return "", platform.Errorf(platform.TypeForbidden, "this address is not for uploads; use uploadUrl of upsertFile")
	}
	if err := signer.check(at.FileID, at.Upload, at.Expires, at.Signature); err != nil {
		return "", err
	}
	if _, err := s.contentOf(ctx, at.FileID, at.Upload); err != nil {
		return "", err
	}
	staged, err := s.Blobs.Stage(body, s.FileSize)
	if err != nil {
		return "", s.bytesFault(err)
	}
	defer s.logFault("upload not cleared", staged.Close)
	if err := staged.Keep(); err != nil {
		return "", s.bytesFault(err)
	}
	text := readText(staged)
	var dropped string
	refused, err := update(ctx, s, func(tx *store.Tx) (refused *platform.Error, err error) {
		dropped, refused, err = s.writeContent(ctx, tx, at, staged, text)
		return refused, err
	})
	if err != nil || refused != nil {
		s.DropBytes(ctx, staged.Hash)
		s.DropBytes(ctx, dropped)
		return "", errors.Join(err, asError(refused))
	}
	if dropped != staged.Hash {
		s.DropBytes(ctx, dropped)
	}
	return staged.Hash, nil
}

func asError(e *platform.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// writeContent gives the file the staged bytes; refused is an answer to the
// uploader that is written into the file too.
func (s *Service) writeContent(ctx context.Context, tx *store.Tx, at FileAddress, staged *blob.Staged, text indexText) (dropped string, refused *platform.Error, err error) {
	before, err := tx.File(ctx, at.FileID)
	if err == nil {
		if err = tx.LockFiles(ctx, before.BotID); err == nil {
			before, err = tx.LockFile(ctx, at.FileID)
		}
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && before.Upload != at.Upload {
		return "", nil, platform.Errorf(platform.TypeResourceGone, "file %s was deleted or written anew during the upload; call upsertFile again", at.FileID)
	} else if err != nil {
		return "", nil, err
	}
	f := *before
	if err := s.checkStorage(ctx, tx, f.BotID, before, staged.Size); platform.IsType(err, platform.TypeQuotaExceeded) {
		f.Status, f.StatusReason, f.Size, f.Hash = string(platform.FileUploadFailed), platform.AsError(err).Message, 0, ""
		refused = platform.AsError(err)
		refused.Code = http.StatusInsufficientStorage
		return before.Hash, refused, errors.Join(tx.DeletePassages(ctx, f.ID), tx.UpdateFile(ctx, before, &f))
	} else if err != nil {
		return "", nil, err
	}
	if err := tx.LockHash(ctx, staged.Hash); err != nil {
		return "", nil, err
	}
	if err := staged.Keep(); err != nil {
		return "", nil, s.bytesFault(err)
	}
	f.Hash, f.Size, f.Status, f.StatusReason = staged.Hash, staged.Size, string(platform.FileUploaded), ""
	if f.Indexed {
		if err := index(ctx, tx, &f, text); err != nil {
			return "", nil, err
		}
	}
	return before.Hash, nil, tx.UpdateFile(ctx, before, &f)
}

// bytesFault words for the uploader why bytes could not be kept.
func (s *Service) bytesFault(err error) error {
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return platform.Errorf(platform.TypePayloadTooLarge, "the content is over %d bytes, the most that a file may have here", s.FileSize)
	case errors.Is(err, blob.ErrFull):
		e := platform.Unavailable(err, "the server's disk is full; free space and try again", retryFull)
		e.Code = http.StatusInsufficientStorage
		return e
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrDeadlineExceeded):
		return platform.Errorf(platform.TypeInvalidPayload, "the content did not come to its end; upload it again")
	}
	return err
}

// DropBytes removes bytes that no file has any more. A fault is logged: the
// sweep comes by again.
func (s *Service) DropBytes(ctx context.Context, hash string) {
	if hash == "" {
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.logFault("bytes not removed", func() error {
		return s.Store.Update(ctx, func(tx *store.Tx) error {
			if err := tx.LockHash(ctx, hash); err != nil {
				return err
			}
			needed, err := tx.HashNeeded(ctx, hash)
			if err != nil || needed {
				return err
			}
			return s.Blobs.Remove(hash)
		})
	})
}

func (s *Service) logFault(message string, fn func() error) {
	if err := fn(); err != nil {
		s.Logger.Warn(message, "error", err)
	}
}

// Ages at which the sweep acts.
const (
	uploadPatience = 24 * time.Hour
	sweepAtOnce    = 100
)

// SweepFiles deletes files that have expired, gives up uploads that never came,
// and removes bytes that nobody needs, such as those of a deleted bot.
func (s *Service) SweepFiles(ctx context.Context) error {
	for {
		expired, err := update(ctx, s, func(tx *store.Tx) ([]store.File, error) {
			list, err := tx.ExpiredFiles(ctx, sweepAtOnce)
			for i := range list {
				err = errors.Join(err, tx.DeleteFile(ctx, &list[i]))
			}
			return list, err
		})
		if err != nil {
			return err
		}
		for _, f := range expired {
			s.DropBytes(ctx, f.Hash)
		}
		if len(expired) < sweepAtOnce {
			break
		}
	}
	late := s.Now().Add(-uploadPatience)
	if err := s.Store.Update(ctx, func(tx *store.Tx) error { return tx.FailUploads(ctx, late) }); err != nil {
		return err
	}
	return s.Blobs.Each(ctx, late, func(hash string) error {
		needed, err := view(ctx, s, func(tx *store.Tx) (bool, error) { return tx.HashNeeded(ctx, hash) })
		if err == nil && !needed {
			s.DropBytes(ctx, hash)
		}
		return err
	})
}
