package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) listParticipants(ctx context.Context, id *Identity, in *platform.ListParticipantsInput) (*platform.ListParticipantsOutput, error) {
	p := newPager("participants", id.Bot.ID, in.ID)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListParticipantsOutput, error) {
		if _, err := findConversation(ctx, tx, id, in.ID, inPath); err != nil {
			return nil, err
		}
		list, next, err := tx.Participants(ctx, in.ID, page)
		if err != nil {
			return nil, err
		}
		return &platform.ListParticipantsOutput{Participants: views(list, userView, id.alias()), Meta: p.meta(next)}, nil
	})
}

func (s *Service) addParticipant(ctx context.Context, id *Identity, in *platform.AddParticipantInput) (*platform.AddParticipantOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.AddParticipantOutput, error) {
		if _, err := findConversation(ctx, tx, id, in.ID, inPath); err != nil {
			return nil, err
		}
		u, err := findUser(ctx, tx, id, in.UserID, "userId")
		if err != nil {
			return nil, err
		}
		if _, err := tx.AddParticipant(ctx, in.ID, in.UserID); err != nil {
			return nil, err
		}
		return &platform.AddParticipantOutput{Participant: userView(u, id.alias())}, nil
	})
}

func (s *Service) getParticipant(ctx context.Context, id *Identity, in *platform.GetParticipantInput) (*platform.GetParticipantOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetParticipantOutput, error) {
		if _, err := findConversation(ctx, tx, id, in.ID, inPath); err != nil {
			return nil, err
		}
		u, err := tx.Participant(ctx, in.ID, in.UserID)
		if err != nil {
			return nil, inPath.fault(err, "participant", in.UserID)
		}
		return &platform.GetParticipantOutput{Participant: userView(u, id.alias())}, nil
	})
}

func (s *Service) removeParticipant(ctx context.Context, id *Identity, in *platform.RemoveParticipantInput) (*platform.RemoveParticipantOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.RemoveParticipantOutput, error) {
		if _, err := findConversation(ctx, tx, id, in.ID, inPath); err != nil {
			return nil, err
		}
		err := tx.RemoveParticipant(ctx, in.ID, in.UserID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		return &platform.RemoveParticipantOutput{}, nil
	})
}
