package linear

import (
	"context"
	"encoding/json"
)

type rawInput struct {
	Query      string      `json:"query" title:"Query" description:"A GraphQL document with one operation" minLength:"1"`
	Parameters []parameter `json:"parameters,omitempty" title:"Parameters" description:"The variables of the operation"`
}

type parameter struct {
	Name  string          `json:"name" title:"Name" minLength:"1"`
	Value json.RawMessage `json:"value" title:"Value" description:"Any JSON"`
}

type rawOutput struct {
	Result json.RawMessage `json:"result" title:"Result" description:"The data of the answer"`
}

// sendRaw runs any document, with the rights of the connected account.
func (s *service) sendRaw(ctx context.Context, a *asking, in *rawInput) (*rawOutput, error) {
	v := vars{}
	for _, p := range in.Parameters {
		v[p.Name] = p.Value
	}
	data, err := a.api.raw(ctx, in.Query, v)
	if err != nil {
		return nil, err
	}
	return &rawOutput{Result: orNull(data)}, nil
}
