package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// BotSettings are how the server treats a bot. They belong to the operator, not
// to the bot's code: a deployment leaves them as they are. A zero member means
// its default. docs/settings.md lists all members.
//
// Each group of settings has a type in a file of its own with the methods
// withDefaults and check.
type BotSettings struct {
	Delivery  BotDelivery  `json:"delivery,omitzero"`
	Retry     Retry        `json:"retry,omitzero"`
	Retention BotRetention `json:"retention,omitzero"`
	Failure   BotFailure   `json:"failure,omitzero"`
}

// InstallationSettings are how the server treats an installation, as
// BotSettings does for a bot.
type InstallationSettings struct {
	Delivery InstallationDelivery `json:"delivery,omitzero"`
	Failure  InstallationFailure  `json:"failure,omitzero"`
	Retry    Retry                `json:"retry,omitzero"`
}

// WithDefaults returns the settings with a default in each zero member.
func (s BotSettings) WithDefaults() BotSettings {
	s.Delivery, s.Failure = s.Delivery.withDefaults(), s.Failure.withDefaults()
	s.Retry = s.Retry.withDefaults()
	return s
}

// WithDefaults returns the settings with a default in each zero member.
func (s InstallationSettings) WithDefaults() InstallationSettings {
	s.Delivery, s.Failure = s.Delivery.withDefaults(), s.Failure.withDefaults()
	s.Retry = s.Retry.withDefaults()
	return s
}

// Check returns an error that names each member that is out of its limits.
func (s BotSettings) Check() error {
	var p settingsCheck
	s.Delivery.check(p.in("delivery"))
	s.Retry.check(p.in("retry"))
	s.Retention.check(p.in("retention"))
	s.Failure.check(p.in("failure"))
	return p.err()
}

// Check returns an error that names each member that is out of its limits.
func (s InstallationSettings) Check() error {
	var p settingsCheck
	s.Delivery.check(p.in("delivery"))
	s.Failure.check(p.in("failure"))
	s.Retry.check(p.in("retry"))
	return p.err()
}

// DecodeSettings reads settings strictly into s, a pointer to BotSettings or
// InstallationSettings, and checks them: the error names each unknown member
// and each value that is out of its limits.
func DecodeSettings(data []byte, s interface{ Check() error }) error {
	var p settingsCheck
	p.decode("settings", data, reflect.ValueOf(s).Elem())
	if err := p.err(); err != nil {
		return err
	}
	return s.Check()
}

// MergeSettings returns settings with a change: the members of patch replace
// those of settings, null resets a member to its default (RFC 7396).
func MergeSettings(settings, patch json.RawMessage) (json.RawMessage, error) {
	old := map[string]json.RawMessage{}
	if len(settings) > 0 {
		if err := json.Unmarshal(settings, &old); err != nil {
			return nil, fmt.Errorf("stored settings: %w", err)
		}
	}
	merged, err := mergeObject(old, patch)
	if err != nil {
		return nil, errors.New("settings: it is not a JSON object; example: {\"delivery\": {\"turnLimit\": \"30m\"}}")
	}
	return json.Marshal(merged)
}

// mergeObject applies a patch to an object; the error says that the patch is
// none.
func mergeObject(old map[string]json.RawMessage, patch json.RawMessage) (map[string]json.RawMessage, error) {
	var change map[string]json.RawMessage
	if err := json.Unmarshal(patch, &change); err != nil {
		return nil, err
	}
	if change == nil {
		return nil, errors.New("null")
	}
	for name, value := range change {
		if string(value) == "null" {
			delete(old, name)
			continue
		}
		if value = bytes.TrimSpace(value); value[0] == '{' {
			inner := map[string]json.RawMessage{}
			_ = json.Unmarshal(old[name], &inner) // what is no object is replaced
			if inner == nil {
				inner = map[string]json.RawMessage{}
			}
			merged, err := mergeObject(inner, value)
			if err != nil {
				return nil, err
			}
			if value, err = json.Marshal(merged); err != nil {
				return nil, err
			}
		}
		old[name] = value
	}
	return old, nil
}

// settingsCheck collects what is wrong with settings, by member.
type settingsCheck struct {
	path  string
	wrong *[]string
}

// in returns the check of a group.
func (p *settingsCheck) in(name string) settingsCheck {
	if p.wrong == nil {
		p.path, p.wrong = "settings", new([]string)
	}
	return settingsCheck{p.path + "." + name, p.wrong}
}

func (p *settingsCheck) err() error {
	if p.wrong == nil || len(*p.wrong) == 0 {
		return nil
	}
	return Errorf(TypeInvalidPayload, "%s", strings.Join(*p.wrong, "; "))
}

// addf records what is wrong with a member.
func (p settingsCheck) addf(name, format string, args ...any) {
	*p.wrong = append(*p.wrong, p.path+"."+name+": "+fmt.Sprintf(format, args...))
}

// span checks a duration that is set.
func (p settingsCheck) span(name string, d Duration, from, to time.Duration) {
	if d != 0 && (time.Duration(d) < from || time.Duration(d) > to) {
		p.addf(name, "%s is out of range; give %s to %s", d, Duration(from), Duration(to))
	}
}

// number checks a number that is set.
func (p settingsCheck) number(name string, n, from, to int) {
	if n != 0 && (n < from || n > to) {
		p.addf(name, "%d is out of range; give %d to %d", n, from, to)
	}
}

// oneOf checks a word that is set.
func (p settingsCheck) oneOf(name, word string, words ...string) {
	if word != "" && !slices.Contains(words, word) {
		p.addf(name, "%.40q is not one of %s", word, strings.Join(words, ", "))
	}
}

// decode reads a value, member by member where it is a struct, so that an error
// names the member.
func (p *settingsCheck) decode(path string, data []byte, v reflect.Value) {
	if p.wrong == nil {
		p.wrong = new([]string)
	}
	_, own := v.Addr().Interface().(json.Unmarshaler)
	if v.Kind() != reflect.Struct || own {
		if err := json.Unmarshal(data, v.Addr().Interface()); err != nil {
			*p.wrong = append(*p.wrong, path+": "+unmarshalText(err))
		}
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		*p.wrong = append(*p.wrong, path+": it is not a JSON object")
		return
	}
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = v.Field(i)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		field, ok := fields[name]
		if !ok {
			known := strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
			*p.wrong = append(*p.wrong, fmt.Sprintf("%s.%.60s: no such setting; %s has %s", path, name, path, known))
			continue
		}
		p.decode(path+"."+name, members[name], field)
	}
}

// unmarshalText is an error of a member without the words of package json.
func unmarshalText(err error) string {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err.Error()
	}
	want := "a " + e.Type.Kind().String()
	switch e.Type.Kind() {
	case reflect.Int, reflect.Int64:
		want = "a whole number"
	case reflect.Bool:
		want = "true or false"
	case reflect.Slice:
		want = "a list"
	}
	return "it is a " + e.Value + "; give " + want
}
