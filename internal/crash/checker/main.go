// Command checker reads the journals that the client and the bot of the crash
// test wrote and reports what they prove, as JSON. It ends with 1 when there
// are faults:
//
//	checker client.jsonl bot.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/bellhop-dev/bellhop/internal/crash/journal"
)

func main() {
	faults, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	if faults > 0 {
		os.Exit(1)
	}
}

func run(args []string) (faults int, err error) {
	if len(args) != 2 {
		return 0, fmt.Errorf("give the journal of the client and that of the bot")
	}
	client, err := journal.Read(args[0])
	if err != nil {
		return 0, err
	}
	bot, err := journal.Read(args[1])
	if err != nil {
		return 0, err
	}
	report := journal.Check(client, bot)
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return len(report.Faults), out.Encode(report)
}
