package telegramtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// Limits.
const (
	maxText    = 4096
	maxCaption = 1024
	maxData    = 64
	maxButtons = 100
)

// tags are those that HTML may hold; the values say whether others may be
// inside.
var tags = map[string]bool{
	"b": true, "strong": true, "i": true, "em": true, "u": true, "ins": true, "s": true, "strike": true, "del": true, "a": true,
	"tg-spoiler": true, "span": true, "tg-emoji": true, "blockquote": true, "code": false, "pre": false,
}

// parse returns what HTML shows, or what is wrong with it.
func parse(text, mode string) (string, error) {
	switch {
	case mode == "":
		return text, nil
	case !strings.EqualFold(mode, "HTML"):
		return "", bad("unsupported parse_mode")
	}
	var out strings.Builder
	var open []string
	for at := 0; at < len(text); {
		switch text[at] {
		case '<':
			size := strings.IndexByte(text[at:], '>')
			if size < 0 {
				return "", bad("can't parse entities: Unclosed start tag at byte offset %d", at)
			}
			var err error
			if open, err = tagged(text[at+1:at+size], at, open); err != nil {
				return "", err
			}
			at += size + 1
		case '&':
			shown, size := character(text[at:])
			out.WriteString(shown)
			at += size
		case '>':
			return "", bad("can't parse entities: a bare > at byte offset %d", at)
		default:
			out.WriteByte(text[at])
			at++
		}
	}
	if len(open) > 0 {
		return "", bad("can't parse entities: Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return out.String(), nil
}

func tagged(tag string, at int, open []string) ([]string, error) {
	if name, end := strings.CutPrefix(tag, "/"); end {
		if len(open) == 0 || open[len(open)-1] != name {
			return nil, bad("can't parse entities: Unmatched end tag at byte offset %d, expected %q, found %q", at, open, name)
		}
		return open[:len(open)-1], nil
	}
	name, attributes, _ := strings.Cut(tag, " ")
	inner := len(open) > 0 && !tags[open[len(open)-1]]
	if _, ok := tags[name]; !ok {
		return nil, bad("can't parse entities: Unsupported start tag %q at byte offset %d", name, at)
	}
	if inner && !(name == "code" && open[len(open)-1] == "pre") || name == "blockquote" && slices.Contains(open, name) {
		return nil, bad("can't parse entities: %q may not be inside %q at byte offset %d", name, open, at)
	}
	wanted := map[string]string{"a": `href="`, "code": `class="language-`}[name]
	if attributes != "" && (wanted == "" || !strings.HasPrefix(attributes, wanted) || strings.Count(attributes, `"`) != 2 || !strings.HasSuffix(attributes, `"`)) {
		return nil, bad("can't parse entities: Unexpected attributes of %q at byte offset %d", name, at)
	}
	return append(slices.Clone(open), name), nil
}

// character reads the four names that Telegram knows, and numbers.
func character(text string) (shown string, size int) {
	for name, char := range map[string]string{"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": `"`} {
		if strings.HasPrefix(text, name) {
			return char, len(name)
		}
	}
	var code rune
	if n, _ := fmt.Sscanf(text, "&#%d;", &code); n == 1 {
		return string(code), strings.IndexByte(text, ';') + 1
	}
	return "&", 1
}

// checkText holds a text against its limit, after its marks are taken out.
func checkText(in *input, name string, limit int, tooLong string) error {
	text, _ := in.params[name].(string)
	mode, _ := in.params["parse_mode"].(string)
	shown, err := parse(text, mode)
	if err != nil {
		return err
	}
	if name == "text" && strings.TrimSpace(shown) == "" {
		return bad("message text is empty")
	}
	if len(utf16.Encode([]rune(shown))) > limit {
		return bad("%s", tooLong)
	}
	return nil
}

// checkMarkup holds an inline keyboard against its limits.
func checkMarkup(in *input) error {
	markup, ok := in.params["reply_markup"].(map[string]any)
	if !ok {
		return nil
	}
	rows, ok := markup["inline_keyboard"].([]any)
	if !ok || len(markup) != 1 {
		return bad("can't parse reply keyboard markup JSON object")
	}
	count := 0
	for _, row := range rows {
		buttons, ok := row.([]any)
		if !ok {
			return bad("can't parse inline keyboard: Field \"inline_keyboard\" must be an Array of Arrays")
		}
		for _, b := range buttons {
			count++
			if err := checkButton(b); err != nil {
				return err
			}
		}
	}
	if count > maxButtons {
		return bad("reply markup is too long")
	}
	return nil
}

func checkButton(b any) error {
	button, _ := b.(map[string]any)
	text, _ := button["text"].(string)
	if strings.TrimSpace(text) == "" {
		return bad("can't parse inline keyboard button: Field \"text\" must be non-empty")
	}
	address, isURL := button["url"].(string)
	data, isData := button["callback_data"].(string)
	if isURL == isData || len(button) != 2 {
		return bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	if u, err := url.Parse(address); isURL && (err != nil || u.Scheme != "tg" && !strings.Contains(u.Hostname(), ".")) {
		return bad("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", address)
	}
	if isData && (data == "" || len(data) > maxData) {
		return bad("BUTTON_DATA_INVALID")
	}
	return nil
}
