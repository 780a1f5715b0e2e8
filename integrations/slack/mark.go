package slack

// markType is the metadata's type by which our posts are known again.
const markType = "bellhop_message"

// mark names a part of a message of the bot: it goes to Slack with the post,
// and comes back in the channel's history.
type mark struct {
	message string
	part    int // from 1
}

func (m *mark) payload() map[string]any {
	return map[string]any{"message_id": m.message, "part": m.part}
}

// readMark reads what payload wrote; nil for what others wrote.
func readMark(typ string, payload map[string]any) *mark {
	id, _ := payload["message_id"].(string)
	n, _ := payload["part"].(float64)
	if typ != markType || id == "" || n < 1 {
		return nil
	}
	return &mark{message: id, part: int(n)}
}
