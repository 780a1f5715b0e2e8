package slack

import "github.com/bellhop-dev/bellhop/integration/label"

// part is one call's worth of a message: a post, or a file.
type part struct {
	text   string // mrkdwn; with blocks, what notifications show
	blocks []block
	file   *upload // in place of the others
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
		parts = append(parts, part{text: label.Shorten(text, maxSection), blocks: blocks[:n]})
		blocks = blocks[n:]
	}
	return parts
}
