package slack

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"unicode"
)

// maxPages bounds how much of a workspace one action looks through: 20,000
// people or channels.
const maxPages = 100

type profileInput struct {
	UserID string `json:"userId" title:"User ID" description:"The user, or Slack's id of the person" minLength:"1"`
}

type profileOutput struct {
	FirstName   string `json:"firstName,omitempty"`
	LastName    string `json:"lastName,omitempty"`
	Email       string `json:"email,omitempty" description:"Needs the scope users:read.email"`
	DisplayName string `json:"displayName,omitempty"`
}

func getProfile(ctx context.Context, h *inbound, in *profileInput) (*profileOutput, error) {
	id, err := slackUser(ctx, h.call, in.UserID)
	if err != nil {
		return nil, err
	}
	p, err := h.client.user(ctx, id)
	if err != nil {
		return nil, err
	}
	return &profileOutput{FirstName: p.Profile.FirstName, LastName: p.Profile.LastName, Email: p.Profile.Email, DisplayName: p.Profile.DisplayName}, nil
}

// slackUser is Slack's id of a user, who is named by ours or by Slack's.
func slackUser(ctx context.Context, call *integration.Call, id string) (string, error) {
	if !strings.HasPrefix(id, platform.PrefixUser+"_") {
		return id, nil
	}
	out, err := call.Client.GetUser(ctx, &platform.GetUserInput{ID: id})
	if err != nil {
		return "", fmt.Errorf("read the user: %w", err)
	}
	if out.User.Tags[tagID] == "" {
		return "", integration.RuntimeError("the user " + id + " is nobody in Slack")
	}
	return out.User.Tags[tagID], nil
}

type syncOutput struct {
	SyncedCount int `json:"syncedCount" description:"How many members were new or changed"`
}

// syncState is how far the members were synced.
type syncState struct {
	// UsersLastSyncTs is when the profile changed that changed last, in seconds.
	UsersLastSyncTs int64 `json:"usersLastSyncTs,omitempty"`
}

const stateSync = "sync"

// syncMembers goes through the members and keeps those that changed since the
// last time. Slack's own time of the change decides, not our clock.
func syncMembers(ctx context.Context, h *inbound, _ *nothing) (*syncOutput, error) {
	ref := integration.State[syncState](h.call, stateSync, "")
	last, err := ref.Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		last, err = &syncState{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the members were synced: %w", err)
	}
	out, newest, cursor := &syncOutput{}, last.UsersLastSyncTs, ""
	for range maxPages {
		list, next, err := h.client.users(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for i := range list {
			p := &list[i]
			if p.Deleted || p.Updated != 0 && p.Updated <= last.UsersLastSyncTs {
				continue
			}
			if _, err := known(ctx, h.call, p); err != nil {
				return nil, err
			}
			newest = max(newest, p.Updated)
			out.SyncedCount++
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if err := ref.Set(ctx, syncState{UsersLastSyncTs: newest}); err != nil {
		return nil, fmt.Errorf("note how far the members were synced: %w", err)
	}
	return out, nil
}

type findInput struct {
	Query   string `json:"query" title:"Search query" description:"The name of a person or a channel, or a part of it" minLength:"2"`
	Channel string `json:"channel" title:"Channel name" description:"dm looks for people, channel for channels" enum:"dm,channel"`
}

type findOutput struct {
	Targets []target `json:"targets"`
}

type target struct {
	DisplayName string            `json:"displayName"`
	Tags        map[string]string `json:"tags"`
	Channel     string            `json:"channel" enum:"dm,channel"`

	rank int
}

// maxTargets is how many are returned, the best first.
const maxTargets = 20

func findTarget(ctx context.Context, h *inbound, in *findInput) (*findOutput, error) {
	var found []target
	var err error
	if in.Channel == channelDM {
		found, err = findPeople(ctx, h, in.Query)
	} else {
		found, err = findChannels(ctx, h, in.Query)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b target) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.DisplayName, b.DisplayName))
	})
	// What only nearly fits is of use where nothing does.
	if len(found) > 0 && found[0].rank < nearlyFits {
		found = slices.DeleteFunc(found, func(t target) bool { return t.rank == nearlyFits })
	}
	out := &findOutput{Targets: []target{}}
	out.Targets = append(out.Targets, found[:min(len(found), maxTargets)]...)
	return out, nil
}

func findPeople(ctx context.Context, h *inbound, query string) (found []target, err error) {
	cursor := ""
	for range maxPages {
		list, next, err := h.client.users(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for i := range list {
			p := &list[i]
			rank := likeness(query, p.Name, p.RealName, p.Profile.RealName, p.Profile.DisplayName, p.Profile.RealNameNormalized, p.Profile.DisplayNameNormalized, p.Profile.Email)
			if rank > 0 && !p.Deleted && !p.IsBot {
				found = append(found, target{DisplayName: p.shown(), Tags: map[string]string{tagID: p.ID}, Channel: channelDM, rank: rank})
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return found, nil
}

func findChannels(ctx context.Context, h *inbound, query string) (found []target, err error) {
	l := channelList{types: []string{"public_channel", "private_channel"}, limit: pageSize}
	for range maxPages {
		list, next, err := h.client.channels(ctx, l)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if rank := likeness(query, list[i].Name); rank > 0 {
				found = append(found, target{DisplayName: list[i].Name, Tags: map[string]string{tagID: list[i].ID}, Channel: channelChannel, rank: rank})
			}
		}
		if l.cursor = next; next == "" {
			break
		}
	}
	return found, nil
}

// nearlyFits is the rank of what fits but for a letter.
const nearlyFits = 4

// likeness ranks how well the best of the names fits what is looked for: 1 is
// the same, 2 begins with it, 3 has it in it, 4 has its letters in this order
// or but for one; 0 does not fit.
func likeness(query string, names ...string) int {
	best := 0
	wanted := bare(query)
	for _, name := range names {
		rank, have := 0, bare(name)
		switch {
		case wanted == "" || have == "":
		case have == wanted:
			rank = 1
		case strings.HasPrefix(have, wanted):
			rank = 2
		case strings.Contains(have, wanted):
			rank = 3
		case len(wanted) > 3 && nearly(have, wanted):
			rank = nearlyFits
		}
		if rank > 0 && (best == 0 || rank < best) {
			best = rank
		}
	}
	return best
}

// bare is a name without what people leave out.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// nearly reports whether all letters but one of what is wanted are in the name
// in their order, and close together.
func nearly(have, wanted string) bool {
	letters := []rune(wanted)
	for skip := -1; skip < len(letters); skip++ {
		rest, missed := have, false
		start, end := -1, 0
		for i, r := range letters {
			if i == skip {
				continue
			}
			at := strings.IndexRune(rest, r)
			if at < 0 {
				missed = true
				break
			}
			at += len(have) - len(rest)
			if start < 0 {
				start = at
			}
			end = at
			rest = have[at+len(string(r)):]
		}
		if !missed && end-start <= len(wanted)+2 {
			return true
		}
	}
	return false
}
