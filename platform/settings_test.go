package platform

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSettingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ data, want string }{
		{`{"delivery":{"turnLimit":"30m","concurrency":{"mode":"burst"}}}`, ""},
		{`{}`, ""},
		{`{"delivery":{"turnlimit":"30m"}}`, "settings.delivery.turnlimit: no such setting; settings.delivery has concurrency, turnLimit"},
		{`{"delivery":{"turnLimit":30}}`, `settings.delivery.turnLimit: 30 is not a duration; write a string with a unit, such as "15m" or "30d"`},
		{`{"delivery":{"turnLimit":"25h"}}`, "settings.delivery.turnLimit: 25h is out of range; give 1s to 1d"},
		{`{"delivery":{"turnLimit":"-5m"}}`, "settings.delivery.turnLimit: -5m is out of range; give 1s to 1d"},
		{`{"delivery":{"concurrency":{"mode":"parallel"}}}`, `settings.delivery.concurrency.mode: "parallel" is not one of queue, burst, debounce, concurrent, cancel-previous`},
		{`{"delivery":{"concurrency":{"wait":"20s","maxWait":"5s"}}}`, "settings.delivery.concurrency.maxWait: 5s is less than wait; give at least 20s"},
		{`{"delivery":{"concurrency":{"limit":"3"}}}`, "settings.delivery.concurrency.limit: it is a string; give a whole number"},
		{`{"delivery":[]}`, "settings.delivery: it is not a JSON object"},
		{`{"a":1,"delivery":{"turnLimit":"1ms"}}`, "settings.a: no such setting"},
		{`{"delivery":{"turnLimit":"1ms","concurrency":{"limit":99}}}`, "limit: 99 is out of range; give 1 to 32"},
	} {
		err := DecodeSettings([]byte(c.data), &BotSettings{})
		if err == nil && c.want == "" {
			continue
		}
		if err == nil || c.want == "" || !strings.Contains(err.Error(), c.want) || !IsType(err, TypeInvalidPayload) {
			t.Errorf("DecodeSettings(%s) = %v, want %q", c.data, err, c.want)
		}
	}
}

func TestSettingsMerge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, patch, want string }{
		{``, `{"delivery":{"turnLimit":"1h"}}`, `{"delivery":{"turnLimit":"1h"}}`},
		{`{"delivery":{"turnLimit":"1h"}}`, `{"delivery":{"concurrency":{"mode":"burst"}}}`, `{"delivery":{"concurrency":{"mode":"burst"},"turnLimit":"1h"}}`},
		{`{"delivery":{"turnLimit":"1h"}}`, `{"delivery":{"turnLimit":null}}`, `{"delivery":{}}`},
		{`{"delivery":{"turnLimit":"1h"}}`, `{"delivery":null}`, `{}`},
		{`{"delivery":3}`, `{"delivery":{"a":{"b":null}}}`, `{"delivery":{"a":{}}}`},
	} {
		got, err := MergeSettings(json.RawMessage(c.old), json.RawMessage(c.patch))
		if err != nil || string(got) != c.want {
			t.Errorf("MergeSettings(%s, %s) = %s, %v, want %s", c.old, c.patch, got, err, c.want)
		}
	}
	for _, patch := range []string{`3`, `null`, `[]`, `{`} {
		if got, err := MergeSettings(nil, json.RawMessage(patch)); err == nil {
			t.Errorf("MergeSettings(%s) = %s, want an error", patch, got)
		}
	}
}

func TestDurationsAreWrittenShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"15m": 15 * time.Minute, "30d": 720 * time.Hour, "1h30m": 90 * time.Minute, "800ms": 800 * time.Millisecond, "1h": time.Hour, "0s": 0, "10s": 10 * time.Second,
	} {
		var d Duration
		if err := json.Unmarshal([]byte(`"`+text+`"`), &d); err != nil || time.Duration(d) != want || d.String() != text {
			t.Errorf("%s is read as %v, %v and written as %s", text, time.Duration(d), err, d)
		}
	}
}

// Every setting is in the page that users read, with its default.
func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, of, _ := strings.Cut(string(page), "\n## Of a bot\n")
	bots, installations, _ := strings.Cut(of, "\n## Of an installation\n")
	documented := func(text string, v reflect.Value) {
		eachSetting(v, "", func(path string) {
			if !strings.Contains(text, "| `"+path+"` |") {
				t.Errorf("docs/settings.md has no row for %s of %s", path, v.Type())
			}
		})
	}
	documented(bots, reflect.ValueOf(BotSettings{}))
	documented(installations, reflect.ValueOf(InstallationSettings{}))
}

// eachSetting calls fn for the path of each setting.
func eachSetting(v reflect.Value, prefix string, fn func(path string)) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if v.Field(i).Kind() == reflect.Struct {
			eachSetting(v.Field(i), prefix+name+".", fn)
			continue
		}
		fn(prefix + name)
	}
}
