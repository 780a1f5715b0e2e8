package chat

import (
	"context"
	"crypto/rand"
	"mime"
	"strings"
	"unicode"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// maxFileName is the longest name of a file in characters.
const maxFileName = 120

// fileReply says where the content of a file goes, with a PUT, and the payload
// of the message that sends the file afterwards.
type fileReply struct {
	UploadURL string            `json:"uploadUrl"`
	Payload   map[string]string `json:"payload"`
}

// createFile prepares a file for a message. Its address is for good and known
// to those only who see the message.
func createFile(ctx context.Context, c *call) (any, error) {
	var in struct {
		ConversationID string `json:"conversationId"`
		Name           string `json:"name"`
		ContentType    string `json:"contentType"`
		Size           int64  `json:"size"`
	}
	if err := c.into(&in); err != nil {
		return nil, err
	}
	limit := c.config.maxFile()
	switch {
	case limit == 0:
		return nil, platform.Errorf(platform.TypeForbidden, "this chat takes no files")
	case in.Size < 1:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "size must be the file's size in bytes, at least 1")
	case in.Size > limit:
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "the file has %d bytes; this chat takes files of at most %d", in.Size, limit)
	}
	conv, err := c.joined(ctx, in.ConversationID, c.me.ID)
	if err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(in.ContentType)
	if err != nil {
		kind = "application/octet-stream"
	}
	name := fileName(in.Name)
	out, err := c.client.UpsertFile(ctx, &platform.UpsertFileInput{
		Key: "chat/" + conv.ID + "/" + rand.Text() + "/" + name, Size: float64(in.Size), ContentType: kind,
		AccessPolicies: []platform.FilePolicy{platform.FilePublic},
	})
	if err != nil {
		return nil, err
	}
	return &fileReply{UploadURL: out.File.UploadURL, Payload: filePayload(kind, name, out.File.URL)}, nil
}

// filePayload is the standard message that shows a file.
func filePayload(kind, name, address string) map[string]string {
	typ := message.TypeFile
	for _, media := range [...]string{message.TypeImage, message.TypeAudio, message.TypeVideo} {
		if strings.HasPrefix(kind, media+"/") && kind != "image/svg+xml" { // no browser shows an uploaded SVG
			typ = media
		}
	}
	return map[string]string{"type": typ, typ + "Url": address, "title": name}
}

// fileName leaves of a name what can stand in a key and a header.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, strings.TrimSpace(name))
	if letters := []rune(name); len(letters) > maxFileName { // the end has the extension
		name = string(letters[len(letters)-maxFileName:])
	}
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}
