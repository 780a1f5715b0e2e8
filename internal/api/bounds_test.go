package api

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// stuff sets the field at the path of a value to something that is too large,
// and reports whether there is such a field within.
func stuff(v reflect.Value, fill func(v reflect.Value) bool, depth int) bool {
	if depth > 12 {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return stuff(v.Elem(), fill, depth+1)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return fill(v)
		}
		if fill(v) {
			return true
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return stuff(v.Index(0), fill, depth+1)
	case reflect.Map:
		if fill(v) {
			return true
		}
		element := reflect.New(v.Type().Elem()).Elem()
		found := stuff(element, fill, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("m").Convert(v.Type().Key()), element)
		return found
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || memberName(f) == "" && !f.Anonymous && !isField(v.Type()) {
				continue
			}
			if stuff(v.Field(i), fill, depth+1) {
				return true
			}
		}
		return false
	}
	return fill(v)
}

// TestEveryFieldHasALimit fills each field of each operation in turn with more
// than any limit allows.
func TestEveryFieldHasALimit(t *testing.T) {
	t.Parallel()
	b := newBounds(platform.Operations())
	huge := strings.Repeat("x", maxCode+1)
	many := make([]string, 20_000)
	for _, op := range platform.Operations() {
		for skip := 0; ; skip++ {
			n := skip
			in := op.New()
			filled := stuff(reflect.ValueOf(in).Elem(), func(v reflect.Value) bool {
				switch {
				case v.Kind() == reflect.String, v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
				default:
					return false
				}
				if n--; n >= 0 {
					return false
				}
				switch {
				case v.Kind() == reflect.String:
					v.SetString(huge)
				case v.Kind() == reflect.Map:
					m := reflect.MakeMap(v.Type())
					for i := range len(many) {
						m.SetMapIndex(reflect.ValueOf(fmt.Sprint(i)).Convert(v.Type().Key()), reflect.Zero(v.Type().Elem()))
					}
					v.Set(m)
				case v.Type().Elem().Kind() == reflect.Uint8:
					v.SetBytes([]byte(huge[:9*mib]))
				default:
					v.Set(reflect.MakeSlice(v.Type(), len(many), len(many)))
				}
				return true
			}, 0)
			if !filled {
				break
			}
			if skip > 300 {
				t.Fatalf("%s has no end", op.Name)
			}
			err := b.check(op, in)
			if e := platform.AsError(err); err == nil || e.Code/100 != 4 || !strings.Contains(e.Message, "give at most") {
				t.Errorf("%s: field %d takes more than any limit: %v", op.Name, skip, err)
			}
		}
	}
}

// What has a path of its own has its own limit, also in maps and lists.
func TestBoundsNameTheField(t *testing.T) {
	t.Parallel()
	b := newBounds(platform.Operations())
	long := func(n int) string { return strings.Repeat("é", n) }
	for want, in := range map[string]any{
		"name has 201 characters; give at most 200":                  &platform.CreateBotInput{Name: long(201)},
		"idempotencyKey has 256 characters; give at most 255":        &platform.CreateMessageInput{IdempotencyKey: long(256)},
		"note has 501 characters; give at most 500":                  &platform.CreateTokenInput{Note: long(501)},
		"tags.m has 501 characters; give at most 500":                &platform.CreateBotInput{Tags: platform.Tags{"m": long(501)}},
		"tags: the name \"ééé":                                       &platform.CreateBotInput{Tags: platform.Tags{long(501): "x"}},
		"medias[1].url has 16385 characters":                         &platform.CreateBotInput{Medias: []platform.BotMedia{{}, {URL: long(16385)}}},
		"payload has 131073 bytes; give at most 131072":              &platform.CreateEventInput{Payload: []byte(strings.Repeat("1", 131073))},
		"events.opened.schema has 102401 bytes; give at most 102400": &platform.CreateBotInput{BotDefinition: platform.BotDefinition{Events: map[string]platform.EventDefinition{"opened": {Schema: []byte(strings.Repeat("1", 102401))}}}},
		"events has 1001 members; give at most 1000":                 &platform.CreateBotInput{BotDefinition: platform.BotDefinition{Events: events(1001)}},
		"identifier has 201 characters; give at most 200":            &platform.ConfigureIntegrationInput{Identifier: platform.Set(long(201))},
	} {
		i := slices.IndexFunc(platform.Operations(), func(op *platform.Operation) bool { return reflect.TypeOf(op.New()) == reflect.TypeOf(in) })
		err := b.check(platform.Operations()[i], in)
		if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
			t.Errorf("%T: %.500v, want %q", in, err, want)
		}
	}
	if err := b.check(&platform.Operation{Name: "createBot"}, &platform.CreateBotInput{Name: long(200)}); err != nil {
		t.Errorf("a name of 200 characters: %v", err)
	}
}

func events(n int) map[string]platform.EventDefinition {
	m := map[string]platform.EventDefinition{}
	for i := range n {
		m[fmt.Sprint("e", i)] = platform.EventDefinition{}
	}
	return m
}

// TestLimitsAreDocumented: docs/limits.md prints the tables. Write them anew
// with UPDATE_DOCS=1.
func TestLimitsAreDocumented(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../../docs/limits.md", "<!-- limits of fields: begin -->\n", "<!-- limits of fields: end -->"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(doc), begin)
	_, tail, found := strings.Cut(rest, end)
	if !ok || !found {
		t.Fatalf("%s has no marks for the tables", path)
	}
	want := head + begin + boundsText() + end + tail
	if want == string(doc) {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatalf("%s differs from the tables; run this test with UPDATE_DOCS=1", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func boundsText() string {
	var b strings.Builder
	for _, table := range []struct {
		title, unit, others string
		rows                []bound
		refusal             platform.ErrorType
	}{
		{"Texts", "characters", "all other texts", textBounds, platform.TypeInvalidPayload},
		{"JSON", "bytes", "all other members that hold JSON", jsonBounds, platform.TypePayloadTooLarge},
		{"Lists and maps", "elements", "all others", countBounds, platform.TypeLimitExceeded},
	} {
		fmt.Fprintf(&b, "### %s\n\n| field | %s at most | refused with |\n|---|---|---|\n", table.title, table.unit)
		for _, row := range table.rows {
			name, refusal := "`"+row.field+"`", table.refusal
			if row.field == "" {
				name = table.others
			}
			if row.refusal != "" {
				refusal = row.refusal
			}
			fmt.Fprintf(&b, "| %s | %d | %s |\n", name, row.most, refusal)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "The name of a member of a map has at most %d characters. The schemas of one definition have at most %d members and\n"+
		"elements together.\n\n", maxMemberName, maxDefinitionParts)
	return b.String()
}
