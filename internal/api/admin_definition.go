package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

var (
	integrationName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?$`)
	semanticVersion = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

// schemaCheck compiles schemas and keeps the first fault. open knows references
// to what others define; nil is none.
type schemaCheck struct {
	open func(ref string) bool
	size int
	err  error
}

func (c *schemaCheck) schema(path string, raw json.RawMessage) {
	if c.err != nil {
		return
	}
	if c.size += bytes.Count(raw, []byte(",")) + bytes.Count(raw, []byte("{")) + bytes.Count(raw, []byte("[")); c.size > maxDefinitionParts {
		c.err = platform.Errorf(platform.TypeLimitExceeded, "%s: the schemas of the definition have more than %d members and elements together", path, maxDefinitionParts)
		return
	}
	if _, err := schema.CompileOpen(raw, c.open); err != nil {
		c.err = platform.Errorf(platform.TypeInvalidJSONSchema, "%s: %v", path, err)
	}
}

func each[V any](m map[string]V, fn func(name string, v V)) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fn(name, m[name])
	}
}

func (c *schemaCheck) parts(states map[string]platform.StateDefinition, events map[string]platform.EventDefinition, actions map[string]platform.ActionDefinition) {
	each(states, func(name string, d platform.StateDefinition) { c.schema("states."+name+".schema", d.Schema) })
	each(events, func(name string, d platform.EventDefinition) { c.schema("events."+name+".schema", d.Schema) })
	each(actions, func(name string, d platform.ActionDefinition) {
		c.schema("actions."+name+".input.schema", d.Input.Schema)
		c.schema("actions."+name+".output.schema", d.Output.Schema)
	})
}

func (c *schemaCheck) channels(channels map[string]platform.ChannelDefinition) {
	each(channels, func(channel string, def platform.ChannelDefinition) {
		each(def.Messages, func(typ string, m platform.SchemaDefinition) {
			c.schema(fmt.Sprintf("channels.%s.messages.%s.schema", channel, typ), m.Schema)
		})
	})
}

// checkNameVersion refuses what no published thing can be called.
func checkNameVersion(name, version string) error {
	if len(name) > 200 || !integrationName.MatchString(name) {
		return platform.Errorf(platform.TypeInvalidIdentifier, "name: %.60q is not a name; use lower-case letters, digits, - and ., with at most one /", name)
	}
	if !semanticVersion.MatchString(version) {
		return platform.Errorf(platform.TypeInvalidIdentifier, "version: %.60q is not a version such as 1.0.0", version)
	}
	return nil
}

func checkBotDefinition(d *platform.BotDefinition) error {
	var c schemaCheck
	if d.Configuration != nil {
		c.schema("configuration.schema", d.Configuration.Schema)
	}
	c.parts(d.States, d.Events, d.Actions)
	return c.err
}

func checkIntegrationDefinition(d *platform.IntegrationDefinition) error {
	if err := checkNameVersion(d.Name, d.Version); err != nil {
		return err
	}
	if err := checkURL(d.URL); err != nil {
		return err
	}
	var c schemaCheck
	if d.Configuration != nil {
		c.schema("configuration.schema", d.Configuration.Schema)
	}
	each(d.Configurations, func(name string, conf platform.ConfigurationDefinition) {
		c.schema("configurations."+name+".schema", conf.Schema)
	})
	c.channels(d.Channels)
	c.parts(d.States, d.Events, d.Actions)
	each(d.Entities, func(name string, e platform.EntityDefinition) { c.schema("entities."+name+".schema", e.Schema) })
	return c.err
}
