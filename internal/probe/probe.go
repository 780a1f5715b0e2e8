// Package probe is an integration and a bot that measure and torture a server:
// the integration turns a small JSON webhook into a message and sends what the
// bot says to an HTTP sink; the bot repeats what it hears. bellhop bench and
// the crash test use them; they are not for installation by people.
package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Name is the name of the integration and of the bot.
const Name = "probe"

// Configuration is the integration's configuration.
type Configuration struct {
	Sink string `json:"sink" title:"Sink" description:"Where the bot's messages are posted"`
}

// Inbound is the webhook's body.
type Inbound struct {
	Conversation string `json:"conversation"`
	User         string `json:"user"`
	ID           string `json:"id"`
	Text         string `json:"text"`
}

// Outbound is what the sink gets.
type Outbound struct {
	Conversation string `json:"conversation"`
	Text         string `json:"text"`
	DeliveryID   string `json:"deliveryId"`
	Attempt      int    `json:"attempt"`
}

// definition is the integration's.
func definition() integration.Definition {
	id := integration.Tags{"id": {Title: "Id"}}
	return integration.Definition{
		Name: Name, Version: "1.0.0", Title: "Probe", Description: "Measures a server",
		Configuration: &integration.Configuration{Schema: schema.For[Configuration]},
		User:          integration.User{Tags: id},
		Channels: map[string]integration.Channel{"channel": {
			Messages:         integration.StandardMessages(message.TypeText),
			ConversationTags: id, MessageTags: id,
		}},
	}
}

// Integration returns the integration.
func Integration() integration.Integration {
	def := definition()
	return integration.Integration{Definition: def, New: func(env integration.Env) (wire.Handler, error) {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 0, 1024
		client := &http.Client{Transport: pool, Timeout: 30 * time.Second}
		m := integration.NewMux(def, env)
		m.OnRegister(func(context.Context, *integration.Call) error { return nil })
		m.OnUnregister(func(context.Context, *integration.Call) error { return nil })
		m.OnWebhook(receive)
		integration.Message(m, "channel", message.TypeText, func(ctx context.Context, c *integration.Call, out *integration.Outgoing[message.Text]) error {
			return send(ctx, client, c, out)
		})
		return m.Handler()
	}}
}

func receive(ctx context.Context, c *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	var in Inbound
	if err := json.Unmarshal([]byte(req.Body), &in); err != nil {
		return integration.Text(http.StatusBadRequest, "the body is not an inbound message"), nil
	}
	payload, err := json.Marshal(message.Text{Text: in.Text})
	if err != nil {
		return nil, err
	}
	by := []string{"id"}
	_, err = c.Client.InitializeIncomingMessage(ctx, &platform.InitializeIncomingMessageInput{
		User:         &platform.IncomingUser{Tags: platform.Tags{"id": in.User}, DiscriminateByTags: by},
		Conversation: &platform.IncomingConversation{Channel: "channel", Tags: platform.Tags{"id": in.Conversation}, DiscriminateByTags: by},
		Message:      &platform.IncomingMessage{Type: message.TypeText, Payload: payload, Tags: platform.Tags{"id": in.ID}, DiscriminateByTags: by},
	})
	if err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, ""), nil
}

func send(ctx context.Context, client *http.Client, c *integration.Call, out *integration.Outgoing[message.Text]) error {
	config, err := integration.Config[Configuration](c)
	if err != nil {
		return err
	}
	body, err := json.Marshal(Outbound{
		Conversation: out.Conversation.Tags["id"], Text: out.Payload.Text, DeliveryID: c.DeliveryID, Attempt: c.Attempt,
	})
	if err != nil {
		return err
	}
	return Post(ctx, client, config.Sink, body)
}

// Post posts JSON and reads the answer to its end; a status over 299 is an
// error.
func Post(ctx context.Context, client *http.Client, address string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header["Content-Type"] = []string{"application/json"}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode > 299 {
		return fmt.Errorf("%s answered %s", r.URL.Path, res.Status)
	}
	return nil
}

// Bot returns the bot. One that is exact answers a message once, however often
// it is delivered: the answer carries the message's id as a tag.
func Bot(exact bool) bot.Bot {
	def := bot.Definition{Name: Name, Title: "Probe", MessageTags: bot.Tags{"replyTo": {Title: "Message that this answers"}}}
	return bot.Bot{Definition: def, New: func(env bot.Env) (wire.Handler, error) {
		m := bot.NewMux(def, env)
		m.OnMessage(message.TypeText, func(ctx context.Context, c *bot.MessageCall) error {
			if !exact {
				_, err := c.Reply(ctx, message.Text{Text: c.Text()})
				return err
			}
			_, err := c.Client.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: c.Conversation.ID, UserID: c.BotID, Type: message.TypeText, Payload: c.Message.Payload,
				Tags: platform.Tags{"replyTo": c.Message.ID}, DiscriminateByTags: []string{"replyTo"},
			})
			return err
		})
		return m.Handler()
	}}
}
