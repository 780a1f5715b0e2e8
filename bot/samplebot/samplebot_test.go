package samplebot

import (
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func TestDefinitionAndHandlersFit(t *testing.T) {
	t.Parallel()
	if _, err := New().New(bot.Env{}); err != nil {
		t.Fatal(err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hello": message.TypeChoice, "picture": message.TypeImage, "Cards!": message.TypeCarousel, "text": message.TypeText, "what": message.TypeText,
	} {
		if got := answerTo(text, false, &memory{Messages: 2}).Type(); got != want {
			t.Errorf("answerTo(%q) is a %s, want a %s", text, got, want)
		}
	}
	if name, ok := cutName("I am Ada."); !ok || name != "Ada" {
		t.Errorf("cutName = %q, %v, want Ada", name, ok)
	}
	if got := inWords(menu("")).Text; len(got) < 20 {
		t.Errorf("inWords = %q", got)
	}
}
