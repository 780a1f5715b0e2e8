package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// address reads an address of a content.
func address(t *testing.T, text string) api.FileAddress {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/files/"), "/")
	q := u.Query()
	return api.FileAddress{FileID: id, Upload: q.Get("upload"), Expires: q.Get("expires"), Signature: q.Get("signature")}
}

// upload makes a file with a content.
func (b *bench) upload(c *platform.Client, in platform.UpsertFileInput, content string) platform.File {
	b.t.Helper()
	in.Size = float64(len(content))
	made := must(c.UpsertFile(b.t.Context(), &in))
	if made.File.Status != platform.FilePending || made.File.Size != nil {
		b.t.Errorf("before its content the file is %+v", made.File)
	}
	if _, err := b.service.PutFile(b.t.Context(), address(b.t, made.File.UploadURL), strings.NewReader(content)); err != nil {
		b.t.Fatal(err)
	}
	return must(c.GetFile(b.t.Context(), &platform.GetFileInput{ID: made.File.ID})).File
}

// content reads what an address gives.
func (b *bench) content(text string) (string, error) {
	c, err := b.service.OpenFile(b.t.Context(), address(b.t, text))
	if err != nil {
		return "", err
	}
	defer c.Bytes.Close()
	raw, err := io.ReadAll(c.Bytes)
	return string(raw), err
}

// kept lists the contents on disk.
func (b *bench) kept() []string {
	b.t.Helper()
	list, err := filepath.Glob(filepath.Join(b.files, "??", "*"))
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// otherBot is a bot without anything.
func otherBot(b *bench) string {
	const id = "bot_2"
	if err := b.db.Update(b.t.Context(), func(tx *store.Tx) error { return tx.CreateBot(b.t.Context(), store.Bot{ID: id}) }); err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestFileLife(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		soon := platform.At(time.Now().Add(time.Hour))
		f := b.upload(b.bot, platform.UpsertFileInput{
			Key: "notes/a b.txt", Tags: platform.Tags{"of": "me"}, Metadata: json.RawMessage(`{"n":1,"x":null}`), ExpiresAt: &soon,
		}, "hello")
		if f.Status != platform.FileUploaded || *f.Size != 5 || f.ContentType != "text/plain; charset=utf-8" || string(f.Metadata) != `{"n":1}` ||
			f.Owner != (platform.FileOwner{Type: "bot", ID: botID}) || !f.ExpiresAt.Equal(soon.Time) {
			t.Errorf("file = %+v", f)
		}
		if got, err := b.content(f.URL); got != "hello" || err != nil {
			t.Errorf("content = %q, %v", got, err)
		}
		again := b.upload(b.bot, platform.UpsertFileInput{Key: f.Key}, "second")
		if again.ID != f.ID || len(b.kept()) != 1 {
			t.Errorf("written anew the file has id %s (was %s), and %v are kept", again.ID, f.ID, b.kept())
		}
		twin := must(b.bot.CopyFile(ctx, &platform.CopyFileInput{IDOrKey: f.Key, DestinationKey: "twin"})).File
		_, err := b.bot.CopyFile(ctx, &platform.CopyFileInput{IDOrKey: f.Key, DestinationKey: "twin"})
		refused(t, "copy over a file", err, platform.TypeAlreadyExists)
		x := "x"
		changed := must(b.bot.UpdateFileMetadata(ctx, &platform.UpdateFileMetadataInput{
			ID: twin.ID, Tags: map[string]*string{"b": &x}, AccessPolicies: &[]platform.FilePolicy{platform.FilePublic}, Metadata: json.RawMessage(`{"m":[1]}`),
		})).File
		if changed.Tags["b"] != "x" || string(changed.Metadata) != `{"m":[1]}` || strings.Contains(changed.URL, "signature") {
			t.Errorf("changed = %+v", changed)
		}
		must(b.bot.DeleteFile(ctx, &platform.DeleteFileInput{ID: f.Key}))
		if got, err := b.content(changed.URL); got != "second" || err != nil {
			t.Errorf("the copy's content = %q, %v", got, err)
		}
		_, err = b.content(again.URL)
		refused(t, "content of a deleted file", err, platform.TypeResourceNotFound)
		must(b.bot.DeleteFile(ctx, &platform.DeleteFileInput{ID: twin.ID}))
		if left := b.kept(); len(left) != 0 {
			t.Errorf("%v are kept of no file", left)
		}
	})
}

func TestFilesAreListed(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		long := strings.Repeat("é", 1000)
		for _, name := range []string{"b", "a", "c"} {
			b.upload(b.bot, platform.UpsertFileInput{Key: name, Tags: platform.Tags{"name": name, "kb": "1", "long": long}}, strings.Repeat(name, int(name[0])))
		}
		for want, in := range map[string]platform.ListFilesInput{
			"c,a,b": {},
			"a,b,c": {SortField: "key", SortDirection: "asc"},
			"c,b,a": {SortField: "size"},
			"b":     {Tags: platform.TagFilter{Is: map[string][]string{"name": {"b"}, "long": {long}}}},
			"a,b":   {Tags: platform.TagFilter{Is: map[string][]string{"name": {"a", "b", "x"}}}},
			"c":     {Tags: platform.TagFilter{Is: map[string][]string{"kb": {"1"}}, Not: map[string][]string{"name": {"a", "b"}}}},
			"":      {IDs: []string{"file_none"}},
		} {
			var got []string
			for _, f := range must(b.bot.ListFiles(t.Context(), &in)).Files {
				got = append(got, f.Key)
			}
			if strings.Join(got, ",") != want {
				t.Errorf("ListFiles(%+v) = %v, want %s", in, got, want)
			}
		}
		for i := range 30 {
			must(b.one.UpsertFile(t.Context(), &platform.UpsertFileInput{Key: string(rune('a' + i))}))
		}
		for _, by := range []string{"key", "createdAt", "status"} {
			seen := map[string]bool{}
			for token := ""; ; {
				page := must(b.one.ListFiles(t.Context(), &platform.ListFilesInput{SortField: by, NextToken: token}))
				for _, f := range page.Files {
					seen[f.Key] = true
				}
				if token = page.Meta.NextToken; token == "" {
					break
				}
			}
			if len(seen) != 30 {
				t.Errorf("by %s the pages have %d files, want 30", by, len(seen))
			}
		}
	})
}

func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	secret := b.upload(b.one, platform.UpsertFileInput{Key: "k", ContentType: "text/plain", Index: true, Tags: platform.Tags{"a": "b"}}, "secret word")
	shared := b.upload(b.bot, platform.UpsertFileInput{Key: "s", ContentType: "text/plain", Index: true, AccessPolicies: []platform.FilePolicy{platform.FileIntegrations}}, "shared word")
	if secret.Owner != (platform.FileOwner{Type: "integration", Name: "probe", Alias: "one"}) {
		t.Errorf("owner = %+v", secret.Owner)
	}
	for _, ref := range []string{"k", secret.ID} {
		_, err := b.two.GetFile(ctx, &platform.GetFileInput{ID: ref})
		refused(t, "another installation's file", err, platform.TypeResourceNotFound)
		_, err = b.two.DeleteFile(ctx, &platform.DeleteFileInput{ID: ref})
		refused(t, "deleting another installation's file", err, platform.TypeResourceNotFound)
		_, err = b.two.CopyFile(ctx, &platform.CopyFileInput{IDOrKey: ref, DestinationKey: "mine"})
		refused(t, "copying another installation's file", err, platform.TypeResourceNotFound)
		must(b.bot.GetFile(ctx, &platform.GetFileInput{ID: ref}))
	}
	must(b.two.GetFile(ctx, &platform.GetFileInput{ID: "s"}))
	_, err := b.two.UpdateFileMetadata(ctx, &platform.UpdateFileMetadataInput{ID: shared.ID})
	refused(t, "changing a file that is only shared", err, platform.TypeForbidden)
	if list := must(b.two.ListFiles(ctx, &platform.ListFilesInput{})).Files; len(list) != 1 || list[0].ID != shared.ID {
		t.Errorf("the other installation lists %+v", list)
	}
	if found := must(b.two.SearchFiles(ctx, &platform.SearchFilesInput{Query: "word"})).Passages; len(found) != 1 || found[0].File.ID != shared.ID {
		t.Errorf("the other installation finds %+v", found)
	}
	stranger := b.bot.With(platform.Caller{BotID: otherBot(b)})
	for _, ref := range []string{"k", "s", secret.ID, shared.ID} {
		_, err := stranger.GetFile(ctx, &platform.GetFileInput{ID: ref})
		refused(t, "another bot's file", err, platform.TypeResourceNotFound)
	}
	if list := must(stranger.ListFiles(ctx, &platform.ListFilesInput{})).Files; len(list) != 0 {
		t.Errorf("another bot lists %+v", list)
	}
	if found := must(stranger.SearchFiles(ctx, &platform.SearchFilesInput{Query: "word"})).Passages; len(found) != 0 {
		t.Errorf("another bot finds %+v", found)
	}
	mine := b.upload(b.two, platform.UpsertFileInput{Key: "k"}, "mine")
	if mine.ID == secret.ID {
		t.Error("two installations share a key")
	}
}

func TestFileAddressesAreChecked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	f := b.upload(b.bot, platform.UpsertFileInput{Key: "k"}, "hello")
	up := must(b.bot.UpsertFile(ctx, &platform.UpsertFileInput{Key: "up", Size: 1})).File
	read, write := address(t, f.URL), address(t, up.UploadURL)
	for name, at := range map[string]api.FileAddress{
		"no signature":             {FileID: f.ID},
		"another file":             {FileID: f.ID, Expires: write.Expires, Signature: write.Signature},
		"a longer time":            {FileID: f.ID, Expires: read.Expires + "0", Signature: read.Signature},
		"a time that is no number": {FileID: f.ID, Expires: "x", Signature: read.Signature},
	} {
		if _, err := b.service.OpenFile(ctx, at); err == nil {
			t.Errorf("%s: the content is given", name)
		}
	}
	for name, at := range map[string]api.FileAddress{
		"an address for reading": read,
		"another upload":         {FileID: up.ID, Upload: write.Upload + "0", Expires: write.Expires, Signature: write.Signature},
	} {
		_, err := b.service.PutFile(ctx, at, strings.NewReader("x"))
		refused(t, name, err, platform.TypeForbidden)
	}
	must(b.bot.UpsertFile(ctx, &platform.UpsertFileInput{Key: "up", Size: 1}))
	_, err := b.service.PutFile(ctx, write, strings.NewReader("x"))
	refused(t, "the address of an upload before", err, platform.TypeResourceGone)
	b.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	_, err = b.service.OpenFile(ctx, read)
	refused(t, "an old address", err, platform.TypeForbidden)
	if left := b.kept(); len(left) != 1 {
		t.Errorf("%v are kept, want one content", left)
	}
}

func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t) // a file may have 1000 bytes, a bot 2500
	ctx := t.Context()
	_, err := b.bot.UpsertFile(ctx, &platform.UpsertFileInput{Key: "a", Size: 1001})
	refused(t, "a large file", err, platform.TypePayloadTooLarge)
	small := must(b.bot.UpsertFile(ctx, &platform.UpsertFileInput{Key: "a", Size: 1})).File
	_, err = b.service.PutFile(ctx, address(t, small.UploadURL), strings.NewReader(strings.Repeat("x", 1001)))
	refused(t, "a large content", err, platform.TypePayloadTooLarge)
	b.upload(b.bot, platform.UpsertFileInput{Key: "b"}, strings.Repeat("b", 1000))
	b.upload(b.one, platform.UpsertFileInput{Key: "c"}, strings.Repeat("c", 1000))
	_, err = b.bot.UpsertFile(ctx, &platform.UpsertFileInput{Key: "d", Size: 600})
	refused(t, "a file too many", err, platform.TypeQuotaExceeded)
	_, err = b.bot.CopyFile(ctx, &platform.CopyFileInput{IDOrKey: "b", DestinationKey: "d"})
	refused(t, "a copy too many", err, platform.TypeQuotaExceeded)
	_, err = b.service.PutFile(ctx, address(t, small.UploadURL), strings.NewReader(strings.Repeat("x", 600)))
	if e, ok := errors.AsType[*platform.Error](err); !ok || e.Code != 507 {
		t.Errorf("a content too many = %v, want 507", err)
	}
	if f := must(b.bot.GetFile(ctx, &platform.GetFileInput{ID: "a"})).File; f.Status != platform.FileUploadFailed || f.FailedStatusReason == "" {
		t.Errorf("the file that did not fit = %+v", f)
	}
	b.upload(b.bot, platform.UpsertFileInput{Key: "b"}, strings.Repeat("x", 1000))
	for name, in := range map[string]platform.UpsertFileInput{
		"no key":         {},
		"a long key":     {Key: strings.Repeat("k", 513)},
		"negative size":  {Key: "k", Size: -1},
		"half a byte":    {Key: "k", Size: 0.5},
		"a type":         {Key: "k", ContentType: "text\r\nx: y"},
		"a policy":       {Key: "k", AccessPolicies: []platform.FilePolicy{"all"}},
		"metadata":       {Key: "k", Metadata: json.RawMessage(`[1]`)},
		"a long tag":     {Key: "k", Tags: platform.Tags{"a": strings.Repeat("x", 1001)}},
		"expired before": {Key: "k", ExpiresAt: &platform.Time{Time: time.Now().Add(-time.Hour)}},
		"a far expiry":   {Key: "k", ExpiresAt: &platform.Time{Time: time.Now().Add(91 * 24 * time.Hour)}},
	} {
		_, err := b.bot.UpsertFile(ctx, &in)
		refused(t, name, err, platform.TypeInvalidPayload)
	}
}

func TestFilesAreSwept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	at := platform.At(time.Now().Add(time.Hour))
	f := b.upload(b.bot, platform.UpsertFileInput{Key: "short", ExpiresAt: &at, Index: true}, "brief words")
	kept := b.upload(b.bot, platform.UpsertFileInput{Key: "kept"}, "kept")
	orphan := filepath.Join(b.files, "ab", strings.Repeat("ab", 32))
	if err := errors.Join(os.MkdirAll(filepath.Dir(orphan), 0o700), os.WriteFile(orphan, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	err := b.db.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.LockFile(ctx, f.ID)
		if err != nil {
			return err
		}
		past := tx.Now().Add(-time.Millisecond)
		row.ExpiresAt = &past
		return tx.UpdateFile(ctx, row, row)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.bot.GetFile(ctx, &platform.GetFileInput{ID: f.ID})
	refused(t, "an expired file", err, platform.TypeResourceNotFound)
	if err := b.service.SweepFiles(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := b.kept(); len(left) != 1 {
		t.Errorf("%v are kept, want one content", left)
	}
	if got, err := b.content(kept.URL); got != "kept" || err != nil {
		t.Errorf("content = %q, %v", got, err)
	}
}

func TestFilesAreFound(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		guide := b.upload(b.bot, platform.UpsertFileInput{Key: "guide.md", Index: true, Tags: platform.Tags{"kb": "1"}},
			"# Refunds\n\nMoney comes back within ten days.\n\n# Shipping\n\nParcels travel by bicycle.")
		b.upload(b.bot, platform.UpsertFileInput{Key: "page.html", Index: true}, "<h1>Café</h1><script>money()</script><p>Opens at &quot;nine&quot;.</p>")
		b.upload(b.bot, platform.UpsertFileInput{Key: "plain.txt"}, "money that is not indexed")
		image := b.upload(b.bot, platform.UpsertFileInput{Key: "x.png", Index: true}, "\x89PNG")
		if guide.Status != platform.FileIndexed || image.Status != platform.FileIndexingFailed || image.FailedStatusReason == "" {
			t.Errorf("statuses %s and %s (%s)", guide.Status, image.Status, image.FailedStatusReason)
		}
		search := func(in platform.SearchFilesInput) []platform.FoundPassage {
			return must(b.bot.SearchFiles(ctx, &in)).Passages
		}
		if got := search(platform.SearchFilesInput{Query: "When do I get my MONEY?"}); len(got) != 1 || got[0].Content != "Money comes back within ten days." || got[0].File.Key != "guide.md" || got[0].Meta.Position != 1 {
			t.Errorf("money: %+v", got)
		}
		if got := search(platform.SearchFilesInput{Query: "cafe nine"}); len(got) != 2 {
			t.Errorf("cafe: %+v", got)
		}
		if got := search(platform.SearchFilesInput{Query: "bicycle", ContextDepth: 1}); len(got) != 1 || len(got[0].Context) != 2 || got[0].Context[0].Text != "Shipping" {
			t.Errorf("bicycle: %+v", got)
		}
		if got := search(platform.SearchFilesInput{Query: "money bicycle", Consolidate: true}); len(got) != 1 || got[0].Content != "Money comes back within ten days.\n\nParcels travel by bicycle." {
			t.Errorf("consolidated: %+v", got)
		}
		if got := search(platform.SearchFilesInput{Query: "money", Tags: platform.TagFilter{Not: map[string][]string{"kb": {"1"}}}}); len(got) != 0 {
			t.Errorf("without the knowledge base: %+v", got)
		}
		first := must(b.bot.ListFilePassages(ctx, &platform.ListFilePassagesInput{ID: guide.ID, Limit: 3}))
		rest := must(b.bot.ListFilePassages(ctx, &platform.ListFilePassagesInput{ID: guide.ID, Limit: 3, NextToken: first.Meta.NextToken}))
		if len(first.Passages) != 3 || len(rest.Passages) != 1 || rest.Meta.NextToken != "" {
			t.Errorf("passages %+v and %+v", first, rest)
		}
		must(b.bot.CopyFile(ctx, &platform.CopyFileInput{IDOrKey: guide.ID, DestinationKey: "twin.md"}))
		must(b.bot.DeleteFile(ctx, &platform.DeleteFileInput{ID: guide.ID}))
		if got := search(platform.SearchFilesInput{Query: "refunds"}); len(got) != 1 || got[0].File.Key != "twin.md" {
			t.Errorf("after the file was deleted: %+v", got)
		}
		b.upload(b.bot, platform.UpsertFileInput{Key: "twin.md", Index: true}, "Nothing of that any more.")
		if got := search(platform.SearchFilesInput{Query: "refunds"}); len(got) != 0 {
			t.Errorf("after the file was written anew: %+v", got)
		}
	})
}
