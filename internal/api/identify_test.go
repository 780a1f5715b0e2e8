package api_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// A get-or-create that no tag could find again is refused, by the names of the tags that are of no use.
func TestGetOrCreateWantsATagThatFindsAgain(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	for name, tt := range map[string]struct {
		tags platform.Tags
		says string
	}{
		"no tags":        {nil, "give at least one tag"},
		"empty value":    {platform.Tags{"id": ""}, `"id"`},
		"another's tag":  {platform.Tags{"two:id": "x"}, `"two:id"`},
		"own alias":      {platform.Tags{"one:id": "x"}, `write it as "id"`},
		"own and usable": {platform.Tags{"id": "x", "one:id": "x"}, `write it as "id"`},
	} {
		_, err := b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: tt.tags})
		refused(t, "user, "+name, err, platform.TypeInvalidPayload)
		if err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("user, %s: %v, want %q in it", name, err, tt.says)
		}
		_, err = b.one.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{Channel: "dm", Tags: tt.tags})
		refused(t, "conversation, "+name, err, platform.TypeInvalidPayload)
	}
	if n := len(must(b.bot.ListUsers(ctx, &platform.ListUsersInput{})).Users); n != 0 {
		t.Errorf("%d users were made", n)
	}
}
