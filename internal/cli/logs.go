package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// logs are the flags of commands that show what uploaded code printed.
type logs struct {
	Follow bool          `short:"f" help:"Go on with what comes, until Ctrl-C."`
	Since  time.Duration `default:"1h" help:"How far back to begin, such as 10m or 24h."`
	Level  string        `help:"Show lines of one level only: debug, info, warn or error."`
	Grep   string        `help:"Show lines that hold this text only." placeholder:"TEXT"`
}

type botLogs struct {
	ID string `arg:"" help:"Id of the bot."`
	logs
}

// Run shows what a bot's uploaded code printed.
func (c botLogs) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	return c.show(ctx, s, c.ID, client.GetBotLogs)
}

type integrationLogs struct {
	Integration string `arg:"" help:"Id, or name@version; the version may be latest."`
	logs
}

// Run shows what an integration's uploaded code printed.
func (c integrationLogs) Run(ctx context.Context, s *session) error {
	client, in, err := s.integration(ctx, c.Integration)
	if err != nil {
		return err
	}
	return c.show(ctx, s, in.ID, client.GetIntegrationLogs)
}

type readLogs func(context.Context, *platform.GetLogsInput) (*platform.GetLogsOutput, error)

const followEvery = time.Second

// show prints lines, the oldest first.
func (l *logs) show(ctx context.Context, s *session, id string, read readLogs) error {
	in := platform.GetLogsInput{ID: id, Level: l.Level, MessageContains: l.Grep, TimeStart: time.Now().Add(-l.Since).UTC().Format(time.RFC3339Nano)}
	shown := map[platform.LogLine]int{} // of the last millisecond, which the next read returns again
	for {
		lines, err := newLines(ctx, in, read, shown)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if err := s.printLine(line); err != nil {
				return err
			}
		}
		if n := len(lines); n > 0 {
			in.TimeStart = lines[n-1].Timestamp.UTC().Format(time.RFC3339Nano)
		}
		if !l.Follow {
			if len(lines) == 0 {
				fmt.Fprintf(s.Stderr, "No lines of the last %s. Uploaded code is shown here; code that is served prints where it runs.\n", l.Since)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
	}
}

// newLines reads the lines that were not shown yet, and notes those of the last
// millisecond.
func newLines(ctx context.Context, in platform.GetLogsInput, read readLogs, shown map[platform.LogLine]int) ([]platform.LogLine, error) {
	var lines []platform.LogLine
	for {
		out, err := read(ctx, &in)
		if err != nil {
			return nil, err
		}
		lines = append(lines, out.Logs...)
		if in.NextToken = out.NextToken; in.NextToken == "" {
			break
		}
	}
	slices.Reverse(lines)
	fresh, seen := lines[:0], maps.Clone(shown)
	for _, line := range lines {
		if seen[line] > 0 {
			seen[line]--
			continue
		}
		fresh = append(fresh, line)
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	last := fresh[len(fresh)-1].Timestamp
	for line := range shown {
		if line.Timestamp != last {
			delete(shown, line)
		}
	}
	for _, line := range fresh {
		if line.Timestamp == last {
			shown[line]++
		}
	}
	return fresh, nil
}

func (s *session) printLine(line platform.LogLine) error {
	if s.cmd.JSON {
		return json.NewEncoder(s.Stdout).Encode(line)
	}
	_, err := fmt.Fprintf(s.Stdout, "%s  %-5s  %s\n", line.Timestamp, line.Level, printable(line.Message))
	return err
}
