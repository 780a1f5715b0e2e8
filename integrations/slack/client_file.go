package slack

import (
	"context"

	"github.com/slack-go/slack"
)

// fileInfo is a file as Slack describes it.
type fileInfo struct {
	Name, Type        string
	Download, Private string // its addresses, for those who have the token
	// shares are the times of the messages that show it, by channel.
	shares map[string]string
}

// file reads what is known of a file.
func (a *client) file(ctx context.Context, id string) (info *fileInfo, err error) {
	err = a.do(ctx, "files.info", "", func(ctx context.Context, c *slack.Client) error {
		f, _, _, err := c.GetFileInfoContext(ctx, id, 1, 1)
		if err != nil {
			return err
		}
		info = &fileInfo{Name: f.Name, Type: f.Mimetype, Download: f.URLPrivateDownload, Private: f.URLPrivate, shares: map[string]string{}}
		for _, list := range []map[string][]slack.ShareFileInfo{f.Shares.Public, f.Shares.Private} {
			for channel, shares := range list {
				if len(shares) > 0 {
					info.shares[channel] = shares[0].Ts
				}
			}
		}
		return nil
	})
	return info, err
}

// ticket asks for a place to upload a file to.
func (a *client) ticket(ctx context.Context, name string, size int64, alt string) (id, address string, err error) {
	err = a.do(ctx, "files.getUploadURLExternal", "", func(ctx context.Context, c *slack.Client) error {
		out, err := c.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: int(size), AltTxt: alt})
		if err == nil {
			id, address = out.FileID, out.UploadURL
		}
		return err
	})
	return id, address, err
}

// complete shows an uploaded file in a place.
func (a *client) complete(ctx context.Context, id, title string, p place) error {
	return a.do(ctx, "files.completeUploadExternal", "", func(ctx context.Context, c *slack.Client) error {
		_, err := c.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: id, Title: title}}, Channel: p.channel, ThreadTimestamp: p.thread,
		})
		return err
	})
}
