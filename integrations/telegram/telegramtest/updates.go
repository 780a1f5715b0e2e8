package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The platform's face: updates, which getUpdates gives out and webhooks get.

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (f *Fake) webhooks(method string, in *input) (any, error) {
	switch method {
	case "setWebhook":
		address, _ := in.params["url"].(string)
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
		}
		if secret, given := in.params["secret_token"].(string); given && !secretToken.MatchString(secret) {
			return nil, bad("secret token contains unallowed characters")
		}
		f.webhook = in.params
		f.kick()
	case "deleteWebhook":
		f.webhook = nil
	default:
		info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(f.updates)}
		if f.webhook != nil {
			info["url"] = f.webhook["url"]
		}
		return info, nil
	}
	return true, nil
}

// SetWebhook sets a webhook as another program would; empty removes it.
func (f *Fake) SetWebhook(address string) { f.SetWebhookSecret(address, "") }

// SetWebhookSecret is SetWebhook with the secret token that is sent along.
func (f *Fake) SetWebhookSecret(address, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.webhook = nil; address != "" {
		f.webhook = map[string]any{"url": address}
	}
	if secret != "" {
		f.webhook["secret_token"] = secret
	}
}

// Webhook returns what the webhook was set to, nil when there is none.
func (f *Fake) Webhook() map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.webhook
}

// Update returns an update with the JSON member, under the next id.
func (f *Fake) Update(member string, content string) json.RawMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updateID++
	return f.update(f.updateID, member, content)
}

// update notes what Telegram would know from it, such as messages to answer.
func (f *Fake) update(id int64, member, content string) json.RawMessage {
	var about struct {
		ID        any   `json:"id"`
		MessageID int64 `json:"message_id"`
		Chat      struct {
			ID int64 `json:"id"`
		} `json:"chat"`
	}
	if !json.Valid([]byte(content)) {
		panic("the update is not JSON: " + content)
	}
	_ = json.Unmarshal([]byte(content), &about) // what has another shape tells nothing
	switch {
	case strings.HasSuffix(member, "message"), strings.HasSuffix(member, "post"):
		f.messages[key(about.Chat.ID, about.MessageID)] = map[string]any{"from": map[string]any{}}
	case member == "callback_query":
		f.callbacks[fmt.Sprint(about.ID)] = true
	}
	return json.RawMessage(fmt.Sprintf(`{"update_id":%d,%q:%s}`, id, member, content))
}

// Push lets an update wait for getUpdates.
func (f *Fake) Push(updates ...json.RawMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates = append(f.updates, updates...)
	close(f.wake)
	f.wake = make(chan struct{})
}

// Pending returns how many updates nobody has confirmed.
func (f *Fake) Pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.updates)
}

// kick ends the poller that waits, as another one does. The fake is locked.
func (f *Fake) kick() {
	close(f.poller)
	f.poller = make(chan struct{})
}

func updateID(raw json.RawMessage) int64 {
	var u struct {
		UpdateID int64 `json:"update_id"`
	}
	_ = json.Unmarshal(raw, &u) // it was made here
	return u.UpdateID
}

// getUpdates confirms what is before the offset, and answers what is there, or
// comes within the timeout. Of two that wait, the first is refused.
func (f *Fake) getUpdates(w http.ResponseWriter, r *http.Request, in *input) {
	limit := integer(in.params["limit"])
	if limit == 0 {
		limit = 100
	}
	timer := time.NewTimer(time.Duration(integer(in.params["timeout"])) * time.Second)
	defer timer.Stop()
	f.mu.Lock()
	f.calls = append(f.calls, Call{Method: "getUpdates", Params: in.params})
	f.kick()
	mine := f.poller
	if offset := integer(in.params["offset"]); offset > 0 {
		for len(f.updates) > 0 && updateID(f.updates[0]) < offset {
			f.updates = f.updates[1:]
		}
	}
	f.signal()
	for over := false; ; {
		if f.webhook != nil {
			f.mu.Unlock()
			refuse(w, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", nil)
			return
		}
		if n := min(len(f.updates), int(limit)); n > 0 || over {
			batch := append([]json.RawMessage{}, f.updates[:n]...)
			f.mu.Unlock()
			write(w, 200, map[string]any{"ok": true, "result": batch})
			return
		}
		wake := f.wake
		f.mu.Unlock()
		select {
		case <-wake:
		case <-timer.C:
			over = true
		case <-mine:
			f.mu.Lock()
			active := f.webhook != nil
			f.mu.Unlock()
			if !active {
				refuse(w, 409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", nil)
				return
			}
		case <-r.Context().Done():
			return
		}
		f.mu.Lock()
	}
}

// Post posts an update to the webhook that was set, as Telegram does, and
// returns the answer's status. Without a 2xx Telegram posts it again.
func (f *Fake) Post(ctx context.Context, client *http.Client, update json.RawMessage) (int, error) {
	hook := f.Webhook()
	address, _ := hook["url"].(string)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(update))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if secret, ok := hook["secret_token"].(string); ok {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
