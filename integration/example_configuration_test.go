package integration_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/schema"
)

// A configuration is decoded into the Go type that its schema is made of.
// Members that are secret are masked wherever they are shown.
func ExampleConfig() {
	type config struct {
		Token  string `json:"token" title:"Token" secret:"true"`
		Folder string `json:"folder,omitempty"`
	}
	i := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0", Configuration: &integration.Configuration{Schema: schema.For[config]},
	}, func(m *integration.Mux) {
		m.OnRegister(func(_ context.Context, call *integration.Call) error {
			c, err := integration.Config[config](call)
			if err != nil {
				return err
			}
			fmt.Println("folder", c.Folder)
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	installed.Configuration = config{Token: "abc", Folder: "bugs"}
	fmt.Println(installed.Register(context.Background()))
	installed.Configuration = map[string]string{"folder": "bugs"}
	fmt.Println(installed.Register(context.Background()))
	// Output:
	// folder bugs
	// <nil>
	// Runtime: the configuration does not fit: token: it is required and missing
}

// Beside the default configuration there may be others, each with a schema.
// The call says which one is in use.
func ExampleConfiguration() {
	type byKey struct {
		Key string `json:"key"`
	}
	type byPassword struct {
		User     string `json:"user"`
		Password string `json:"password" secret:"true"`
	}
	i := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Configuration:  &integration.Configuration{Title: "With a key", Schema: schema.For[byKey]},
		Configurations: map[string]integration.Configuration{"password": {Title: "With a password", Schema: schema.For[byPassword]}},
	}, func(m *integration.Mux) {
		m.OnRegister(func(_ context.Context, call *integration.Call) error {
			if call.ConfigurationType != "password" {
				c, err := integration.Config[byKey](call)
				if err == nil {
					fmt.Println("key", c.Key)
				}
				return err
			}
			c, err := integration.Config[byPassword](call)
			if err == nil {
				fmt.Println("user", c.User)
			}
			return err
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	installed.Configuration = byKey{Key: "k"}
	fmt.Println(installed.Register(context.Background()))
	installed.ConfigurationType, installed.Configuration = "password", byPassword{User: "ada", Password: "p"}
	fmt.Println(installed.Register(context.Background()))
	// Output:
	// key k
	// <nil>
	// user ada
	// <nil>
}

// Secrets belong to the code and not to an installation. The place where the
// code runs has them: $SECRET_CLIENT_ID where it serves itself.
func ExampleSecret() {
	i := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Secrets: map[string]integration.Secret{"CLIENT_ID": {Description: "Of our OAuth application"}},
	}, func(m *integration.Mux) {
		m.OnRegister(func(_ context.Context, call *integration.Call) error {
			fmt.Println("client", call.Secrets["CLIENT_ID"])
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{Secrets: map[string]string{"CLIENT_ID": "123"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Register(context.Background()))
	// Output:
	// client 123
	// <nil>
}
