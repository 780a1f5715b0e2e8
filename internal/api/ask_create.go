package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// askForUser lets the integration make the user that a bot wants, where its
// definition says that bots may create users. The id is empty when the
// platform is to make it.
func (s *Service) askForUser(ctx context.Context, id *Identity, d *userDraft) (string, error) {
	if id.Installation != nil || d.integrationName == "" {
		return "", nil
	}
	in := id.Bot.Find(d.integrationName)
	if in == nil {
		return "", notInstalled("integrationName", d.integrationName, id.Bot)
	}
	if in.Integration.Def.User == nil {
		return "", nil
	}
	tags := withoutAlias(in, d.tags)
	return s.ask(ctx, in, wire.OpCreateUser, in.Integration.Def.User.Creation, tags, platform.CreateUserBody{Tags: tags})
}

// askForConversation is askForUser for a conversation.
func (s *Service) askForConversation(ctx context.Context, id *Identity, in *catalog.Installation, d *conversationDraft) (string, error) {
	if id.Installation != nil {
		return "", nil
	}
	creation := in.Integration.Def.Channels[d.channel].Conversation.Creation
	tags := withoutAlias(in, d.tags)
	return s.ask(ctx, in, wire.OpCreateConversation, creation, tags, platform.CreateConversationBody{Channel: d.channel, Tags: tags})
}

func (s *Service) ask(ctx context.Context, in *catalog.Installation, operation string, creation *platform.CreationDefinition, tags platform.Tags, body any) (string, error) {
	if creation == nil || !creation.Enabled {
		return "", nil
	}
	for _, name := range creation.RequiredTags {
		if tags[name] == "" {
			return "", platform.Errorf(platform.TypeInvalidPayload, "tags: %q is required to create this on integration %q; it wants %s",
				in.Alias+":"+name, in.Integration.Name, strings.Join(creation.RequiredTags, ", "))
		}
	}
	if !in.Enabled {
		return "", platform.Errorf(platform.TypeRuntime, "installation %q is disabled; enable it to create something there", in.Alias)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", operation, err)
	}
	return s.Creator.Create(ctx, in, operation, raw)
}

// withoutAlias returns the installation's own tags as it names them: a bot
// writes them with the alias before a colon, or without.
func withoutAlias(in *catalog.Installation, tags platform.Tags) platform.Tags {
	own := platform.Tags{}
	for name, value := range tags {
		if alias, rest, ok := strings.Cut(name, ":"); !ok || alias == in.Alias || alias == in.Integration.Name {
			if ok {
				name = rest
			}
			own[name] = value
		}
	}
	return own
}
