package chatkit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Renderer turns the payload of a message into parts.
type Renderer[S, P any] func(state S, payload json.RawMessage) ([]P, error)

// Renderers are the renderers of a vendor by message type. A bloc needs none:
// its items are rendered by their types, one after another.
type Renderers[S, P any] map[string]Renderer[S, P]

// Render returns the Renderer that decodes the payload as a T and calls render.
func Render[T, S, P any](render func(S, *T) ([]P, error)) Renderer[S, P] {
	return func(state S, raw json.RawMessage) ([]P, error) {
		payload := new(T)
		if err := json.Unmarshal(raw, payload); err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "the payload does not match its message type: %w", err)
		}
		return render(state, payload)
	}
}

// blocTypes are the types of the items of a bloc.
var blocTypes = []string{
	message.TypeText, message.TypeMarkdown, message.TypeImage, message.TypeAudio, message.TypeVideo, message.TypeFile, message.TypeLocation,
}

// withBloc returns the renderers with one for blocs, unless there is one.
func (r Renderers[S, P]) withBloc() Renderers[S, P] {
	all := maps.Clone(r)
	if all[message.TypeBloc] == nil {
		all[message.TypeBloc] = Render(r.bloc)
	}
	return all
}

// bloc renders the items in order. An error names the item.
func (r Renderers[S, P]) bloc(state S, b *message.Bloc) ([]P, error) {
	var parts []P
	for i, item := range b.Items {
		render := r[item.Type]
		if render == nil || !slices.Contains(blocTypes, item.Type) {
			return nil, fmt.Errorf("item %d: %w", i+1, integration.RuntimeError("a bloc cannot have an item of the type "+item.Type))
		}
		some, err := render(state, item.Payload)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		parts = append(parts, some...)
	}
	return parts, nil
}
