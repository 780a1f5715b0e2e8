package telegram

import (
	"context"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
)

// Kinds of files, as the Bot API's methods name them. A file is sent again
// only as what it was.
const (
	kindPhoto     = "photo"
	kindVideo     = "video"
	kindAnimation = "animation"
	kindAudio     = "audio"
	kindVoice     = "voice"
	kindVideoNote = "video_note"
	kindDocument  = "document"
	kindSticker   = "sticker"
)

// fileSecret signs the addresses of files. They end with the token.
func (s *service) fileSecret(_ context.Context, call *integration.Call) (string, error) {
	c, err := s.settings(call)
	if err != nil {
		return "", err
	}
	return c.derive("files"), nil
}

// link is the address of a file that anybody who has it can open. Telegram's
// own holds the token. The kind and type are part of what is signed.
func (s *service) link(ctx context.Context, call *integration.Call, kind, mime, fileID, name string) (string, error) {
	return s.files.Link(ctx, call, kind+" "+mime+" "+fileID, name, 0)
}

// openFile reads a file for who opens its address.
func (s *service) openFile(ctx context.Context, call *integration.Call, id string) (*media.File, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(id, " ", 3)
	if len(parts) != 3 {
		return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the address is of no file"}
	}
	var info struct {
		FilePath string `json:"file_path"`
		FileSize int64  `json:"file_size"`
	}
	client := s.client(c)
	if err := client.call(ctx, "getFile", map[string]any{"file_id": parts[2]}, &info); err != nil {
		return nil, err
	}
	if info.FilePath == "" || strings.HasPrefix(info.FilePath, "/") || strings.Contains(info.FilePath, "..") {
		return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the Bot API server gives no address for the file; run it without --local"}
	}
	resp, err := client.file(ctx, info.FilePath)
	if err != nil {
		return nil, err
	}
	return &media.File{Body: resp.Body, Type: parts[1], Size: resp.ContentLength}, nil
}

// largest is the sharpest of a picture's sizes.
func largest(sizes []photoSize) photoSize {
	var best photoSize
	for _, p := range sizes {
		if p.Width*p.Height >= best.Width*best.Height {
			best = p
		}
	}
	return best
}
