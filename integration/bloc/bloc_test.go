package bloc_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/bloc"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func TestRender(t *testing.T) {
	t.Parallel()
	text := func(sign string, p *message.Text) ([]string, error) {
		if p.Text == "" {
			return nil, errors.New("nothing to say")
		}
		return []string{sign + p.Text, sign}, nil
	}
	by := bloc.Renderers[string]{message.TypeText: bloc.By("> ", text)}
	item := func(typ, payload string) message.Item {
		return message.Item{Type: typ, Payload: json.RawMessage(payload)}
	}
	for name, c := range map[string]struct {
		items []message.Item
		want  []string
		err   string
		final bool
	}{
		"none":    {},
		"some":    {items: []message.Item{item("text", `{"text":"a"}`), item("text", `{"text":"b"}`)}, want: []string{"> a", "> ", "> b", "> "}},
		"unknown": {items: []message.Item{item("choice", `{}`)}, err: "item 1: Runtime: a bloc cannot hold the type choice", final: true},
		"not fit": {items: []message.Item{item("text", `{"text":"a"}`), item("text", `[]`)}, final: true,
			err: "item 2: Runtime: the payload does not fit: json: cannot unmarshal array into Go value of type message.Text"},
		"refused": {items: []message.Item{item("text", `{}`)}, err: "item 1: nothing to say"},
	} {
		got, err := bloc.Render(&message.Bloc{Items: c.items}, by)
		if !slices.Equal(got, c.want) || c.err == "" && err != nil {
			t.Errorf("%s: Render = %q, %v, want %q", name, got, err, c.want)
		}
		if c.err != "" && (err == nil || err.Error() != c.err || platform.IsType(err, platform.TypeRuntime) != c.final) {
			t.Errorf("%s: Render = %v, want %s", name, err, c.err)
		}
	}
}
