package whatsapp

import (
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// renderBloc sends one message for each item, in order.
func renderBloc(r *rendering, b *message.Bloc) ([]part, error) {
	var parts []part
	for i, item := range b.Items {
		some, err := renderItem(r, item)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		parts = append(parts, some...)
	}
	return parts, nil
}

func renderItem(r *rendering, item message.Item) ([]part, error) {
	switch item.Type {
	case message.TypeText:
		return decoded(r, item.Payload, renderText)
	case message.TypeMarkdown:
		return decoded(r, item.Payload, renderMarkdown)
	case message.TypeImage:
		return decoded(r, item.Payload, renderImage)
	case message.TypeAudio:
		return decoded(r, item.Payload, renderAudio)
	case message.TypeVideo:
		return decoded(r, item.Payload, renderVideo)
	case message.TypeFile:
		return decoded(r, item.Payload, renderFile)
	case message.TypeLocation:
		return decoded(r, item.Payload, renderLocation)
	}
	return nil, integration.RuntimeError("a bloc cannot hold the type " + item.Type)
}

func decoded[P any](r *rendering, raw json.RawMessage, render func(*rendering, *P) ([]part, error)) ([]part, error) {
	p := new(P)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, integration.RuntimeError("the payload does not fit: " + err.Error())
	}
	return render(r, p)
}
