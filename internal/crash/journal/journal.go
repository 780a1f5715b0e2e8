// Package journal is what clients and bots of the crash test write down, each
// line on disk before anything else happens, and the check of what it proves.
// It knows nothing of the server's inside.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// The kinds of records.
const (
	Started   = "started"   // a process of the bot
	Acked     = "acked"     // the platform acknowledged a message of the client
	Began     = "began"     // the bot began a turn
	Ended     = "ended"     // the bot ended a turn
	Listed    = "listed"    // at the end the client read a message of the conversation, oldest first
	Delivered = "delivered" // a message of the bot reached the external system
)

// How turns end.
const (
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// Record is one line of a journal.
type Record struct {
	Kind         string `json:"kind"`
	Mode         string `json:"mode,omitempty"` // the concurrency mode of the conversation's bot
	Conversation string `json:"conversation,omitempty"`
	// Numbers are of messages of the client: of the one that a record is about,
	// or of all that a turn is about, in order. A message of the bot has the
	// number of the one that it answers.
	Numbers  []int  `json:"numbers,omitempty"`
	ID       string `json:"id,omitempty"`     // of the message
	Answer   bool   `json:"answer,omitempty"` // it is the bot's
	Delivery string `json:"delivery,omitempty"`
	Attempt  int    `json:"attempt,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
}

// Writer appends to a journal. It is safe for concurrent use.
type Writer struct {
	mu   sync.Mutex
	file *os.File
}

// Open opens a journal for appending.
func Open(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return &Writer{file: f}, nil
}

// Write returns when the record is on disk.
func (w *Writer) Write(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return w.file.Sync()
}

// Close closes the journal.
func (w *Writer) Close() error { return w.file.Close() }

// Read reads a journal. A last line that was cut off was never relied on.
func Read(path string) ([]Record, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		text = text[:end+1]
	} else {
		text = nil
	}
	var list []Record
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		var r Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		list = append(list, r)
	}
	return list, lines.Err()
}
