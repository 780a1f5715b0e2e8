package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/bellhop-dev/bellhop/platform"
)

// profiles are the servers that a person has logged in to, by name.
type profiles struct {
	Current  string                 `json:"current"`
	Profiles map[string]credentials `json:"profiles"`
}

// profilesPath is where the profiles of the person are kept.
func profilesPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no folder for profiles: %w", err)
	}
	return filepath.Join(dir, "bellhop", "profiles.json"), nil
}

// readProfiles returns what is kept; none when there is no file.
func readProfiles() (*profiles, error) {
	p := &profiles{Profiles: map[string]credentials{}}
	path, err := profilesPath()
	if err != nil {
		return p, nil // without a home there are no profiles
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(data, p)
	}
	if err != nil {
		return nil, fmt.Errorf("read the profiles in %s: %w; fix or delete the file", path, err)
	}
	return p, nil
}

// write keeps the profiles, readable by the person alone.
func (p *profiles) write() error {
	path, err := profilesPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

type loginCommand struct {
	URL     string `arg:"" help:"Address of the server." placeholder:"URL"`
	Profile string `help:"Name to keep it under." default:"default" placeholder:"NAME"`
	Token   string `name:"with-token" help:"Account token; without it, it is asked for or read from standard input." placeholder:"TOKEN"`
}

// Run checks a token with the server and keeps both.
func (c loginCommand) Run(ctx context.Context, s *session) error {
	if c.Token == "" {
		var err error
		if c.Token, err = s.askSecret("Account token: "); err != nil {
			return err
		}
	}
	s.access = access{URL: c.URL, Token: c.Token}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.GetServer(ctx, &platform.GetServerInput{})
	if err != nil {
		return err
	}
	p, err := readProfiles()
	if err != nil {
		return err
	}
	p.Current, p.Profiles[c.Profile] = c.Profile, credentials{URL: c.URL, Token: c.Token}
	if err := p.write(); err != nil {
		return err
	}
	return s.print(map[string]string{"profile": c.Profile, "url": c.URL, "version": out.Version}, func(w io.Writer) {
		fmt.Fprintf(w, "Logged in to %s (bellhop %s) as profile %q, which commands use from now on where there is no server of this folder.\n", c.URL, out.Version, c.Profile)
	})
}

// askSecret reads a line without showing it on a terminal.
func (s *session) askSecret(prompt string) (string, error) {
	if f, ok := s.Stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(s.Stderr, prompt)
		line, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.Stderr)
		return strings.TrimSpace(string(line)), err
	}
	line, err := bufio.NewReader(io.LimitReader(s.Stdin, 4096)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		return "", usagef("no token: pipe one into this command, or give --with-token")
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return line, err
}

type logoutCommand struct {
	Profile string `arg:"" optional:"" help:"Name of the profile; the current one by default."`
}

// Run forgets a profile.
func (c logoutCommand) Run(s *session) error {
	p, err := readProfiles()
	if err != nil {
		return err
	}
	name := c.Profile
	if name == "" {
		name = p.Current
	}
	if _, ok := p.Profiles[name]; !ok {
		return usagef("there is no profile %q; \"bellhop profile list\" shows those that there are", name)
	}
	delete(p.Profiles, name)
	if p.Current == name {
		p.Current = ""
	}
	if err := p.write(); err != nil {
		return err
	}
	return s.print(map[string]string{"removed": name}, func(w io.Writer) {
		fmt.Fprintf(w, "forgot profile %q; its token is still valid (\"bellhop token delete\" revokes it)\n", name)
	})
}

type profileCommand struct {
	List profileList `cmd:"" default:"1" help:"List the servers that you have logged in to." example:"bellhop profile list"`
	Use  profileUse  `cmd:"" help:"Choose the server that commands talk to." example:"bellhop profile use production"`
}

type profileList struct{}

// profileRow is a profile without its token.
type profileRow struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Current bool   `json:"current"`
}

// Run lists profiles.
func (profileList) Run(s *session) error {
	p, err := readProfiles()
	if err != nil {
		return err
	}
	found := []profileRow{}
	for _, name := range slices.Sorted(maps.Keys(p.Profiles)) {
		found = append(found, profileRow{name, p.Profiles[name].URL, name == p.Current})
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, row := range found {
			mark := ""
			if row.Current {
				mark = "current"
			}
			rows = append(rows, []string{row.Name, row.URL, mark})
		}
		table(w, []string{"NAME", "SERVER", ""}, rows, "No profiles. \"bellhop login URL\" makes one.")
	})
}

type profileUse struct {
	Name string `arg:"" help:"Name of the profile."`
}

// Run makes a profile the current one.
func (c profileUse) Run(s *session) error {
	p, err := readProfiles()
	if err != nil {
		return err
	}
	if _, ok := p.Profiles[c.Name]; !ok {
		return usagef("there is no profile %q; \"bellhop profile list\" shows those that there are", c.Name)
	}
	p.Current = c.Name
	if err := p.write(); err != nil {
		return err
	}
	return s.print(map[string]string{"current": c.Name}, func(w io.Writer) { fmt.Fprintln(w, "current profile:", c.Name) })
}
