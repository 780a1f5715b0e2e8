package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) fileRoutes() []route {
	return []route{
		onBot(platform.OpUpsertFile, s.upsertFile),
		onBot(platform.OpGetFile, s.getFile),
		onBot(platform.OpListFiles, s.listFiles),
		onBot(platform.OpUpdateFileMetadata, s.updateFileMetadata),
		onBot(platform.OpDeleteFile, s.deleteFile),
		onBot(platform.OpCopyFile, s.copyFile),
		onBot(platform.OpSearchFiles, s.searchFiles),
		onBot(platform.OpListFilePassages, s.listFilePassages),
	}
}

func fileNotFound(ref string) *platform.Error {
	return platform.Errorf(platform.TypeResourceNotFound, "file %.200q not found", ref)
}

// findFile reads the file of an id or a key that the caller sees: a key means
// its own file first, then the oldest of others.
func findFile(ctx context.Context, tx *store.Tx, id *Identity, ref string) (*store.File, error) {
	if platform.IsID(ref, platform.PrefixFile) {
		f, err := tx.File(ctx, ref)
		if err == nil && id.seesFile(f) {
			return f, nil
		} else if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	f, err := tx.FileByKey(ctx, id.Bot.ID, id.installationID(), ref)
	if !errors.Is(err, store.ErrNotFound) {
		return f, err
	}
	list, err := tx.FilesByKey(ctx, id.Bot.ID, ref)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if id.seesFile(&list[i]) {
			return &list[i], nil
		}
	}
	return nil, fileNotFound(ref)
}

// seesFile reports whether the caller may read a file: a bot all of its own, an
// integration what it made and what is open to integrations.
func (id *Identity) seesFile(f *store.File) bool {
	return f.BotID == id.Bot.ID && (id.owns(f.InstallationID) || hasPolicy(f, platform.FileIntegrations))
}

func hasPolicy(f *store.File, p platform.FilePolicy) bool {
	for _, has := range f.Policies {
		if has == string(p) {
			return true
		}
	}
	return false
}

// lockFile is findFile for a file that the caller is going to change.
func lockFile(ctx context.Context, tx *store.Tx, id *Identity, ref string) (*store.File, error) {
	f, err := findFile(ctx, tx, id, ref)
	if err != nil {
		return nil, err
	}
	if !id.owns(f.InstallationID) {
		return nil, platform.Errorf(platform.TypeForbidden, "file %.200q is not the integration's own; only its owner and the bot may change it", ref)
	}
	f, err = tx.LockFile(ctx, f.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fileNotFound(ref)
	}
	return f, err
}

func (s *Service) getFile(ctx context.Context, id *Identity, in *platform.GetFileInput) (*platform.GetFileOutput, error) {
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.GetFileOutput, error) {
		f, err := findFile(ctx, tx, id, in.ID)
		if err != nil {
			return nil, err
		}
		return &platform.GetFileOutput{File: s.fileView(id, f, signer)}, nil
	})
}

const maxFileIDs = 50

func (s *Service) listFiles(ctx context.Context, id *Identity, in *platform.ListFilesInput) (*platform.ListFilesOutput, error) {
	by, err := oneOf("sortField", in.SortField, "createdAt", "updatedAt", "size", "key", "status")
	if err != nil {
		return nil, err
	}
	direction, err := oneOf("sortDirection", in.SortDirection, "desc", "asc")
	if err != nil {
		return nil, err
	}
	if len(in.IDs) > maxFileIDs {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "ids has %d ids; give at most %d", len(in.IDs), maxFileIDs)
	}
	if err := checkTagFilter(&in.Tags); err != nil {
		return nil, err
	}
	p := newPager("files", id.Bot.ID, id.installationID(), by, direction)
	page, err := p.page(0, in.NextToken)
	if err != nil {
		return nil, err
	}
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListFilesOutput, error) {
		filter := id.fileFilter(in.Tags)
		filter.IDs, filter.Indexed, filter.SortField, filter.Asc = in.IDs, in.Indexed, by, direction == "asc"
		list, next, err := tx.Files(ctx, filter, page)
		if err != nil {
			return nil, err
		}
		out := &platform.ListFilesOutput{Files: make([]platform.File, len(list)), Meta: p.meta(next)}
		for i := range list {
			out.Files[i] = s.fileView(id, &list[i], signer)
		}
		return out, nil
	})
}

// fileFilter chooses among the files that the caller sees.
func (id *Identity) fileFilter(tags platform.TagFilter) store.FileFilter {
	return store.FileFilter{
		BotID: id.Bot.ID, InstallationID: id.installationID(), Policy: string(platform.FileIntegrations),
		Tags: store.TagMatch{Is: tags.Is, Not: tags.Not},
	}
}

func checkTagFilter(f *platform.TagFilter) error {
	n := 0
	for _, tags := range []map[string][]string{f.Is, f.Not} {
		for _, values := range tags {
			n += max(1, len(values))
		}
	}
	if n > maxTags {
		return platform.Errorf(platform.TypeInvalidQuery, "tags has %d names and values; give at most %d", n, maxTags)
	}
	return nil
}

func (s *Service) updateFileMetadata(ctx context.Context, id *Identity, in *platform.UpdateFileMetadataInput) (*platform.UpdateFileMetadataOutput, error) {
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateFileMetadataOutput, error) {
		before, err := lockFile(ctx, tx, id, in.ID)
		if err != nil {
			return nil, err
		}
		f := *before
		if err := changeFile(&f, in, tx.Now()); err != nil {
			return nil, err
		}
		if err := tx.UpdateFile(ctx, before, &f); err != nil {
			return nil, err
		}
		return &platform.UpdateFileMetadataOutput{File: s.fileView(id, &f, signer)}, nil
	})
}

func (s *Service) deleteFile(ctx context.Context, id *Identity, in *platform.DeleteFileInput) (*platform.DeleteFileOutput, error) {
	f, err := update(ctx, s, func(tx *store.Tx) (*store.File, error) {
		f, err := lockFile(ctx, tx, id, in.ID)
		if err != nil {
			return nil, err
		}
		return f, tx.DeleteFile(ctx, f)
	})
	if err != nil {
		return nil, err
	}
	s.DropBytes(ctx, f.Hash)
	return &platform.DeleteFileOutput{}, nil
}
