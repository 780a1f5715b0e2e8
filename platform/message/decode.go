package message

import (
	"encoding/json"
	"fmt"
)

// Decode reads a payload of a standard type: as a Text, an Image and so on,
// never a pointer. Any other type is an error.
func Decode(typ string, raw json.RawMessage) (Payload, error) {
	switch typ {
	case TypeText:
		return decode[Text](raw)
	case TypeMarkdown:
		return decode[Markdown](raw)
	case TypeImage:
		return decode[Image](raw)
	case TypeAudio:
		return decode[Audio](raw)
	case TypeVideo:
		return decode[Video](raw)
	case TypeFile:
		return decode[File](raw)
	case TypeLocation:
		return decode[Location](raw)
	case TypeCard:
		return decode[Card](raw)
	case TypeCarousel:
		return decode[Carousel](raw)
	case TypeChoice:
		return decode[Choice](raw)
	case TypeDropdown:
		return decode[Dropdown](raw)
	case TypeBloc:
		return decode[Bloc](raw)
	}
	return nil, fmt.Errorf("%q is not a standard type of message", typ)
}

func decode[P Payload](raw json.RawMessage) (Payload, error) {
	var p P
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	return p, nil
}

// Payloads returns the messages of a bloc, in order.
func (b Bloc) Payloads() ([]Payload, error) {
	all := make([]Payload, 0, len(b.Items))
	for i, item := range b.Items {
		p, err := Decode(item.Type, item.Payload)
		if err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		all = append(all, p)
	}
	return all, nil
}
