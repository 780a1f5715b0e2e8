package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// session is one run of the command.
type session struct {
	Process
	cmd     *command
	misread misread
	cfg     *config.Config // of a command that starts a server; nil for others
	access  access
	// elsewhere is how a person chooses another address to listen on.
	elsewhere string
}

// access says which server a command talks to, and as whom.
type access struct {
	URL     string `name:"url" env:"BELLHOP_URL" help:"Server to talk to; by default the one whose data folder this is." placeholder:"URL" group:"Server:"`
	Token   string `name:"token" env:"BELLHOP_TOKEN" help:"Account token; by default the one that the server wrote into its data folder." placeholder:"TOKEN" group:"Server:"`
	Profile string `name:"profile" env:"BELLHOP_PROFILE" help:"Server that you logged in to, by its name (\"bellhop login\")." placeholder:"NAME" group:"Server:"`
	Data    string `name:"data" env:"BELLHOP_DATA" default:".bellhop" help:"Data folder of a server on this machine." placeholder:"DIR" group:"Server:"`
}

// AfterApply hands the flags to the command's run.
func (a *access) AfterApply(s *session) error {
	s.access = *a
	return nil
}

// credentials is the content of <data>/client.json, which a server on this
// machine writes for the commands that are run beside it.
type credentials struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	BotID string `json:"botId,omitempty"`
}

const credentialsFile = "client.json"

func readCredentials(dir string) (credentials, error) {
	var c credentials
	data, err := os.ReadFile(filepath.Join(dir, credentialsFile))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("%s is damaged (%w): restore its copy, or remove it and start the server, which writes a new one; "+
			"the tokens before stay valid until \"bellhop token delete\"", filepath.Join(dir, credentialsFile), err)
	}
	return c, nil
}

func writeCredentials(dir string, c credentials) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, credentialsFile)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil { // after a crash the file is the old one or the new one
		return err
	}
	return os.Rename(path+".new", path)
}

// credentials finds out which server to talk to, and as whom: the flags or the environment say so, or else a profile that
// is named, the server of this folder, or the current profile.
func (s *session) credentials() (credentials, error) {
	c := credentials{URL: s.access.URL, Token: s.access.Token}
	if c.URL != "" && c.Token != "" {
		return c, nil
	}
	if c.URL == "" && s.access.Profile != "" {
		return s.profile(s.access.Profile, c.Token)
	}
	file, err := readCredentials(s.access.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if c.URL == "" {
			if kept, err := s.profile("", c.Token); err != nil || kept.URL != "" {
				return kept, err
			}
			return c, usagef("no server is known in %s: start one with \"bellhop dev\", run this in the folder where one was started, or give --url and --token", s.access.Data)
		}
		return c, nil
	case err != nil:
		return c, err
	}
	if c.URL == "" {
		c.URL = file.URL
	}
	// A token is sent only to the server that it was written for.
	if c.Token == "" && c.URL == file.URL {
		c.Token = file.Token
	}
	if c.URL == file.URL {
		c.BotID = file.BotID
	}
	return c, nil
}

// profile returns a profile's credentials, the current one's for no name, and nothing when there is none. A token that
// was given goes before the kept one.
func (s *session) profile(name, token string) (credentials, error) {
	p, err := readProfiles()
	if err != nil {
		return credentials{}, err
	}
	c, ok := p.Profiles[cmp.Or(name, p.Current)]
	if !ok && name != "" {
		return c, usagef("profile: there is no %q; \"bellhop profile list\" shows those that there are, \"bellhop login URL --profile %s\" makes one", name, name)
	}
	if token != "" {
		c.Token = token
	}
	return c, nil
}

// client returns a client that acts as the account.
func (s *session) client() (*platform.Client, credentials, error) {
	c, err := s.credentials()
	if err != nil {
		return nil, c, err
	}
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
		return nil, c, usagef("url: %q is not an address such as http://127.0.0.1:8080", c.URL)
	}
	transport, err := platformhttp.New(c.URL, platformhttp.Config{Attempts: 2})
	if err != nil {
		return nil, c, err
	}
	return platform.NewClient(reaching{transport, c.URL}, platform.Caller{Token: c.Token}), c, nil
}

// botClient returns a client that acts as the bot; an empty id means the one
// that "bellhop dev" made, or else the only one there is.
func (s *session) botClient(ctx context.Context, id string) (*platform.Client, error) {
	client, c, err := s.client()
	if err != nil {
		return nil, err
	}
	if id, err = pickBot(ctx, client, c, id); err != nil {
		return nil, err
	}
	return client.With(platform.Caller{Token: c.Token, BotID: id}), nil
}

func pickBot(ctx context.Context, client *platform.Client, c credentials, id string) (string, error) {
	if id != "" {
		return id, nil
	}
	if c.BotID != "" {
		return c.BotID, nil
	}
	out, err := client.ListBots(ctx, &platform.ListBotsInput{})
	if err != nil {
		return "", err
	}
	switch len(out.Bots) {
	case 0:
		return "", usagef("there is no bot yet; \"bellhop bot create hello --sample\" creates one that answers")
	case 1:
		return out.Bots[0].ID, nil
	}
	return "", usagef("there are %d bots; say which with --bot (\"bellhop bot list\" shows them)", len(out.Bots))
}

// unreachableError says that no server answered.
type unreachableError struct {
	url string
	err error
}

func (e unreachableError) Error() string {
	return fmt.Sprintf("no server answers at %s (%v)\nIs it running? \"bellhop dev\" and \"bellhop serve\" start one; --url names another.", e.url, rootCause(e.err))
}

// rootCause leaves out the operation and the address, which mean nothing to
// who typed a command.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			next = several.Unwrap()[len(several.Unwrap())-1] // what was wrapped last is the fault, the others say its kind
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// Unwrap returns the connection's fault.
func (e unreachableError) Unwrap() error { return e.err }

// reaching tells a connection's fault apart from the server's own errors.
type reaching struct {
	next platform.Transport
	url  string
}

// Do carries the call.
func (r reaching) Do(ctx context.Context, call *platform.Call) error {
	return reached(ctx, r.url, r.next.Do(ctx, call))
}

// reached words the fault of a call of a server that gave no answer.
func reached(ctx context.Context, url string, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if _, ok := errors.AsType[*platform.Error](err); ok {
		return err
	}
	return unreachableError{url, err}
}

// print writes v as JSON when scripts ask for it, and otherwise calls human.
func (s *session) print(v any, human func(w io.Writer)) error {
	if !s.cmd.JSON {
		human(s.Stdout)
		return nil
	}
	enc := json.NewEncoder(s.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// next tells a person on a terminal, and logs of scripts, the command that follows.
func (s *session) next(command string) { fmt.Fprintln(s.Stderr, "Next:", command) }

// printable keeps what others wrote from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
			return '\uFFFD'
		}
		return r
	}, s)
}

// pages calls next until it returns no token.
func pages(next func(token string) (string, error)) error {
	token := ""
	for {
		t, err := next(token)
		if err != nil || t == "" {
			return err
		}
		token = t
	}
}

// upTo reads pages of at most size things until there are as many as limit; the
// result is never nil.
func upTo[T any](limit count, page func(token string, size int) (list []T, next string, err error)) ([]T, error) {
	found := []T{}
	err := pages(func(token string) (string, error) {
		list, next, err := page(token, min(int(limit)-len(found), 100))
		if found = append(found, list...); len(found) >= int(limit) {
			next = ""
		}
		return next, err
	})
	return found, err
}

// count is a number of things to show.
type count int

// Validate refuses a count of nothing; what is no number at all is zero here.
func (n count) Validate() error {
	if n < 1 {
		return errors.New("write a whole number from 1")
	}
	return nil
}
