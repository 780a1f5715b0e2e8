package api

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Rows keep tags in the bot's view: an integration's as alias:key, the bot's
// own as key. viewTags is what the integration under the alias sees: its own
// ones without the prefix. The bot, with an empty alias, sees all.
func viewTags(tags store.Tags, alias string) platform.Tags {
	if alias == "" {
		return tags
	}
	view := make(platform.Tags, len(tags))
	for key, value := range tags {
		if own, ok := cutAlias(key, alias); ok {
			view[own] = value
		}
	}
	return view
}

func cutAlias(key, alias string) (string, bool) {
	if len(key) > len(alias) && key[len(alias)] == ':' && key[:len(alias)] == alias {
		return key[len(alias)+1:], true
	}
	return "", false
}

// tagWriter writes the tags of one kind of row for a caller.
type tagWriter struct {
	id      *Identity
	kind    store.Kind
	channel string // of conversations and messages
}

type tagDefs = map[string]platform.TagDefinition

// declared are the tags that an integration declares for the rows.
func (w tagWriter) declared(in *catalog.Installation) tagDefs {
	def := &in.Integration.Def
	switch w.kind {
	case store.KindConversation:
		return def.Channels[w.channel].Conversation.Tags
	case store.KindMessage:
		return def.Channels[w.channel].Message.Tags
	}
	if def.User == nil {
		return nil
	}
	return def.User.Tags
}

// own are the tags that the bot declares for the rows.
func (w tagWriter) own() tagDefs {
	def := w.id.Bot.Def.User
	switch w.kind {
	case store.KindConversation:
		def = w.id.Bot.Def.Conversation
	case store.KindMessage:
		def = w.id.Bot.Def.Message
	}
	if def == nil {
		return nil
	}
	return def.Tags
}

// key returns a tag's name in the bot's view. It is "" for a name that is to
// be ignored: integrations write back what they read, other's tags too.
func (w tagWriter) key(name string) (string, error) {
	if in := w.id.Installation; in != nil {
		declared := w.declared(in)
		if _, ok := declared[name]; ok {
			return in.Alias + ":" + name, nil
		}
		if own, ok := cutAlias(name, in.Alias); ok {
			return "", platform.Errorf(platform.TypeInvalidPayload, "tag %q: an integration writes its own tags without its alias; write it as %q", name, own)
		}
		if strings.Contains(name, ":") {
			return "", nil
		}
		return "", w.undeclared(name, "integration", in.Integration.Name, declared)
	}
	if _, ok := w.own()[name]; ok {
		return name, nil
	}
	alias, key, ok := strings.Cut(name, ":")
	if !ok {
		return "", w.undeclared(name, "bot", w.id.Bot.ID, w.own())
	}
	in := w.id.Bot.Installations[alias]
	if in == nil {
		return "", platform.Errorf(platform.TypeInvalidPayload, "tag %q: nothing is installed under the alias %q; installed: %s",
			name, alias, catalog.Names(w.id.Bot.Installations))
	}
	declared := w.declared(in)
	if _, ok := declared[key]; !ok {
		return "", w.undeclared(key, "integration", alias, declared)
	}
	return name, nil
}

func (w tagWriter) undeclared(name, what, owner string, declared tagDefs) error {
	return platform.Errorf(platform.TypeInvalidPayload, "tag %q is not declared for %ss of %s %q; declared tags: %s",
		name, w.kind, what, owner, catalog.Names(declared))
}

func checkTagValue(name, value string) error {
	if n := utf8.RuneCountInString(value); n > maxTagValue {
		return platform.Errorf(platform.TypeInvalidPayload, "tags.%s has %d characters; give at most %d", name, n, maxTagValue)
	}
	return nil
}

// merge returns old with the changes: an empty value removes, tags that are
// not mentioned stay. A tag that has the value already is not looked at.
func (w tagWriter) merge(old store.Tags, changes platform.Tags) (store.Tags, error) {
	if len(changes) > maxTags {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "tags has %d members; give at most %d", len(changes), maxTags)
	}
	merged := make(store.Tags, len(old)+len(changes))
	for key, value := range old {
		merged[key] = value
	}
	for name, value := range changes {
		if stored, ok := old[name]; ok && stored == value && w.id.Installation == nil {
			continue
		}
		if err := checkTagValue(name, value); err != nil {
			return nil, err
		}
		key, err := w.key(name)
		switch {
		case err != nil:
			return nil, w.first(old, changes)
		case key == "":
		case value == "":
			delete(merged, key)
		default:
			merged[key] = value
		}
	}
	return merged, nil
}

// first returns the error of the first bad name, so that equal calls fail
// equally although maps have no order.
func (w tagWriter) first(old store.Tags, changes platform.Tags) error {
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if stored, ok := old[name]; ok && stored == changes[name] && w.id.Installation == nil {
			continue
		}
		if _, err := w.key(name); err != nil {
			return err
		}
	}
	return nil
}

// identify is match for rows that only tags can find: a get-or-create that names none would make another row each time.
func (w tagWriter) identify(tags platform.Tags, by []string) (store.Tags, error) {
	match, err := w.match(tags, by)
	if err != nil || len(match) > 0 {
		return match, err
	}
	if len(tags) == 0 {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "tags: give at least one tag by which the %s is found again, or use the operation that always creates one", w.kind)
	}
	return nil, platform.Errorf(platform.TypeInvalidPayload, "tags: none of %s has a value and is yours, so the %s would not be found again; give a tag that the caller declares",
		strings.Join(sortedNames(tags), ", "), w.kind)
}

func sortedNames(tags platform.Tags) []string {
	names := make([]string, 0, len(tags))
	for name := range tags {
		names = append(names, strconv.Quote(name))
	}
	slices.Sort(names)
	return names
}

// match returns the tags by which a get-or-create looks for its row, in the
// bot's view: all that are given, or only those of discriminateByTags.
func (w tagWriter) match(tags platform.Tags, by []string) (store.Tags, error) {
	if len(by) == 0 {
		return w.merge(nil, tags)
	}
	chosen := make(platform.Tags, len(by))
	for _, name := range by {
		if tags[name] == "" {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "discriminateByTags names %q, which tags has no value for; add tags.%s", name, name)
		}
		chosen[name] = tags[name]
	}
	return w.merge(nil, chosen)
}

// filter returns a list's tag filter in the bot's view. Each tag is a condition
// of the query, and a database takes so many of them.
func (id *Identity) filter(tags platform.Tags) (store.Tags, error) {
	if len(tags) > maxTags {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "tags has %d members; give at most %d", len(tags), maxTags)
	}
	if id.Installation == nil {
		return tags, nil
	}
	f := make(store.Tags, len(tags))
	for name, value := range tags {
		f[id.Installation.Alias+":"+name] = value
	}
	return f, nil
}
