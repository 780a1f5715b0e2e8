package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) upsertFile(ctx context.Context, id *Identity, in *platform.UpsertFileInput) (*platform.UpsertFileOutput, error) {
	draft, err := s.draftFile(in, s.Now())
	if err != nil {
		return nil, err
	}
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	var dropped string
	out, err := update(ctx, s, func(tx *store.Tx) (*platform.UpsertFileOutput, error) {
		f, before, err := s.putFile(ctx, tx, id, draft, true)
		if err != nil {
			return nil, err
		}
		if before != nil {
			dropped = before.Hash
			if err := tx.DeletePassages(ctx, f.ID); err != nil {
				return nil, err
			}
		}
		return &platform.UpsertFileOutput{File: platform.UpsertedFile{File: s.fileView(id, f, signer), UploadURL: signer.uploadURL(f)}}, nil
	})
	if err == nil {
		s.DropBytes(ctx, dropped)
	}
	return out, err
}

// putFile writes the draft as the caller's file of its key, over the one that
// there is, which it returns too.
func (s *Service) putFile(ctx context.Context, tx *store.Tx, id *Identity, draft *store.File, overwrite bool) (f, before *store.File, err error) {
	if err := tx.LockFiles(ctx, id.Bot.ID); err != nil {
		return nil, nil, err
	}
	before, err = tx.FileByKey(ctx, id.Bot.ID, id.installationID(), draft.Key)
	if err == nil {
		before, err = tx.LockFile(ctx, before.ID)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	if before != nil && !overwrite {
		return nil, nil, platform.Errorf(platform.TypeAlreadyExists, "there is a file %.200q already; give another key, or overwrite", draft.Key)
	}
	if err := s.checkStorage(ctx, tx, id.Bot.ID, before, draft.Size); err != nil {
		return nil, nil, err
	}
	f = draft
	f.BotID, f.InstallationID, f.Upload = id.Bot.ID, id.installationID(), s.ids.New("upload", tx.Now())
	if before == nil {
		f.ID = s.ids.New(platform.PrefixFile, tx.Now())
		return f, nil, tx.CreateFile(ctx, f)
	}
	f.ID, f.CreatedAt = before.ID, before.CreatedAt
	return f, before, tx.UpdateFile(ctx, before, f)
}

// checkStorage refuses a file that a bot has no room for; before is the one
// that it replaces, or nil.
func (s *Service) checkStorage(ctx context.Context, tx *store.Tx, botID string, before *store.File, size int64) error {
	have, err := tx.FileBytes(ctx, botID)
	if err != nil {
		return err
	}
	if before != nil {
		have -= before.Size
	}
	if have+size > s.FileStorage {
		return platform.Errorf(platform.TypeQuotaExceeded, "the files of bot %s have %d bytes and may have %d; %d more do not fit: delete files, or raise file-storage", botID, have, s.FileStorage, size)
	}
	return nil
}

func (s *Service) copyFile(ctx context.Context, id *Identity, in *platform.CopyFileInput) (*platform.CopyFileOutput, error) {
	if err := checkFileKey("destinationKey", in.DestinationKey); err != nil {
		return nil, err
	}
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	var dropped string
	out, err := update(ctx, s, func(tx *store.Tx) (*platform.CopyFileOutput, error) {
		from, err := findFile(ctx, tx, id, in.IDOrKey)
		if err != nil {
			return nil, err
		}
		if from.Hash == "" {
			return nil, platform.Errorf(platform.TypeResourceNotFound, "file %.200q has no content yet: its content was not found; upload it first", in.IDOrKey)
		}
		if from.Key == in.DestinationKey && id.owns(from.InstallationID) && from.InstallationID == id.installationID() {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "destinationKey is the file's own key; give another one")
		}
		draft := *from
		draft.Key, draft.CreatedAt, draft.UpdatedAt = in.DestinationKey, tx.Now(), tx.Now()
		f, before, err := s.putFile(ctx, tx, id, &draft, in.Overwrite)
		if err != nil {
			return nil, err
		}
		if before != nil {
			dropped = before.Hash
		}
		if err := copyPassages(ctx, tx, from.ID, f); err != nil {
			return nil, err
		}
		// Who takes the last file of these bytes away waits for us, or we see it.
		if err := tx.LockHash(ctx, f.Hash); err != nil {
			return nil, err
		}
		if _, err := tx.LockFile(ctx, from.ID); err != nil {
			return nil, err
		}
		return &platform.CopyFileOutput{File: s.fileView(id, f, signer)}, nil
	})
	if err == nil && dropped != "" {
		s.DropBytes(ctx, dropped)
	}
	return out, err
}
