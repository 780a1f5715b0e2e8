package api_test

import (
	"fmt"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// Each tag and each participant is a condition of the query, of which a
// database takes only so many.
func TestListsTakeSoManyConditions(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for n, good := range map[int]bool{100: true, 101: false, 2000: false} {
			tags, ids := platform.Tags{}, []string{}
			for i := range n {
				tags[fmt.Sprintf("t%d", i)] = "v"
				ids = append(ids, fmt.Sprintf("user_%d", i))
			}
			for name, list := range map[string]func() error{
				"users":    func() error { _, err := b.bot.ListUsers(ctx, &platform.ListUsersInput{Tags: tags}); return err },
				"messages": func() error { _, err := b.bot.ListMessages(ctx, &platform.ListMessagesInput{Tags: tags}); return err },
				"participants": func() error {
					_, err := b.bot.ListConversations(ctx, &platform.ListConversationsInput{ParticipantIDs: ids})
					return err
				},
				"conversations": func() error {
					_, err := b.one.ListConversations(ctx, &platform.ListConversationsInput{Tags: tags})
					return err
				},
			} {
				if err := list(); good && err != nil || !good && !platform.IsType(err, platform.TypeInvalidQuery) {
					t.Errorf("%s by %d: %v", name, n, err)
				}
			}
		}
		_, err := b.one.CreateUser(ctx, &platform.CreateUserInput{Name: "Ada\x00"})
		refused(t, "a name with a zero character", err, platform.TypeInvalidPayload)
	})
}
