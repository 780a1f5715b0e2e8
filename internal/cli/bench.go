package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/internal/bench"
)

type benchCommand struct {
	Duration      time.Duration `help:"How long each of the measurements takes, such as 30s or 1m." default:"5s"`
	Conversations int           `help:"How many conversations write at the same time, each waiting for its answer." default:"64"`
	Bundle        string        `help:"Measure uploaded code too: the folder with integration.cjs and bot.cjs that conformance/bench.mjs builds with the official SDK." placeholder:"DIR"`
	Node          string        `help:"Program that runs them: Node 20 or later." default:"node" env:"BELLHOP_NODE" placeholder:"PROGRAM"`
	Only          string        `help:"Measure only what has this in its name, such as \"in process\"." placeholder:"TEXT"`
	Database      string        `help:"Measure with this PostgreSQL database, postgres://…, which must be there for nothing else: what is written stays in it." placeholder:"URL"`
	Dir           string        `help:"Folder on the disk to measure, a temporary one by default; the databases in it are removed at the end." placeholder:"DIR"`
}

// Help explains what is measured.
func (benchCommand) Help() string {
	return `A round trip is: webhook in, message stored, bot called, answer stored, reply posted to an HTTP sink.
The floor is a bare program with the same HTTP hops and the same number of grouped durable commits
and nothing else. The ratio says how much of the floor's rate the server reaches. Load, server and
sink share this machine: compare the rows of one run with each other. CPU and memory are those of the
whole process, load included, and of the processes that run uploaded code. A cold start is the answer
of uploaded code to the first call after it was uploaded.`
}

// Run measures and prints.
func (c benchCommand) Run(ctx context.Context, s *session) error {
	if !s.cmd.JSON {
		fmt.Fprintln(s.Stderr, "measuring; this takes about", c.about())
		if c.Bundle == "" {
			fmt.Fprintln(s.Stderr, "without uploaded code: build some with \"npm ci && node bench.mjs DIR\" in the folder conformance, and give --bundle DIR")
		}
	}
	results, err := bench.Run(ctx, bench.Config{
		Duration: c.Duration, Conversations: c.Conversations, Dir: c.Dir, Only: c.Only, Database: c.Database, Bundle: c.Bundle, Node: c.Node,
	}, func(bench.Result) {})
	if err != nil {
		return err
	}
	return s.print(results, func(w io.Writer) { printBench(w, results) })
}

// about is how long it takes.
func (c *benchCommand) about() time.Duration {
	rows := time.Duration(4)
	if c.Bundle != "" {
		rows++
	}
	return rows * (c.Duration + time.Second)
}

func printBench(w io.Writer, results []bench.Result) {
	var rows [][]string
	for _, r := range results {
		ratio, cold, memory := "", "", ""
		if r.Ratio > 0 {
			ratio = strconv.FormatFloat(r.Ratio, 'f', 2, 64)
		}
		if r.ColdStart > 0 {
			cold = r.ColdStart.Round(time.Millisecond).String()
		}
		if r.Memory > 0 {
			memory = fmt.Sprintf("%d MB", r.Memory/1e6)
		}
		if r.CodeMemory > 0 {
			memory += fmt.Sprintf(" + %d MB", r.CodeMemory/1e6)
		}
		rows = append(rows, []string{
			r.Name, strconv.FormatFloat(r.PerSecond, 'f', 0, 64), ratio, strconv.FormatFloat(r.PerCPUSecond, 'f', 0, 64),
			r.CPU.Round(time.Microsecond).String(), memory, cold,
			r.P50.Round(10 * time.Microsecond).String(), r.P95.Round(10 * time.Microsecond).String(), r.P99.Round(10 * time.Microsecond).String(),
		})
	}
	table(w, []string{"WHAT", "ROUND TRIPS/S", "OF THE FLOOR", "A CPU SECOND", "CPU EACH", "MEMORY", "COLD START", "P50", "P95", "P99"}, rows, "")
}
