package api_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// What is told of a bot beside its definition is kept, changed member by
// member, and found by.
func TestBotsAreDescribed(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	made := must(admin.CreateBot(ctx, read[platform.CreateBotInput](t,
		`{"name":"one","tags":{"env":"live","team":"a"},"description":"answers","medias":[{"url":"https://x.test/a.png","name":"a"}]}`))).Bot
	must(admin.CreateBot(ctx, read[platform.CreateBotInput](t, `{"name":"two","tags":{"env":"test"}}`)))
	shown := must(admin.GetBot(ctx, &platform.GetBotInput{ID: made.ID})).Bot
	if shown.Tags["env"] != "live" || shown.Tags["team"] != "a" || shown.Description != "answers" || len(shown.Medias) != 1 || shown.Medias[0].Name != "a" {
		t.Errorf("the bot is %+v", shown)
	}
	update := func(text string) platform.Bot {
		in := read[platform.UpdateBotInput](t, text)
		in.ID = made.ID
		return must(admin.UpdateBot(ctx, in)).Bot
	}
	if bot := update(`{"tags":{"team":null,"owner":"me"}}`); len(bot.Tags) != 2 || bot.Tags["owner"] != "me" || bot.Description != "answers" || len(bot.Medias) != 1 {
		t.Errorf("after its tags were changed it is %+v", bot)
	}
	if bot := update(`{"description":"","medias":[]}`); bot.Description != "" || len(bot.Medias) != 0 || len(bot.Tags) != 2 {
		t.Errorf("after the others were emptied it is %+v", bot)
	}
	names := func(in platform.ListBotsInput) string {
		t.Helper()
		var found []string
		for in.PageSize = 1; ; {
			out := must(admin.ListBots(ctx, &in))
			for _, bot := range out.Bots {
				found = append(found, bot.Name)
			}
			if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
				return strings.Join(found, " ")
			}
		}
	}
	for want, in := range map[string]platform.ListBotsInput{
		"one": {Tags: platform.Tags{"env": "live", "owner": "me"}},
		"two": {Tags: platform.Tags{"env": "test"}},
		"":    {Tags: platform.Tags{"team": "a"}},
	} {
		if got := names(in); got != want {
			t.Errorf("ListBots(%+v) = %q, want %q", in, got, want)
		}
	}
	if up, down := names(platform.ListBotsInput{SortDirection: "asc"}), names(platform.ListBotsInput{}); !strings.HasSuffix(up, "one two") || !strings.HasPrefix(down, "two one") {
		t.Errorf("ListBots tells %q, and %q from the newest on", up, down)
	}
	long := strings.Repeat("x", 2001)
	refused(t, "a sort by name", second(admin.ListBots(ctx, &platform.ListBotsInput{SortField: "name"})), platform.TypeInvalidQuery)
	refused(t, "a long description", second(admin.CreateBot(ctx, &platform.CreateBotInput{Description: long})), platform.TypeInvalidPayload)
	refused(t, "a long tag", second(admin.CreateBot(ctx, &platform.CreateBotInput{Tags: platform.Tags{"a": long}})), platform.TypeInvalidPayload)
}
