package api

import (
	"context"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/blob"
	"github.com/bellhop-dev/bellhop/internal/passage"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Limits of searching.
const (
	maxIndexText   = 1 << 20 // bytes of a file
	maxSearchQuery = 1024    // characters
	maxSearchWords = 32
	maxSearchFiles = 1000 // that have a word, the newest
	maxPassages    = 100
	maxContext     = 10 // passages to each side
)

// indexText is a text to be searched, or why there is none.
type indexText struct {
	text, fault string
}

// readText reads the text of what was uploaded.
func readText(staged *blob.Staged) indexText {
	if staged.Size > maxIndexText {
		return indexText{fault: "the file has " + strconv.FormatInt(staged.Size, 10) + " bytes; at most " + strconv.Itoa(maxIndexText) + " of text are indexed here"}
	}
	f, err := staged.Open()
	if err != nil {
		return indexText{fault: "the content could not be read"}
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return indexText{fault: "the content could not be read"}
	}
	if !utf8.Valid(raw) || slices.Contains(raw, 0) {
		return indexText{fault: "the content is not UTF-8 text; only text is indexed here"}
	}
	return indexText{text: string(raw)}
}

// index lets a file be found, or says in its status why not.
func index(ctx context.Context, tx *store.Tx, f *store.File, text indexText) error {
	kind, _, err := mime.ParseMediaType(f.ContentType)
	if err != nil || !textual(kind) {
		text.fault = "files of type " + f.ContentType + " are not indexed here; upload text"
	}
	if text.fault != "" {
		f.Status, f.StatusReason = string(platform.FileIndexingFailed), text.fault
		return tx.DeletePassages(ctx, f.ID)
	}
	f.Status = string(platform.FileIndexed)
	if kind == "text/html" || kind == "application/xhtml+xml" {
		text.text = passage.FromHTML(text.text)
	}
	var list []store.Passage
	for i, p := range passage.Split(text.text) {
		row := store.Passage{FileID: f.ID, Position: int64(i), Kind: p.Kind, Content: p.Content, Words: map[string]int{}}
		for _, word := range passage.Words(p.Content) {
			row.Words[word]++
			row.Length++
		}
		list = append(list, row)
	}
	return tx.PutPassages(ctx, f.BotID, f.ID, list)
}

func textual(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") && kind != "image/svg+xml" ||
		slices.Contains([]string{"application/json", "application/xml", "application/yaml", "application/x-ndjson", "application/jsonl"}, kind)
}

func copyPassages(ctx context.Context, tx *store.Tx, from string, to *store.File) error {
	list, err := tx.PassagesFrom(ctx, from, 0, 1<<40)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Words = map[string]int{}
		for _, word := range passage.Words(list[i].Content) {
			list[i].Words[word]++
		}
	}
	return tx.PutPassages(ctx, to.BotID, to.ID, list)
}

func (s *Service) searchFiles(ctx context.Context, id *Identity, in *platform.SearchFilesInput) (*platform.SearchFilesOutput, error) {
	if n := utf8.RuneCountInString(in.Query); n == 0 || n > maxSearchQuery {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "query has %d characters; give 1 to %d", n, maxSearchQuery)
	}
	limit := in.Limit
	if limit == 0 {
		limit = defaultPage
	}
	if limit < 0 || limit > maxPassages || in.ContextDepth < 0 || in.ContextDepth > maxContext {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "limit is 1 to %d and contextDepth 0 to %d; got %d and %d", maxPassages, maxContext, in.Limit, in.ContextDepth)
	}
	if err := checkTagFilter(&in.Tags); err != nil {
		return nil, err
	}
	words := passage.Words(in.Query)
	slices.Sort(words)
	words = slices.Compact(words)
	words = words[:min(len(words), maxSearchWords)]
	return view(ctx, s, func(tx *store.Tx) (*platform.SearchFilesOutput, error) {
		found, err := rank(ctx, tx, id.fileFilter(in.Tags), words, limit)
		if err != nil {
			return nil, err
		}
		r := reader{tx: tx, files: map[string]*store.File{}}
		out := &platform.SearchFilesOutput{Passages: []platform.FoundPassage{}}
		if in.Consolidate {
			out.Passages, err = r.consolidated(ctx, found, int64(in.ContextDepth))
			return out, err
		}
		for _, at := range found {
			p, err := r.passage(ctx, at, int64(in.ContextDepth), in.WithContext || in.ContextDepth > 0)
			if err != nil {
				return nil, err
			}
			out.Passages = append(out.Passages, *p)
		}
		return out, nil
	})
}

// rank finds the best passages for the words.
func rank(ctx context.Context, tx *store.Tx, filter store.FileFilter, words []string, limit int) ([]passage.Scored, error) {
	passages, length, err := tx.CountPassages(ctx, filter.BotID)
	if err != nil || passages == 0 {
		return nil, err
	}
	corpus := passage.Corpus{Passages: int(passages), Average: float64(length) / float64(passages)}
	var hits [][]passage.Hit
	for _, word := range words {
		rows, err := tx.WordHits(ctx, filter, word, maxSearchFiles)
		if err != nil {
			return nil, err
		}
		list := make([]passage.Hit, len(rows))
		for i, h := range rows {
			list[i] = passage.Hit{Place: passage.Place{File: h.FileID, Position: int(h.Position)}, Times: int(h.Times), Length: int(h.Length)}
		}
		hits = append(hits, list)
	}
	return corpus.Rank(hits, limit), nil
}

// reader reads passages that were found.
type reader struct {
	tx    *store.Tx
	files map[string]*store.File
}

func (r *reader) file(ctx context.Context, id string) (platform.PassageFile, error) {
	f := r.files[id]
	if f == nil {
		var err error
		if f, err = r.tx.File(ctx, id); err != nil {
			return platform.PassageFile{}, err
		}
		r.files[id] = f
	}
	return platform.PassageFile{
		ID: f.ID, Key: f.Key, ContentType: f.ContentType, Metadata: f.Metadata, Tags: f.Tags,
		CreatedAt: platform.At(f.CreatedAt), UpdatedAt: platform.At(f.UpdatedAt),
	}, nil
}

func (r *reader) passage(ctx context.Context, at passage.Scored, depth int64, withContext bool) (*platform.FoundPassage, error) {
	file, err := r.file(ctx, at.File)
	if err != nil {
		return nil, err
	}
	position := int64(at.Position)
	list, err := r.tx.PassagesFrom(ctx, at.File, position-depth, position+depth)
	if err != nil {
		return nil, err
	}
	out := &platform.FoundPassage{Score: at.Score, File: file}
	for _, p := range list {
		c := platform.PassageContext{Text: p.Content, Offset: p.Position - position, Type: "current"}
		switch {
		case c.Offset < 0:
			c.Type = "preceding"
		case c.Offset > 0:
			c.Type = "subsequent"
		default:
			out.Content, out.Meta = p.Content, passageMeta(p)
		}
		if withContext {
			out.Context = append(out.Context, c)
		}
	}
	return out, nil
}

func passageMeta(p store.Passage) platform.PassageMeta {
	return platform.PassageMeta{Type: "chunk", Subtype: p.Kind, Position: p.Position}
}

// consolidated makes one passage of all that were found in a file, with those
// beside them, in the order of the text.
func (r *reader) consolidated(ctx context.Context, found []passage.Scored, depth int64) ([]platform.FoundPassage, error) {
	out := []platform.FoundPassage{}
	parts := map[string]map[int64]store.Passage{}
	for _, at := range found {
		if parts[at.File] == nil {
			parts[at.File] = map[int64]store.Passage{}
			file, err := r.file(ctx, at.File)
			if err != nil {
				return nil, err
			}
			out = append(out, platform.FoundPassage{Score: at.Score, File: file})
		}
		list, err := r.tx.PassagesFrom(ctx, at.File, int64(at.Position)-depth, int64(at.Position)+depth)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			parts[at.File][p.Position] = p
		}
	}
	for i := range out {
		var texts []string
		list := parts[out[i].File.ID]
		for _, position := range sortedPositions(list) {
			texts = append(texts, list[position].Content)
			if len(texts) == 1 {
				out[i].Meta = passageMeta(list[position])
				out[i].Meta.Type = "consolidated"
			}
		}
		out[i].Content = strings.Join(texts, "\n\n")
	}
	return out, nil
}

func sortedPositions(list map[int64]store.Passage) []int64 {
	positions := make([]int64, 0, len(list))
	for position := range list {
		positions = append(positions, position)
	}
	slices.Sort(positions)
	return positions
}

func (s *Service) listFilePassages(ctx context.Context, id *Identity, in *platform.ListFilePassagesInput) (*platform.ListFilePassagesOutput, error) {
	p := newPager("passages", id.Bot.ID, in.ID)
	page, err := p.page(in.Limit, in.NextToken)
	if err != nil {
		return nil, err
	}
	var from int64
	if page.After != "" {
		if from, err = strconv.ParseInt(page.After, 10, 64); err != nil || from < 0 {
			return nil, errNextToken()
		}
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListFilePassagesOutput, error) {
		f, err := findFile(ctx, tx, id, in.ID)
		if err != nil {
			return nil, err
		}
		to := from + int64(page.Limit)
		list, err := tx.PassagesFrom(ctx, f.ID, from, to)
		if err != nil {
			return nil, err
		}
		out := &platform.ListFilePassagesOutput{Passages: []platform.Passage{}}
		for _, row := range list {
			if row.Position == to {
				out.Meta = p.meta(strconv.FormatInt(to, 10))
				break
			}
			out.Passages = append(out.Passages, platform.Passage{ID: f.ID + "/" + strconv.FormatInt(row.Position, 10), Content: row.Content, Meta: passageMeta(row)})
		}
		return out, nil
	})
}
