package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// program is Node as it is found on this machine, and how it can be held.
type program struct {
	path  string
	flags []string
	jail  jail
}

// Check returns why bundles cannot run here, or nil when they can.
func (s *Supervisor) Check() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err := s.program(ctx)
	return err
}

// oldest is the least major version of Node that has a permission model.
const oldest = 20

// program finds Node the first time that it is needed and there. It is tried
// with all that confines it first.
func (s *Supervisor) program(ctx context.Context) (*program, error) {
	s.probing.Lock()
	defer s.probing.Unlock()
	if s.probed != nil {
		return s.probed, nil
	}
	path, err := exec.LookPath(s.cfg.Node)
	if err != nil {
		return nil, fmt.Errorf("there is no Node here by the name %q: install Node %d or later, or name it with --node", s.cfg.Node, oldest)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version: %w", path, err)
	}
	version := strings.TrimSpace(string(out))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	n, err := strconv.Atoi(major)
	if err != nil || n < oldest {
		return nil, fmt.Errorf("%s is Node %s: install Node %d or later, or name it with --node", path, version, oldest)
	}
	p := &program{path: path, flags: s.flags(n)}
	if p.jail, err = s.newJail(path); err != nil {
		return nil, err
	}
	if err := s.tryAll(ctx, p); err != nil {
		return nil, fmt.Errorf("%s does not start%s: %w", path, p.jail.as(), err)
	}
	s.cfg.Logger.Info("code runs under Node", "path", path, "version", version, "confined", p.jail.String())
	s.probed = p
	return p, nil
}

// tryAll starts Node with all that holds it, and with less where it does not
// start.
func (s *Supervisor) tryAll(ctx context.Context, p *program) error {
	all := p.jail
	first := p.try(ctx)
	if first == nil {
		return nil
	}
	for _, less := range []struct {
		files, calls bool
		without      string
	}{{all.files, false, "seccomp"}, {false, all.calls, "landlock"}, {false, false, "landlock and seccomp"}} {
		if less.files == all.files && less.calls == all.calls {
			continue
		}
		p.jail.files, p.jail.calls = less.files, less.calls
		if p.try(ctx) == nil {
			s.cfg.Logger.Warn("code is confined less than it could be: Node does not start otherwise", "without", less.without, "error", first)
			return nil
		}
	}
	return first
}

// flags are for a major version of Node: no files, no processes, no addons.
func (s *Supervisor) flags(major int) []string {
	flags := []string{"--max-old-space-size=" + strconv.Itoa(s.cfg.Memory), "--max-http-header-size=65536"}
	switch {
	case major >= 25:
		return append(flags, "--permission", "--allow-net")
	case major >= 24:
		return append(flags, "--permission")
	}
	return append(flags, "--no-warnings", "--experimental-permission")
}

// try runs a process that does nothing.
func (p *program) try(ctx context.Context) error {
	l := newLines(func(Line) {}, mask())
	c, socket, err := p.run(nil, l)
	if err != nil {
		return err
	}
	_ = socket.Close() // the host ends when nobody is there
	ended := make(chan error, 1)
	go func() { ended <- c.wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		c.kill()
		<-ended
		err = ctx.Err()
	}
	l.close()
	if said := l.last(); err != nil && said != "" {
		return fmt.Errorf("%w: %s", err, said)
	}
	return err
}

// run starts the host. The socket is the server's end of its frames.
func (p *program) run(env []string, l *lines) (*child, *os.File, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	defer theirs.Close()
	stdout, err1 := l.pipe("info")
	stderr, err2 := l.pipe("error")
	stdin, err3 := os.Open(os.DevNull)
	for _, f := range []*os.File{stdout, stderr, stdin} {
		if f != nil {
			defer f.Close()
		}
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	cmd := &exec.Cmd{
		Path: p.path, Args: append(append([]string{"node"}, p.flags...), "-e", hostScript),
		Env: append([]string{}, env...), Dir: "/", // which any user may enter
		Stdin: stdin, Stdout: stdout, Stderr: stderr, ExtraFiles: []*os.File{theirs},
	}
	c, err := p.jail.start(cmd)
	if err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	return c, ours, nil
}
