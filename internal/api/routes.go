package api

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/platform"
)

// route is an operation and what does it.
type route struct {
	op    *platform.Operation
	asBot bool // the caller must have a bot
	call  func(ctx context.Context, id *Identity, in, out any) error
}

// on ties an operation to a method.
func on[In, Out any](op platform.Op[In, Out], do func(context.Context, *Identity, *In) (*Out, error)) route {
	return route{op: op.Operation, call: func(ctx context.Context, id *Identity, in, out any) error {
		input, ok := in.(*In)
		output, fits := out.(*Out)
		if !ok || !fits {
			return fmt.Errorf("%s called with %T and %T", op.Name, in, out)
		}
		got, err := do(ctx, id, input)
		if err != nil {
			return err
		}
		*output = *got
		return nil
	}}
}

// onBot is on for operations within a bot.
func onBot[In, Out any](op platform.Op[In, Out], do func(context.Context, *Identity, *In) (*Out, error)) route {
	r := on(op, do)
	r.asBot = true
	return r
}

// table is every operation that is served.
func (s *Service) table() map[string]route {
	table := map[string]route{}
	for _, group := range [][]route{s.chatRoutes(), s.fileRoutes(), s.tableRoutes(), s.adminRoutes()} {
		for _, r := range group {
			table[r.op.Name] = r
		}
	}
	return table
}

// chatRoutes are the operations of bots and integrations.
func (s *Service) chatRoutes() []route {
	return []route{
		onBot(platform.OpCreateUser, s.createUser),
		onBot(platform.OpGetUser, s.getUser),
		onBot(platform.OpListUsers, s.listUsers),
		onBot(platform.OpGetOrCreateUser, s.getOrCreateUser),
		onBot(platform.OpUpdateUser, s.updateUser),
		onBot(platform.OpDeleteUser, s.deleteUser),
		onBot(platform.OpCreateConversation, s.createConversation),
		onBot(platform.OpGetConversation, s.getConversation),
		onBot(platform.OpListConversations, s.listConversations),
		onBot(platform.OpGetOrCreateConversation, s.getOrCreateConversation),
		onBot(platform.OpUpdateConversation, s.updateConversation),
		onBot(platform.OpDeleteConversation, s.deleteConversation),
		onBot(platform.OpListParticipants, s.listParticipants),
		onBot(platform.OpAddParticipant, s.addParticipant),
		onBot(platform.OpGetParticipant, s.getParticipant),
		onBot(platform.OpRemoveParticipant, s.removeParticipant),
		onBot(platform.OpCreateMessage, s.createMessage),
		onBot(platform.OpGetMessage, s.getMessage),
		onBot(platform.OpListMessages, s.listMessages),
		onBot(platform.OpGetOrCreateMessage, s.getOrCreateMessage),
		onBot(platform.OpUpdateMessage, s.updateMessage),
		onBot(platform.OpDeleteMessage, s.deleteMessage),
		onBot(platform.OpImportMessages, s.importMessages),
		onBot(platform.OpInitializeIncomingMessage, s.initializeIncomingMessage),
		onBot(platform.OpReceiveMessage, s.receiveMessage),
		onBot(platform.OpCreateEvent, s.createEvent),
		onBot(platform.OpGetEvent, s.getEvent),
		onBot(platform.OpListEvents, s.listEvents),
		onBot(platform.OpCancelScheduledEvent, s.cancelScheduledEvent),
		onBot(platform.OpGetState, s.getState),
		onBot(platform.OpSetState, s.setState),
		onBot(platform.OpGetOrSetState, s.getOrSetState),
		onBot(platform.OpPatchState, s.patchState),
		onBot(platform.OpSetStateExpiry, s.setStateExpiry),
		onBot(platform.OpCallAction, s.callAction),
		onBot(platform.OpListTagValues, s.listTagValues),
		onBot(platform.OpConfigureIntegration, s.configureIntegration),
		onBot(platform.OpRenewDelivery, s.renewDelivery),
		onBot(platform.OpCompleteDelivery, s.completeDelivery),
		onBot(platform.OpFailDelivery, s.failDelivery),
	}
}
