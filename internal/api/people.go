package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// People removes what is kept about a person.
type People interface {
	// Request records that a user of a bot is to be removed; scope is one of the platform.Erase constants.
	Request(ctx context.Context, botID, userID, scope string) (*store.Erasure, error)
	// Wait returns an erasure when it is done, and as it is after a while.
	Wait(ctx context.Context, botID, id string, wait time.Duration) (*store.Erasure, error)
}

// erasureWait is how long calls wait for the end of an erasure.
const erasureWait = 5 * time.Second

func (s *Service) eraseUser(ctx context.Context, _ *Identity, in *platform.EraseUserInput) (*platform.ErasureOutput, error) {
	scope := in.Conversations
	switch scope {
	case "":
		scope = platform.EraseOwnConversations
	case platform.EraseOwnConversations, platform.EraseAllConversations, platform.EraseNoConversations:
	default:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "conversations %.60q is not known; give own, all or none", scope)
	}
	b, err := s.botOf(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	if in.ID == b.ID {
		return nil, platform.Errorf(platform.TypeReferenceConstraint, "user %q is the bot's own; it goes with the bot", in.ID)
	}
	if _, err := s.person(ctx, b, in.ID); err != nil {
		return nil, err
	}
	e, err := s.People.Request(ctx, b.ID, in.ID, scope)
	if err != nil {
		return nil, err
	}
	return s.awaitErasure(ctx, b.ID, e.ID)
}

func (s *Service) getErasure(ctx context.Context, _ *Identity, in *platform.GetErasureInput) (*platform.ErasureOutput, error) {
	return s.awaitErasure(ctx, in.BotID, in.ID)
}

func (s *Service) awaitErasure(ctx context.Context, botID, id string) (*platform.ErasureOutput, error) {
	e, err := s.People.Wait(ctx, botID, id, erasureWait)
	if err != nil {
		return nil, inPath.fault(err, "erasure", id)
	}
	v := platform.Erasure{
		ID: e.ID, BotID: e.BotID, UserID: e.UserID, Conversations: e.Scope, Status: e.Status, Removed: e.Removed,
		CreatedAt: platform.At(e.CreatedAt),
	}
	if e.FinishedAt != nil {
		at := platform.At(*e.FinishedAt)
		v.FinishedAt = &at
	}
	return &platform.ErasureOutput{Erasure: v}, nil
}

// botOf reads the bot that a path names.
func (s *Service) botOf(ctx context.Context, id string) (*catalog.Bot, error) {
	b, err := s.Catalog.Bot(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, botNotFound(id)
	}
	return b, err
}

func (s *Service) person(ctx context.Context, b *catalog.Bot, userID string) (*store.User, error) {
	u, err := view(ctx, s, func(tx *store.Tx) (*store.User, error) { return tx.User(ctx, b.ID, userID) })
	return u, inPath.fault(err, "user", userID)
}

// exportPart reads a page of one part of an export, after the place at which the page before ended; last is "" at the end.
type exportPart func(ctx context.Context, tx *store.Tx, x *export, after string) (items []platform.ExportItem, last string, err error)

// export is what the parts of an export know.
type export struct {
	service *Service
	as      *Identity // the bot
	userID  string
	signer  *fileSigner
}

// exportParts are the parts of an export, in order.
func exportParts() []exportPart {
	return []exportPart{exportPerson, exportConversations, exportMessages, exportAnswers, exportEvents, exportFiles}
}

const exportPage = 200

func (s *Service) exportUser(ctx context.Context, _ *Identity, in *platform.ExportUserInput) (*platform.ExportUserOutput, error) {
	b, err := s.botOf(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	u, err := s.person(ctx, b, in.ID)
	if err != nil {
		return nil, err
	}
	p := newPager("export", b.ID, u.ID)
	page, err := p.page(0, in.NextToken)
	if err != nil {
		return nil, err
	}
	if page.After == "" {
		// An export is recorded, though it changes nothing.
		if err := s.Store.Update(ctx, func(*store.Tx) error { return nil }); err != nil {
			return nil, err
		}
	}
	signer, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	x := &export{service: s, as: &Identity{Scope: platform.ScopeBot, Bot: b}, userID: u.ID, signer: signer}
	number, after, _ := strings.Cut(page.After, "/")
	part, parts := strings.Count(number, "+"), exportParts()
	if part >= len(parts) {
		return nil, errNextToken()
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ExportUserOutput, error) {
		items, last, err := parts[part](ctx, tx, x, after)
		if err != nil {
			return nil, err
		}
		out := &platform.ExportUserOutput{Items: append([]platform.ExportItem{}, items...)}
		switch {
		case last != "":
			out.Meta = p.meta(strings.Repeat("+", part) + "/" + last)
		case part+1 < len(parts):
			out.Meta = p.meta(strings.Repeat("+", part+1) + "/")
		}
		return out, nil
	})
}

func exportPerson(ctx context.Context, tx *store.Tx, x *export, _ string) ([]platform.ExportItem, string, error) {
	u, err := tx.User(ctx, x.as.Bot.ID, x.userID)
	if err != nil {
		return nil, "", inPath.fault(err, "user", x.userID)
	}
	shown := userView(u, "")
	items := []platform.ExportItem{{User: &shown}}
	states, err := tx.UserStates(ctx, x.as.Bot.ID, x.userID)
	for i := range states {
		shown := stateView(&states[i])
		items = append(items, platform.ExportItem{State: &shown})
	}
	return items, "", err
}

func exportConversations(ctx context.Context, tx *store.Tx, x *export, after string) (items []platform.ExportItem, last string, err error) {
	ids, err := tx.PersonConversations(ctx, x.as.Bot.ID, x.userID, after, false, exportPage)
	if err != nil {
		return nil, "", err
	}
	for _, id := range ids {
		c, err := tx.Conversation(ctx, x.as.Bot.ID, id)
		if err != nil {
			return nil, "", err
		}
		shown := conversationView(c, "")
		items = append(items, platform.ExportItem{Conversation: &shown})
	}
	if len(ids) == exportPage {
		last = ids[len(ids)-1]
	}
	return items, last, nil
}

func exportMessages(ctx context.Context, tx *store.Tx, x *export, after string) ([]platform.ExportItem, string, error) {
	return mentioned(ctx, tx, x, store.MessageRows, after, func(id string) (platform.ExportItem, error) {
		m, err := tx.Message(ctx, x.as.Bot.ID, id)
		if err != nil {
			return platform.ExportItem{}, err
		}
		shown := messageView(m, "")
		return platform.ExportItem{Message: &shown}, nil
	})
}

func exportEvents(ctx context.Context, tx *store.Tx, x *export, after string) ([]platform.ExportItem, string, error) {
	return mentioned(ctx, tx, x, store.EventRows, after, func(id string) (platform.ExportItem, error) {
		e, err := tx.Event(ctx, x.as.Bot.ID, id)
		if err != nil {
			return platform.ExportItem{}, err
		}
		shown := eventView(e, "")
		return platform.ExportItem{Event: &shown}, nil
	})
}

func exportFiles(ctx context.Context, tx *store.Tx, x *export, after string) ([]platform.ExportItem, string, error) {
	return mentioned(ctx, tx, x, store.FileRows, after, func(id string) (platform.ExportItem, error) {
		f, err := tx.File(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return platform.ExportItem{}, nil // it has expired
		}
		if err != nil {
			return platform.ExportItem{}, err
		}
		shown := x.service.fileView(x.as, f, x.signer)
		return platform.ExportItem{File: &shown}, nil
	})
}

// mentioned reads the rows of a kind that are the person's, looking through a bounded number of rows.
func mentioned(ctx context.Context, tx *store.Tx, x *export, kind, after string, read func(id string) (platform.ExportItem, error)) (items []platform.ExportItem, last string, err error) {
	ids, last, err := tx.Mentions(ctx, kind, x.as.Bot.ID, x.userID, after, exportPage)
	if err != nil {
		return nil, "", err
	}
	for _, id := range ids {
		item, err := read(id)
		if err != nil {
			return nil, "", err
		}
		if item != (platform.ExportItem{}) {
			items = append(items, item)
		}
	}
	return items, last, nil
}

// exportAnswers reads what the bot said in conversations with nobody else: one conversation's page at a time.
func exportAnswers(ctx context.Context, tx *store.Tx, x *export, after string) (items []platform.ExportItem, last string, err error) {
	before, within, _ := strings.Cut(after, "/")
	ids, err := tx.PersonConversations(ctx, x.as.Bot.ID, x.userID, before, true, 1)
	if err != nil || len(ids) == 0 {
		return nil, "", err
	}
	list, next, err := tx.Messages(ctx, store.MessageFilter{BotID: x.as.Bot.ID, ConversationID: ids[0]}, store.Page{Limit: exportPage, After: within})
	if err != nil {
		return nil, "", err
	}
	for i := range list {
		if list[i].UserID != x.userID {
			shown := messageView(&list[i], "")
			items = append(items, platform.ExportItem{Message: &shown})
		}
	}
	if next != "" {
		return items, before + "/" + next, nil
	}
	return items, ids[0] + "/", nil
}
