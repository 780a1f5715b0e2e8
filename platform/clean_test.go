package platform_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// What JavaScript writes is read, and nothing else is changed.
func TestCleanJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"nothing to do":          {`{"a":1e400,"b":-0,"c":9007199254740993,"d":"\u00e9\n😀"}`, `{"a":1e400,"b":-0,"c":9007199254740993,"d":"\u00e9\n😀"}`},
		"a pair":                 {`"\ud83d\ude00"`, `"\ud83d\ude00"`},
		"a pair in capitals":     {`"\uD83D\uDE00"`, `"\uD83D\uDE00"`},
		"the first half":         {`"cut \ud83d"`, `"cut \ufffd"`},
		"the second half":        {`"\ude00 rest"`, `"\ufffd rest"`},
		"two first halves":       {`"\ud83d\ud83d\ude00"`, `"\ufffd\ud83d\ude00"`},
		"halves in the wrong":    {`"\ude00\ud83d"`, `"\ufffd\ufffd"`},
		"a name":                 {`{"\ud83d":1}`, `{"\ufffd":1}`},
		"an escaped backslash":   {`"\\ud83d"`, `"\\ud83d"`},
		"after a backslash":      {`"\\\ud83d"`, `"\\\ufffd"`},
		"bytes that are no text": {"\"a\xff\xc3(\"", "\"a\ufffd\ufffd(\""},
		"half in UTF-8":          {"\"\xed\xa0\xbd\"", "\"\ufffd\ufffd\ufffd\""},
		"a byte order mark":      {"\ufeff{}", "{}"},
		"cut short":              {`"\ud8`, `"\ud8`},
		"no escape at all":       {`"\u+83d\ud83d"`, `"\u+83d\ufffd"`},
		"nothing":                {"", ""},
	} {
		given := []byte(c.in)
		if got := string(platform.CleanJSON(given)); got != c.want || string(given) != c.in {
			t.Errorf("%s: CleanJSON(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func FuzzCleanJSON(f *testing.F) {
	f.Add(`{"a":"\ud83d\ude00\ud83d"}`)
	f.Add("\"\xed\xa0\xbd\\\"")
	f.Fuzz(func(t *testing.T, text string) {
		got := platform.CleanJSON([]byte(text))
		if again := platform.CleanJSON(got); string(again) != string(got) && !strings.HasPrefix(text, "\ufeff\ufeff") {
			t.Errorf("CleanJSON(%q) = %q, and once more %q", text, got, again)
		}
		if json.Valid([]byte(text)) && !json.Valid(got) {
			t.Errorf("CleanJSON(%q) = %q is not JSON", text, got)
		}
	})
}
