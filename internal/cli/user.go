package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

type userCommand struct {
	access

	List   userList   `cmd:"" default:"1" help:"List users, newest first." example:"bellhop user list --limit 10"`
	Export userExport `cmd:"" help:"Write everything that is kept about a user to standard output, as JSON." example:"bellhop user export user_01J...\nbellhop user export user_01J... --files ada/"`
	Erase  userErase  `cmd:"" help:"Remove a user and everything that it wrote." example:"bellhop user erase user_01J... --yes\nbellhop user erase user_01J... --conversations all --yes"`
}

type userList struct {
	botFlag
	Limit count `help:"How many of the newest at most." default:"50"`
}

// Run lists users.
func (c userList) Run(ctx context.Context, s *session) error {
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	found, err := upTo(c.Limit, func(token string, size int) ([]platform.User, string, error) {
		out, err := client.ListUsers(ctx, &platform.ListUsersInput{NextToken: token, PageSize: size})
		if err != nil {
			return nil, "", err
		}
		return out.Users, out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, u := range found {
			rows = append(rows, []string{u.ID, printable(shorten(u.Name, 40)), u.CreatedAt.String(), u.UpdatedAt.String()})
		}
		table(w, []string{"ID", "NAME", "CREATED", "UPDATED"}, rows, "No users yet.")
	})
}

type userExport struct {
	botFlag
	ID    string `arg:"" help:"Id of the user."`
	Files string `help:"Folder to download the contents of files to." placeholder:"DIR"`
}

// exported is the document that an export writes.
type exported struct {
	ExportedAt    time.Time               `json:"exportedAt"`
	BotID         string                  `json:"botId"`
	User          *platform.User          `json:"user"`
	States        []platform.State        `json:"states"`
	Conversations []platform.Conversation `json:"conversations"`
	Messages      []platform.Message      `json:"messages"`
	Events        []platform.Event        `json:"events"`
	Files         []platform.File         `json:"files"`
}

func (e *exported) add(item platform.ExportItem) {
	switch {
	case item.User != nil:
		e.User = item.User
	case item.State != nil:
		e.States = append(e.States, *item.State)
	case item.Conversation != nil:
		e.Conversations = append(e.Conversations, *item.Conversation)
	case item.Message != nil:
		e.Messages = append(e.Messages, *item.Message)
	case item.Event != nil:
		e.Events = append(e.Events, *item.Event)
	case item.File != nil:
		e.Files = append(e.Files, *item.File)
	}
}

// Run writes what is kept about a user to standard output, always as JSON.
func (c userExport) Run(ctx context.Context, s *session) error {
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	botID := client.Caller().BotID
	doc := exported{
		ExportedAt: time.Now().UTC().Truncate(time.Second), BotID: botID, States: []platform.State{},
		Conversations: []platform.Conversation{}, Messages: []platform.Message{}, Events: []platform.Event{}, Files: []platform.File{},
	}
	for in := (platform.ExportUserInput{BotID: botID, ID: c.ID}); ; {
		out, err := client.ExportUser(ctx, &in)
		if err != nil {
			return err
		}
		for _, item := range out.Items {
			doc.add(item)
		}
		if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
			break
		}
	}
	if c.Files != "" {
		for i := range doc.Files {
			if err := download(ctx, &doc.Files[i], c.Files); err != nil {
				return err
			}
		}
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Stdout, string(text))
	return err
}

// download writes the content of a file into a folder, under its id and the extension of its key.
func download(ctx context.Context, f *platform.File, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: its content was answered with %s", f.ID, res.Status)
	}
	to, err := os.OpenFile(filepath.Join(dir, f.ID+filepath.Ext(filepath.Base(f.Key))), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, res.Body)
	if closed := to.Close(); err == nil {
		err = closed
	}
	return err
}

type userErase struct {
	botFlag
	ID            string `arg:"" help:"Id of the user."`
	Conversations string `help:"Conversations to remove whole: own (with nobody else but the bot), all, or none." enum:"own,all,none" default:"own"`
	Yes           bool   `help:"Do it; without this flag nothing is removed."`
}

// Run erases a user and waits for the end.
func (c userErase) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		return usagef("this removes the user and everything that it wrote, for good; add --yes to do it")
	}
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	botID := client.Caller().BotID
	out, err := client.EraseUser(ctx, &platform.EraseUserInput{BotID: botID, ID: c.ID, Conversations: c.Conversations})
	for err == nil && out.Erasure.Status == "running" {
		out, err = client.GetErasure(ctx, &platform.GetErasureInput{BotID: botID, ID: out.Erasure.ID})
	}
	if err != nil {
		return err
	}
	return s.print(out.Erasure, func(w io.Writer) {
		fmt.Fprintf(w, "erased %s: %s\n", c.ID, out.Erasure.Removed)
	})
}
