package slack

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

func userTags() integration.Tags {
	return integration.Tags{tagID: tag("User ID", "Slack's id of the person")}
}

// user finds or makes the user of a person.
func (h *happening) user(ctx context.Context, id string, p place) (*platform.User, error) {
	out, err := h.call.Client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{
		Tags: platform.Tags{tagID: id}, DiscriminateByTags: []string{tagID},
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the user: %w", err)
	}
	return &out.User, nil
}

// clip keeps a tag's value within the platform's 500 characters.
func clip(text string) string {
	if r := []rune(text); len(r) > 500 {
		return string(r[:500])
	}
	return text
}

// set returns the tags without the empty ones.
func set(tags platform.Tags) platform.Tags {
	for name, value := range tags {
		if value == "" {
			delete(tags, name)
			continue
		}
		tags[name] = clip(value)
	}
	return tags
}
