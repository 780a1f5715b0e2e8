package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// settingsChange is a change of settings as flags give it.
type settingsChange struct {
	Set   []string `help:"Change a setting; the value is JSON or plain text. May be repeated." placeholder:"PATH=VALUE" sep:"none"`
	Reset []string `help:"Reset a setting, or a group of them, to its default. May be repeated." placeholder:"PATH" sep:"none"`
}

// patch returns the change as a JSON merge patch; nil when there is none.
func (c settingsChange) patch() (json.RawMessage, error) {
	root := map[string]any{}
	for _, text := range c.Set {
		path, value, ok := strings.Cut(text, "=")
		if !ok || path == "" {
			return nil, usagef("--set %s: write PATH=VALUE, such as delivery.turnLimit=30m", text)
		}
		var parsed any = value
		if json.Valid([]byte(value)) {
			parsed = json.RawMessage(value)
		}
		if err := setPath(root, path, parsed); err != nil {
			return nil, err
		}
	}
	for _, path := range c.Reset {
		if err := setPath(root, path, nil); err != nil {
			return nil, err
		}
	}
	if len(root) == 0 {
		return nil, nil
	}
	return json.Marshal(root)
}

// setPath sets a member of nested objects by its path, such as a.b.c.
func setPath(m map[string]any, path string, value any) error {
	names := strings.Split(path, ".")
	for i, name := range names {
		if name == "" {
			return usagef("%s: it is not the path of a setting, such as delivery.turnLimit", path)
		}
		if i == len(names)-1 {
			m[name] = value
			return nil
		}
		inner, ok := m[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[name] = inner
		}
		m = inner
	}
	return nil
}

type botSettings struct {
	Bot string `arg:"" help:"Id or name of the bot."`
	settingsChange
}

// Run shows or changes the settings of a bot.
func (c botSettings) Run(ctx context.Context, s *session) error {
	patch, err := c.patch()
	if err != nil {
		return err
	}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	id, err := botByName(ctx, client, c.Bot)
	if err != nil {
		return err
	}
	var out *platform.BotSettingsOutput
	if patch == nil {
		out, err = client.GetBotSettings(ctx, &platform.GetBotSettingsInput{ID: id})
	} else {
		out, err = client.UpdateBotSettings(ctx, &platform.UpdateBotSettingsInput{ID: id, Settings: patch})
	}
	if err != nil {
		return err
	}
	return s.printSettings(out, out.Settings, out.Effective)
}

type installSettings struct {
	botFlag
	Alias string `arg:"" help:"Alias of the installation."`
	settingsChange
}

// Run shows or changes the settings of an installation.
func (c installSettings) Run(ctx context.Context, s *session) error {
	patch, err := c.patch()
	if err != nil {
		return err
	}
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	var out *platform.InstallationSettingsOutput
	if patch == nil {
		out, err = client.GetInstallationSettings(ctx, &platform.GetInstallationSettingsInput{BotID: bot, Alias: c.Alias})
	} else {
		out, err = client.UpdateInstallationSettings(ctx, &platform.UpdateInstallationSettingsInput{BotID: bot, Alias: c.Alias, Settings: patch})
	}
	if err != nil {
		return err
	}
	return s.printSettings(out, out.Settings, out.Effective)
}

// botByName returns the id of a bot that is given by its id or its name.
func botByName(ctx context.Context, client *platform.Client, text string) (string, error) {
	if strings.HasPrefix(text, platform.PrefixBot+"_") || strings.HasPrefix(text, platform.PrefixDevBot+"_") {
		return text, nil
	}
	var found []string
	for _, dev := range []bool{false, true} {
		err := pages(func(token string) (string, error) {
			out, err := client.ListBots(ctx, &platform.ListBotsInput{Dev: &dev, NextToken: token})
			if err != nil {
				return "", err
			}
			for _, b := range out.Bots {
				if b.Name == text || b.ID == text {
					found = append(found, b.ID)
				}
			}
			return out.Meta.NextToken, nil
		})
		if err != nil {
			return "", err
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", usagef("no bot has the id or the name %q; \"bellhop bot list\" shows them", text)
	}
	return "", usagef("%d bots have the name %q; give an id: %s", len(found), text, strings.Join(found, ", "))
}

// printSettings writes each setting with its value and whether it was set.
func (s *session) printSettings(out, set, effective any) error {
	own, err := flatten(set)
	if err != nil {
		return err
	}
	values, err := flatten(effective)
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) {
		var rows [][]string
		for _, path := range slices.Sorted(maps.Keys(values)) {
			from := "default"
			if _, ok := own[path]; ok {
				from = "set"
			}
			rows = append(rows, []string{path, values[path], from})
		}
		table(w, []string{"SETTING", "VALUE", "FROM"}, rows, "No settings.")
	})
}

// flatten returns the members of nested objects by their paths.
func flatten(v any) (map[string]string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var root map[string]any
	if err := json.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for name, value := range m {
			if inner, ok := value.(map[string]any); ok {
				walk(prefix+name+".", inner)
				continue
			}
			if list, ok := value.([]any); ok {
				text, _ := json.Marshal(list) // it was read from JSON
				value = string(text)
			}
			flat[prefix+name] = fmt.Sprint(value)
		}
	}
	walk("", root)
	return flat, nil
}
