package api

import (
	"context"
	"net/url"
	"reflect"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/audit"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// audited returns the context under which an operation runs: what an administrator changes is recorded with the change.
// Reads are not recorded, except for the export of a person; nor is what bots and integrations do with their own keys.
func audited(ctx context.Context, id *Identity, op *platform.Operation, in any) context.Context {
	if id == nil || id.Scope != platform.ScopeAccount {
		return ctx
	}
	changes := op.Scope == platform.ScopeAccount && op.Method != "GET" || op.Method == "DELETE"
	if !changes && op.Name != platform.OpExportUser.Name {
		return ctx
	}
	e := store.AuditEntry{Actor: "the server's own process", Address: audit.Address(ctx), Operation: op.Name}
	if id.Token != nil {
		e.TokenID, e.Actor = id.Token.ID, id.Token.Note
	}
	if id.Bot != nil {
		e.BotID = id.Bot.ID
	}
	e.Subject, e.Fields = describeCall(op, in)
	if bot := botOfPath(e.Subject); bot != "" {
		e.BotID = bot
	}
	return audit.With(ctx, e)
}

// describeCall returns the path of a call and the names of the members that its body has.
func describeCall(op *platform.Operation, in any) (path, fields string) {
	path = op.Path
	v := reflect.Indirect(reflect.ValueOf(in))
	var names []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("path"); name != "" {
			path = strings.Replace(path, "{"+name+"}", url.PathEscape(v.Field(i).String()), 1)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" && !v.Field(i).IsZero() {
			names = append(names, name)
		}
	}
	return path, strings.Join(names, " ")
}

// botOfPath is the id of the bot that a path is about, or "".
func botOfPath(path string) string {
	_, rest, found := strings.Cut(path, "/bots/")
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

func (s *Service) listAudit(ctx context.Context, _ *Identity, in *platform.ListAuditInput) (*platform.ListAuditOutput, error) {
	p := newPager("audit", in.BotID)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListAuditOutput, error) {
		list, next, err := tx.Audit(ctx, in.BotID, page)
		if err != nil {
			return nil, err
		}
		out := &platform.ListAuditOutput{Entries: make([]platform.AuditEntry, len(list)), Meta: p.meta(next)}
		for i, e := range list {
			out.Entries[i] = platform.AuditEntry{
				ID: e.ID, At: platform.At(e.At), TokenID: e.TokenID, Actor: e.Actor, Address: e.Address,
				Operation: e.Operation, BotID: e.BotID, Subject: e.Subject, Fields: strings.Fields(e.Fields),
			}
		}
		return out, nil
	})
}
