package journal_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/crash/journal"
)

const queue = "queue"

// sound is a conversation of two messages, the first of which took a repeat
// after the bot was killed.
func sound(mode string) (client, bot []journal.Record) {
	at := func(r journal.Record) journal.Record {
		r.Mode, r.Conversation = mode, "c"
		return r
	}
	turn := func(kind, delivery string, attempt, n int, outcome string) journal.Record {
		return at(journal.Record{Kind: kind, Delivery: delivery, Attempt: attempt, Numbers: []int{n}, Outcome: outcome})
	}
	bot = []journal.Record{
		{Kind: journal.Started},
		turn(journal.Began, "dlv_0", 1, 0, ""),
		{Kind: journal.Started},
		turn(journal.Began, "dlv_0", 2, 0, ""),
		turn(journal.Ended, "dlv_0", 2, 0, journal.Failed),
		turn(journal.Began, "dlv_0", 3, 0, ""),
		turn(journal.Ended, "dlv_0", 3, 0, journal.Done),
		turn(journal.Began, "dlv_1", 1, 1, ""),
		turn(journal.Ended, "dlv_1", 1, 1, journal.Done),
	}
	message := func(kind string, n int, id string, answer bool, delivery string) journal.Record {
		return at(journal.Record{Kind: kind, Numbers: []int{n}, ID: id, Answer: answer, Delivery: delivery})
	}
	client = []journal.Record{
		message(journal.Acked, 0, "msg_0", false, ""),
		message(journal.Acked, 1, "msg_1", false, ""),
		message(journal.Delivered, 0, "ans_0", true, "dlv_a"),
		message(journal.Delivered, 0, "ans_0", true, "dlv_a"),
		message(journal.Delivered, 1, "ans_1", true, "dlv_b"),
		message(journal.Listed, 0, "msg_0", false, ""),
		message(journal.Listed, 0, "ans_0", true, ""),
		message(journal.Listed, 1, "msg_1", false, ""),
		message(journal.Listed, 1, "ans_1", true, ""),
	}
	return client, bot
}

func TestSoundJournalHasNoFaults(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{queue, "burst", "concurrent", "cancel-previous"} {
		r := journal.Check(sound(mode))
		if len(r.Faults) > 0 || r.Acked != 2 || r.Turns != 4 || r.Repeats != 2 || r.Answers != 2 || r.Sent != 3 {
			t.Errorf("%s: %+v", mode, r)
		}
	}
}

func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mode  string
		plant func(client, bot *[]journal.Record)
		says  string
	}{
		"lost in the conversation": {queue, func(client, _ *[]journal.Record) { *client = slices.Delete(*client, 7, 8) }, "message 1 was acknowledged and is lost"},
		"no turn":                  {queue, func(_, bot *[]journal.Record) { *bot = (*bot)[:7] }, "no turn of it is done"},
		"only failed turns":        {"concurrent", func(_, bot *[]journal.Record) { (*bot)[8].Outcome = journal.Failed }, "no turn of it is done"},
		"the newest was cancelled": {"cancel-previous", func(_, bot *[]journal.Record) { (*bot)[8].Outcome = journal.Cancelled }, "message 1 was acknowledged and no turn"},
		"listed twice": {queue, func(client, _ *[]journal.Record) {
			again := (*client)[5]
			again.ID = "msg_9"
			*client = slices.Insert(*client, 6, again)
		}, "message 0 is there"},
		"listed out of order": {queue, func(client, _ *[]journal.Record) {
			(*client)[5], (*client)[7] = (*client)[7], (*client)[5]
		}, "message 0 is there after 1"},
		"turns out of order": {queue, func(_, bot *[]journal.Record) {
			*bot = append(append([]journal.Record{(*bot)[0]}, (*bot)[7:]...), (*bot)[3:7]...)
		}, "message 0 came for the first time after 1"},
		"two attempts at once": {"concurrent", func(_, bot *[]journal.Record) { *bot = slices.Delete(*bot, 4, 5) }, "attempt 3 of dlv_0 began while attempt 2 ran"},
		"two turns at once": {queue, func(_, bot *[]journal.Record) {
			(*bot)[6], (*bot)[7] = (*bot)[7], (*bot)[6]
		}, "the turn of [1] began while that of [0] ran"},
		"again with another delivery": {queue, func(_, bot *[]journal.Record) {
			(*bot)[5].Delivery, (*bot)[6].Delivery = "dlv_9", "dlv_9"
		}, "message 0 came as dlv_0 and as dlv_9"},
		"again after it was done": {"burst", func(_, bot *[]journal.Record) {
			(*bot)[7].Numbers, (*bot)[8].Numbers = []int{0, 1}, []int{0, 1}
		}, "message 0 came again, as dlv_1 after it was done as dlv_0"},
		"answered twice": {queue, func(client, _ *[]journal.Record) {
			again := (*client)[6]
			again.ID = "ans_9"
			*client = append(*client, again)
		}, "message 0 was answered 2 times"},
		"answer lost":          {queue, func(client, _ *[]journal.Record) { *client = (*client)[:8] }, "its answer is lost"},
		"answer not delivered": {queue, func(client, _ *[]journal.Record) { *client = slices.Delete(*client, 4, 5) }, "the answer ans_1 did not reach"},
		"answer in two ways":   {queue, func(client, _ *[]journal.Record) { (*client)[3].Delivery = "dlv_z" }, "the answer ans_0 was delivered as dlv_a and as dlv_z"},
		"answers out of order": {queue, func(client, _ *[]journal.Record) {
			(*client)[2], (*client)[3], (*client)[4] = (*client)[4], (*client)[2], (*client)[3]
		}, "answers reached the external system as"},
		"acknowledged as two": {queue, func(client, _ *[]journal.Record) {
			again := (*client)[0]
			again.ID = "msg_9"
			*client = slices.Insert(*client, 1, again)
		}, "was acknowledged as msg_0 and as msg_9"},
		"nothing happened": {queue, func(client, bot *[]journal.Record) { *client, *bot = nil, nil }, "nothing happened"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, bot := sound(tt.mode)
			tt.plant(&client, &bot)
			if r := journal.Check(client, bot); !strings.Contains(strings.Join(r.Faults, "\n"), tt.says) {
				t.Errorf("faults %q, want one that says %q", r.Faults, tt.says)
			}
		})
	}
}

// A process that is killed while it writes leaves half a line.
func TestHalfALineIsIgnored(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	w, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := journal.Record{Kind: journal.Acked, Numbers: []int{3}, Conversation: "c"}
	if err := w.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"kind":"ac`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := journal.Read(path)
	if err != nil || len(got) != 1 || got[0].Kind != want.Kind || got[0].Numbers[0] != 3 {
		t.Errorf("Read = %+v, %v; want the one whole line", got, err)
	}
}
