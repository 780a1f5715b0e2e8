package whatsapp

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// page is one page of a list of Meta's.
type page[T any] struct {
	Data   []T `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

// next is the cursor of the next page; empty at the end.
func (p *page[T]) next() string {
	if p.Paging.Next == "" {
		return ""
	}
	return p.Paging.Cursors.After
}

type templatesOut struct {
	Templates  []json.RawMessage `json:"templates"`
	NextCursor string            `json:"nextCursor,omitempty"`
}

// templates lists one page of the account's templates.
func (s *service) templates(ctx context.Context, call *integration.Call, in *templatesIn) (*templatesOut, error) {
	limit := in.Limit
	if limit == 0 {
		limit = defaultTemplates
	}
	query := url.Values{"limit": {strconv.Itoa(min(limit, maxTemplates))}, "fields": {"id,name,status,category,language,components,parameter_format"}}
	for name, value := range map[string]string{"status": in.Status, "name": in.Name, "after": in.NextCursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	p, err := account[json.RawMessage](ctx, s, call, "message_templates", query)
	if err != nil {
		return nil, err
	}
	out := &templatesOut{Templates: p.Data, NextCursor: p.next()}
	if out.Templates == nil {
		out.Templates = []json.RawMessage{}
	}
	return out, nil
}

// numbers lists all numbers of the account.
func (s *service) numbers(ctx context.Context, call *integration.Call, _ *nothing) (*numbersOut, error) {
	out := &numbersOut{PhoneNumbers: []businessNumber{}}
	query := url.Values{"limit": {"100"}, "fields": {"id,display_phone_number,verified_name"}}
	for range maxPagesOfNumbers {
		p, err := account[phoneNumber](ctx, s, call, "phone_numbers", query)
		if err != nil {
			return nil, err
		}
		for _, n := range p.Data {
			out.PhoneNumbers = append(out.PhoneNumbers, businessNumber(n))
		}
		if p.next() == "" {
			break
		}
		query.Set("after", p.next())
	}
	return out, nil
}

// account reads a page of what the WhatsApp account has.
func account[T any](ctx context.Context, s *service, call *integration.Call, what string, query url.Values) (*page[T], error) {
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	if c.accountID == "" {
		return nil, integration.RuntimeError("set the WhatsApp Business Account ID in the configuration: Meta lists " + what + " by account")
	}
	p := new(page[T])
	if err := s.client(c).get(ctx, url.PathEscape(c.accountID)+"/"+what, query, p); err != nil {
		return nil, chatkit.Classify(err)
	}
	return p, nil
}
