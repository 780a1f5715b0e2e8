package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/bellhop-dev/bellhop/internal/config"
)

// settingsFile is read by itself from the working folder.
const settingsFile = "bellhop.json"

// misread collects values that cannot be read, so that one run of a command
// names them all: kong itself stops at the first.
type misread map[*kong.Value]string

// options makes kong read times, numbers and switches leniently.
func (m misread) options() []kong.Option {
	return []kong.Option{
		kong.TypeMapper(reflect.TypeFor[time.Duration](), m.mapper("a time such as 90s, 2m or 1h30m", func(s string, v reflect.Value) error {
			d, err := time.ParseDuration(s)
			v.SetInt(int64(d))
			return err
		})),
		kong.KindMapper(reflect.Int, m.mapper("a whole number", readInt)),
		kong.KindMapper(reflect.Int64, m.mapper("a whole number", readInt)),
		kong.KindMapper(reflect.Bool, switchMapper{m.mapper("true or false", func(s string, v reflect.Value) error {
			b, err := strconv.ParseBool(s)
			v.SetBool(b)
			return err
		})}),
	}
}

func readInt(s string, v reflect.Value) error {
	n, err := strconv.ParseInt(s, 10, v.Type().Bits())
	v.SetInt(n)
	return err
}

func (m misread) mapper(what string, read func(string, reflect.Value) error) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		token, err := ctx.Scan.PopValue(what)
		if err != nil {
			return err
		}
		text := fmt.Sprint(token.Value)
		if read(text, target) != nil {
			m[ctx.Value] = fmt.Sprintf("%s: %q is not %s", ctx.Value.Name, text, what)
		}
		return nil
	}
}

// switchMapper reads flags that need no value.
type switchMapper struct{ value kong.MapperFunc }

var _ kong.BoolMapper = switchMapper{}

// IsBool lets the flag stand alone.
func (switchMapper) IsBool() bool { return true }

// Decode reads a switch.
func (s switchMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	return s.value(ctx, target)
}

// check returns an error with what was misread among the flags of the command
// and, when it has one, what is wrong with the configuration.
func (m misread) check(kctx *kong.Context, cfg *config.Config) error {
	var faults []string
	for _, flag := range kctx.Flags() {
		if fault, ok := m[flag.Value]; ok {
			faults = append(faults, fault)
		}
	}
	misread := len(faults)
	if cfg != nil {
		if e, ok := errors.AsType[*config.InvalidError](cfg.Check()); ok {
			for _, fault := range e.Faults {
				name, _, _ := strings.Cut(fault, ":")
				if !slices.ContainsFunc(faults[:misread], func(f string) bool { return strings.HasPrefix(f, name+":") }) {
					faults = append(faults, fault)
				}
			}
		}
	}
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return usageError{errors.New(faults[0])}
	}
	return usagef("these values cannot be used:\n  %s", strings.Join(faults, "\n  "))
}

// settings are the values of a configuration file, by the names of flags. Only
// flags that can also be set in the environment are settings.
type settings struct {
	file   string
	values map[string]string
}

var _ kong.Resolver = settings{}

// readSettings reads a configuration file: one JSON object.
func readSettings(r io.Reader) (kong.Resolver, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&values); err != nil {
		return nil, fmt.Errorf("%s: it is not a JSON object: %w", fileName(r), err)
	}
	found := settings{file: fileName(r), values: map[string]string{}}
	for name, value := range values {
		switch value.(type) {
		case string, bool, json.Number:
			found.values[strings.ReplaceAll(name, "_", "-")] = fmt.Sprint(value)
		default:
			return nil, fmt.Errorf("%s: %s must be a text, a number, true or false", fileName(r), name)
		}
	}
	return found, nil
}

func fileName(r io.Reader) string {
	if f, ok := r.(*os.File); ok {
		return f.Name()
	}
	return "the configuration file"
}

// Validate refuses names that are no settings.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, flag := range n.Flags {
			known[flag.Name] = known[flag.Name] || len(flag.Envs) > 0
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		if !known[name] {
			unknown = append(unknown, strconv.Quote(strings.ReplaceAll(name, "-", "_")))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s: no such setting; \"bellhop serve --help\" lists them", s.file, strings.Join(unknown, ", "))
}

// Resolve gives a flag its value, unless the environment has one.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := s.values[flag.Name]
	if !ok || len(flag.Envs) == 0 {
		return nil, nil
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return value, nil
}
