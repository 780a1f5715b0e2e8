package slack

import (
	"slices"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// part is one call's worth of a message: a post, or a file.
type part struct {
	text   string // mrkdwn; with blocks, what notifications show
	blocks []block
	file   *upload // in place of the others
}

// withoutPictures is the part for when Slack cannot open the addresses of its
// pictures: one that is a picture only is uploaded by this server, others have
// links in the pictures' places. has is false when there are none.
func (p part) withoutPictures() (other part, has bool) {
	if len(p.blocks) == 1 {
		if picture, ok := p.blocks[0].(imageBlock); ok {
			title := ""
			if picture.Title != nil {
				title = picture.Title.Text
			}
			return uploaded(picture.ImageURL, title)[0], true
		}
	}
	other = p
	other.blocks = slices.Clone(p.blocks)
	for i, b := range p.blocks {
		head, ok := b.(section)
		if !ok || head.Accessory == nil {
			continue
		}
		if written := head.Text.Text + "\n" + link("Picture", head.Accessory.ImageURL); length(written) <= maxSection {
			head.Text = mrkdwn(written)
		}
		head.Accessory = nil
		other.blocks[i], has = head, true
	}
	return other, has
}

// texts shows written text in as many posts as it takes.
func texts(written string) []part {
	var parts []part
	for _, piece := range pieces(written, maxText) {
		parts = append(parts, part{text: piece})
	}
	return parts
}

// posts shows blocks in as many posts as it takes; text is what notifications
// show.
func posts(text string, blocks []block) []part {
	var parts []part
	for len(blocks) > 0 {
		n := min(len(blocks), maxBlocks)
		parts = append(parts, part{text: chatkit.Shorten(text, maxSection), blocks: blocks[:n]})
		blocks = blocks[n:]
	}
	return parts
}
