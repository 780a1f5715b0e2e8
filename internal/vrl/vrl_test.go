package vrl

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, program string
		want          any
	}{
		{"a member of a body", accepted[0], "77"},
		{"a form", `parse_json!(replace(decode_percent!("payload=%7B%22team_id%22%3A%22T2%22%7D"), "payload=", "")).team_id`, "T2"},
		{"a handshake", accepted[3], map[string]any{"status": float64(200), "body": "42"}},
		{"a link", accepted[4], "https://vendor.example/authorize?client_id=live&redirect_uri=https://hooks.example/oauth&state=wh_1"},
		{"scopes", accepted[5], "data%3Aread%2Cdata%3Awrite"},
		{"?? after null", "body = parse_json!(.body)\nbody.actor ?? body.author ?? body.object", "page"},
		{"?? keeps what an error gave no reason to replace", `get(., ["missing"]) ?? "x"`, nil},
		{"a computed index", "parts = split(\"a:b:c\", \":\")\nparts[length(parts) - 1]", "c"},
		{"an assignment leaves other values alone", "x = {\"a\": [1]}\ny = x\ny.a[0] = 2\nx", map[string]any{"a": []any{float64(1)}}},
		{"nothing", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := outcome(tc.program, events[0])
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRunKeepsTheEvent(t *testing.T) {
	t.Parallel()
	event := map[string]any{"a": map[string]any{"b": "old"}, "list": []any{"old"}}
	if _, _, err := outcome(".a.b = \"new\"\n.list[0] = \"new\"\n.c = 1", event); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": map[string]any{"b": "old"}, "list": []any{"old"}}
	if diff := cmp.Diff(want, event); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ program, want string }{
		{"x = 1\ny = {\n  \"a\": ,\n}", `line 3, column 8: expected an expression, found ","`},
		{`"no end`, "line 1, column 1: the string has no closing quote"},
		{`"\q"`, `line 1, column 2: the escape \q is not known`},
		{"x = 2\nz", `line 2, column 1: the variable "z" is not defined`},
		{`"{{ nope }}"`, `line 1, column 2: the variable "nope" is not defined`},
		{`"{{ a.b }}"`, `line 1, column 2: {{ in a string takes the name of a variable and }}; write \{\{ for the braces themselves`},
		{"uuid_v4()", `line 1, column 1: the function "uuid_v4" is not known or not supported`},
		{`split("a")`, `line 1, column 1: split needs the argument "pattern"`},
		{`length("a", 1)`, "line 1, column 13: length takes 1 arguments at most"},
		{`split("a", by: ",")`, `line 1, column 12: split has no argument "by"`},
		{"replace(\"a\", r'a', \"b\")", "line 1, column 14: regular expressions are not supported"},
		{"exists(1)", "line 1, column 1: exists takes a path"},
		{"1 == 2 == 3", "line 1, column 8: comparisons cannot be chained; use && between them"},
		{"t'2020-01-01T00:00:00Z'", "line 1, column 1: timestamps are not supported"},
		{"exists(.a) -> |k| { 1 }", "line 1, column 12: closures are not supported"},
		{"if 1 { 2 }", "line 1, column 4: a condition must be true or false, not an integer"},
		{`1 - "a"`, "line 1, column 3: - cannot be used with an integer and a string"},
		{`parse_json!("nope")`, "line 1, column 1: parse_json: the value is not JSON"},
		{`assert!(false, message: "why")`, "line 1, column 1: assert: why"},
		{`abort "why"`, "line 1, column 1: why"},
		{`"x{{ n }}"`, `line 1, column 3: the variable "n" is not defined`},
		{"n = 1\n\"x{{ n }}\"", `line 2, column 3: the variable "n" is an integer, not a string; use to_string!`},
	} {
		_, _, err := outcome(tc.program, map[string]any{})
		if err == nil || err.Error() != tc.want {
			t.Errorf("%q: error %v, want %s", tc.program, err, tc.want)
		}
	}
}

func TestErrorsHoldNothingOfTheInput(t *testing.T) {
	t.Parallel()
	event := map[string]any{"secret": "hunter2", "list": []any{"hunter2"}}
	for _, program := range []string{
		"parse_json!(.secret)", "to_bool!(.secret)", "to_int!(.secret)", "to_bool!(.list)", "1 + .secret", "decode_base64!(.secret)", "join!([.secret, 1])", "get!(., [.secret, {}])", "if .secret { 1 }",
	} {
		_, _, err := outcome(program, event)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: error %v", program, err)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	double := "x = \"0123456789\"\n" + strings.Repeat("x = x + x\n", 40)
	for name, program := range map[string]string{
		"source":   strings.Repeat("1\n", 10_000),
		"nesting":  strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000),
		"brackets": strings.Repeat("[", 1000),
		"not":      strings.Repeat("!", 10_000) + "true",
		"sums":     "1" + strings.Repeat(" + 1", 1000),
		"else":     "if true {}" + strings.Repeat(" else if true {}", 900),
		"doubling": double,
		"repeat":   `"aaaaaaaaaa" * 9223372036854775807`,
		"replace":  "x = \"a\" * 100000\nreplace(x, \"a\", x)",
		"index":    "x = []\nx[2147483647] = 1",
		"before":   "x = []\nx[-2147483647] = 1",
		"split":    "x = \"a\" * 1000000\nsplit(x, \"\")",
		"lists":    "x = [1,2,3,4,5,6,7,8]\n" + strings.Repeat("x = [x,x,x,x,x,x,x,x]\n", 40) + "encode_json(x)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := outcome(program, nil)
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("error %v, want a limit", err)
			}
		})
	}
	p, err := Compile("[\n"+strings.Repeat("1,", 300)+"]", Limits{Steps: 100})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "too many steps") {
		t.Errorf("error %v, want too many steps", err)
	}
}

// TestLimitsComeFirst: what is over a limit is not made before it is refused.
// It is not parallel, because it counts what is allocated.
func TestLimitsComeFirst(t *testing.T) {
	for name, tc := range map[string]struct{ program, body string }{
		"parse_json":    {"parse_json!(.body)", "[" + strings.Repeat("0,", 1_000_000) + "0]"},
		"nested":        {"parse_json!(.body)", "[" + strings.Repeat("[],", 1_000_000) + "0]"},
		"split":         {`split!(.body, ",")`, strings.Repeat(",", 1_000_000)},
		"to characters": {`split!(.body, "")`, strings.Repeat("é", 1_000_000)},
	} {
		p, err := Compile(tc.program, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		allocs := testing.AllocsPerRun(1, func() {
			if _, err = p.Run(context.Background(), map[string]any{"body": tc.body}); err == nil || !strings.Contains(err.Error(), "more data than it may") {
				t.Errorf("%s: error %v, want it to be refused", name, err)
			}
		})
		if allocs > 1000 {
			t.Errorf("%s: %.0f allocations before it was refused", name, allocs)
		}
	}
	p, err := Compile(`parse_json!(.body)`, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(context.Background(), map[string]any{"body": `{"a":"` + strings.Repeat(`,[\"`, 500_000) + `"}`}); err != nil {
		t.Errorf("a long text: %v", err) // it is one value
	}
}

func TestCaughtLimits(t *testing.T) {
	t.Parallel()
	if got, _, err := outcome(`"a" * 9223372036854775807 ?? "caught"`, nil); err == nil {
		t.Errorf("a limit was caught, with the result %v", got)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p, err := Compile(strings.Repeat("1\n", 1000), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	cancel(why)
	if _, err := p.Run(ctx, nil); !errors.Is(err, why) {
		t.Errorf("error %v, want %v", err, why)
	}
}

func TestInputOfOtherKinds(t *testing.T) {
	t.Parallel()
	p, err := Compile(".n + 1", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Run(context.Background(), map[string]any{"n": 2}); err != nil || got != int64(3) {
		t.Errorf("got %v and error %v, want 3", got, err)
	}
	if _, err := p.Run(context.Background(), map[string]any{"n": struct{}{}}); err == nil {
		t.Error("a struct is taken")
	}
}

// FuzzRun looks for programs that panic or run on.
func FuzzRun(f *testing.F) {
	for _, program := range samples {
		f.Add(program)
	}
	f.Fuzz(func(_ *testing.T, program string) {
		p, err := Compile(program, Limits{})
		if err != nil {
			return
		}
		for _, event := range events {
			p.Run(context.Background(), event)
		}
	})
}
