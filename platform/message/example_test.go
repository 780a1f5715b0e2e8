package message_test

import (
	"encoding/json"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/platform/message"
)

// Each standard type of message, and what it looks like on the wire. A bloc
// holds others, in order.
func Example() {
	options := []message.Option{{Label: "Tea", Value: "t"}}
	card := message.Card{Title: "Tea", Subtitle: "Green", Actions: []message.Action{{Action: message.URL, Label: "More", Value: "https://a.example/tea"}}}
	bloc, err := message.NewBloc(message.Text{Text: "Look:"}, message.Image{ImageURL: "https://a.example/tea.png"})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range []message.Payload{
		message.Text{Text: "Hello"},
		message.Markdown{Markdown: "**Hello**"},
		message.Image{ImageURL: "https://a.example/tea.png", Title: "Tea"},
		message.Audio{AudioURL: "https://a.example/kettle.mp3"},
		message.Video{VideoURL: "https://a.example/pour.mp4"},
		message.File{FileURL: "https://a.example/menu.pdf", Title: "Menu"},
		message.Location{Latitude: 52.5, Longitude: 13.4, Title: "Here"},
		card,
		message.Carousel{Items: []message.Card{card}},
		message.Choice{Text: "What will it be?", Options: options},
		message.Dropdown{Text: "What will it be?", Options: options},
		bloc,
	} {
		payload, err := json.Marshal(p)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.Type(), string(payload))
	}
	// Output:
	// text {"text":"Hello"}
	// markdown {"markdown":"**Hello**"}
	// image {"imageUrl":"https://a.example/tea.png","title":"Tea"}
	// audio {"audioUrl":"https://a.example/kettle.mp3"}
	// video {"videoUrl":"https://a.example/pour.mp4"}
	// file {"fileUrl":"https://a.example/menu.pdf","title":"Menu"}
	// location {"latitude":52.5,"longitude":13.4,"title":"Here"}
	// card {"title":"Tea","subtitle":"Green","actions":[{"action":"url","label":"More","value":"https://a.example/tea"}]}
	// carousel {"items":[{"title":"Tea","subtitle":"Green","actions":[{"action":"url","label":"More","value":"https://a.example/tea"}]}]}
	// choice {"text":"What will it be?","options":[{"label":"Tea","value":"t"}]}
	// dropdown {"text":"What will it be?","options":[{"label":"Tea","value":"t"}]}
	// bloc {"items":[{"type":"text","payload":{"text":"Look:"}},{"type":"image","payload":{"imageUrl":"https://a.example/tea.png"}}]}
}

// Decode reads a payload by the name of its type, as messages carry it. A type
// that is not standard, or a payload that does not fit, is an error.
func ExampleDecode() {
	p, err := message.Decode(message.TypeChoice, []byte(`{"text":"Tea?","options":[{"label":"Yes","value":"y"}]}`))
	fmt.Println(p.(message.Choice).Options[0].Value, err)
	_, err = message.Decode(message.TypeText, []byte(`{"text":7}`))
	fmt.Println(err != nil)
	_, err = message.Decode("sticker", []byte(`{}`))
	fmt.Println(err)
	// Output:
	// y <nil>
	// true
	// "sticker" is not a standard type of message
}

// Payloads are the messages of a bloc, for whoever renders it item by item.
func ExampleBloc_Payloads() {
	bloc, err := message.NewBloc(message.Text{Text: "Look:"}, message.Location{Latitude: 52.5, Longitude: 13.4})
	if err != nil {
		log.Fatal(err)
	}
	items, err := bloc.Payloads()
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range items {
		fmt.Println(item.Type())
	}
	// Output:
	// text
	// location
}
