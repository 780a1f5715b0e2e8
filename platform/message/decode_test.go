package message_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/platform/message"
)

// one is a payload of each standard type.
func one(t *testing.T) []message.Payload {
	t.Helper()
	bloc, err := message.NewBloc(message.Text{Text: "a"}, message.Location{Latitude: 1, Longitude: 2})
	if err != nil {
		t.Fatal(err)
	}
	card := message.Card{Title: "c", Actions: []message.Action{{Action: message.Say, Label: "l", Value: "v"}}}
	options := []message.Option{{Label: "l", Value: "v"}}
	return []message.Payload{
		message.Text{Text: "a"}, message.Image{ImageURL: "u"}, message.Audio{AudioURL: "u"}, message.Video{VideoURL: "u"},
		message.File{FileURL: "u", Title: "t"}, message.Location{Latitude: 1, Longitude: 2}, card, message.Carousel{Items: []message.Card{card}},
		message.Choice{Text: "a", Options: options}, message.Dropdown{Text: "a", Options: options}, bloc, message.Markdown{Markdown: "*a*"},
	}
}

func TestDecodeEveryStandardType(t *testing.T) {
	t.Parallel()
	payloads := one(t)
	for i, typ := range message.Types() {
		want := payloads[i]
		raw, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := message.Decode(typ, raw)
		if err != nil {
			t.Errorf("Decode(%s): %v", typ, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" || got.Type() != typ {
			t.Errorf("Decode(%s) is a %s (-want +got):\n%s", typ, got.Type(), diff)
		}
		if _, err := message.Decode(typ, json.RawMessage(`[]`)); err == nil {
			t.Errorf("Decode(%s) takes a list", typ)
		}
	}
	if _, err := message.Decode("nonesuch", json.RawMessage(`{}`)); err == nil {
		t.Error("Decode takes a type that is not standard")
	}
}

func TestBlocPayloads(t *testing.T) {
	t.Parallel()
	want := []message.Payload{message.Text{Text: "a"}, message.Image{ImageURL: "u"}}
	bloc, err := message.NewBloc(want...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := bloc.Payloads()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Payloads: %v (-want +got):\n%s", err, diff)
	}
	bloc.Items[1].Type = "nonesuch"
	if _, err := bloc.Payloads(); err == nil {
		t.Error("Payloads takes an item that is not standard")
	}
}
