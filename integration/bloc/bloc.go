// Package bloc renders messages of the type bloc for external systems that
// show one thing after another: each item as the message that it would be by
// itself.
package bloc

import (
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Renderers are by the type of an item what makes parts of its payload; P is
// what the integration sends.
type Renderers[P any] map[string]func(payload json.RawMessage) ([]P, error)

// By is the renderer of items that reads the payload as a T and hands it to
// render, after what r holds for the whole message. A payload that is no T is
// refused with an integration.RuntimeError.
func By[R, T, P any](r R, render func(R, *T) ([]P, error)) func(json.RawMessage) ([]P, error) {
	return func(raw json.RawMessage) ([]P, error) {
		p := new(T)
		if err := json.Unmarshal(raw, p); err != nil {
			return nil, integration.RuntimeError("the payload does not fit: " + err.Error())
		}
		return render(r, p)
	}
}

// Render returns the parts of all items, in order. An error names the item; a
// type without a renderer is refused with an integration.RuntimeError.
func Render[P any](b *message.Bloc, by Renderers[P]) ([]P, error) {
	var parts []P
	for i, item := range b.Items {
		render := by[item.Type]
		if render == nil {
			return nil, fmt.Errorf("item %d: %w", i+1, integration.RuntimeError("a bloc cannot hold the type "+item.Type))
		}
		some, err := render(item.Payload)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		parts = append(parts, some...)
	}
	return parts, nil
}
