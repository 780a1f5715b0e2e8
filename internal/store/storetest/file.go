package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func testFiles(t *testing.T, f fixture) {
	file := store.File{
		ID: "file_1", BotID: "bot_1", Key: "k", ContentType: "text/plain", Size: 5, Hash: "h", Upload: "u", Tags: store.Tags{"a": "b"},
		Metadata: json.RawMessage(`{"n":1}`), Policies: []string{"integrations", "public_content"}, Indexed: true, Status: "upload_completed",
	}
	f.update(t, func(tx *store.Tx) error {
		late := tx.Now().Add(time.Hour)
		file.ExpiresAt = &late
		return errors.Join(tx.CreateBot(f.ctx, store.Bot{ID: "bot_1"}), tx.CreateFile(f.ctx, &file), tx.PutPassages(f.ctx, "bot_1", "file_1", []store.Passage{
			{FileID: "file_1", Position: 0, Kind: "title", Content: "one", Words: map[string]int{"one": 1}, Length: 1},
			{FileID: "file_1", Position: 1, Kind: "paragraph", Content: "two two one", Words: map[string]int{"one": 1, "two": 2}, Length: 3},
		}))
	})
	twin := file
	twin.ID = "file_2"
	if err := f.Update(f.ctx, func(tx *store.Tx) error { return tx.CreateFile(f.ctx, &twin) }); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second file of one key = %v, want ErrConflict", err)
	}
	f.view(t, func(tx *store.Tx) error {
		got, err := tx.File(f.ctx, "file_1")
		if err != nil {
			return err
		}
		if diff := cmp.Diff(&file, got); diff != "" {
			t.Errorf("file (-want +got):\n%s", diff)
		}
		hits, err1 := tx.WordHits(f.ctx, store.FileFilter{BotID: "bot_1"}, "two", 10)
		if diff := cmp.Diff([]store.WordHit{{FileID: "file_1", Position: 1, Times: 2, Length: 3}}, hits); diff != "" {
			t.Errorf("hits (-want +got):\n%s", diff)
		}
		other, err2 := tx.WordHits(f.ctx, store.FileFilter{BotID: "bot_2"}, "two", 10)
		passages, words, err3 := tx.CountPassages(f.ctx, "bot_1")
		bytes, err4 := tx.FileBytes(f.ctx, "bot_1")
		needed, err5 := tx.HashNeeded(f.ctx, "h")
		if len(other) != 0 || passages != 2 || words != 4 || bytes != 5 || !needed {
			t.Errorf("other hits %v, %d passages of %d words, %d bytes, needed %t", other, passages, words, bytes, needed)
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
	f.update(t, func(tx *store.Tx) error { return tx.DeleteBot(f.ctx, "bot_1") })
	f.view(t, func(tx *store.Tx) error {
		_, err := tx.File(f.ctx, "file_1")
		needed, err1 := tx.HashNeeded(f.ctx, "h")
		passages, _, err2 := tx.CountPassages(f.ctx, "bot_1")
		list, _, err3 := tx.Files(f.ctx, store.FileFilter{BotID: "bot_1", Tags: store.TagMatch{Is: map[string][]string{"a": {"b"}}}}, store.Page{})
		if !errors.Is(err, store.ErrNotFound) || needed || passages != 0 || len(list) != 0 {
			t.Errorf("of a deleted bot: %v, needed %t, %d passages, %d files", err, needed, passages, len(list))
		}
		return errors.Join(err1, err2, err3)
	})
}
