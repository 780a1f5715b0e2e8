package node

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Line is one line of a log.
type Line struct {
	At      time.Time
	Level   string // debug, info, warn or error
	Message string
	// What the line is about, where it says so.
	BotID, ConversationID, UserID string
}

const (
	maxLine  = 8 << 10 // bytes that are kept of a line
	burst    = 500     // lines that are kept at once,
	perLimit = 100     // and in each second after that
	tailSize = 20      // lines of stderr that say why a process ended
	drain    = time.Second
)

// lines reads what a process prints.
type lines struct {
	emit func(Line)
	hide *strings.Replacer // of secrets
	done sync.WaitGroup

	mu      sync.Mutex
	files   []*os.File
	tail    []string
	tokens  float64
	at      time.Time
	dropped int
}

func newLines(emit func(Line), hide *strings.Replacer) *lines {
	return &lines{emit: emit, hide: hide, tokens: burst, at: time.Now()}
}

// pipe returns a file for a process to print to, with a level for its lines.
func (l *lines) pipe(level string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.files = append(l.files, r)
	l.mu.Unlock()
	l.done.Go(func() { l.read(r, level) })
	return w, nil
}

// close waits for the rest of what was printed, but not for long: something
// that outlives the process may hold the other end.
func (l *lines) close() {
	l.mu.Lock()
	files := l.files
	l.mu.Unlock()
	for _, f := range files {
		_ = f.SetReadDeadline(time.Now().Add(drain))
	}
	l.done.Wait()
	for _, f := range files {
		_ = f.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell()
}

func (l *lines) read(r io.Reader, level string) {
	b := bufio.NewReaderSize(r, maxLine)
	for {
		text, err := b.ReadSlice('\n')
		line := string(text)
		if err == bufio.ErrBufferFull {
			line += "…"
			for err == bufio.ErrBufferFull {
				_, err = b.ReadSlice('\n')
			}
		}
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			l.take(clean(line), level)
		}
		if err != nil {
			return
		}
	}
}

// clean keeps a line such that a row can hold it and a terminal can show it.
func clean(line string) string {
	if !utf8.ValidString(line) {
		line = strings.ToValidUTF8(line, "�")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, line)
}

func (l *lines) take(text, level string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if level == "error" {
		if l.tail = append(l.tail, l.hide.Replace(text)); len(l.tail) > tailSize {
			l.tail = l.tail[1:]
		}
	}
	now := time.Now()
	l.tokens = min(burst, l.tokens+now.Sub(l.at).Seconds()*perLimit)
	l.at = now
	if l.tokens < 1 {
		l.dropped++
		return
	}
	l.tokens--
	l.tell()
	line := parseLine(text, level, now)
	line.Message = l.hide.Replace(line.Message)
	l.emit(line)
}

// tell says how many lines were left out; l.mu is held.
func (l *lines) tell() {
	if l.dropped > 0 {
		l.emit(Line{At: time.Now(), Level: "warn", Message: fmt.Sprintf("[bellhop] %d lines were left out: the code prints too much", l.dropped)})
		l.dropped = 0
	}
}

// parseLine reads a line in the form that BP_LOG_FORMAT=json asks for, or takes
// it as it is.
func parseLine(text, level string, now time.Time) Line {
	line := Line{At: now, Level: level, Message: text}
	var known struct {
		Msg, Level, BotID, ConversationID, UserID string
	}
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &known) != nil || known.Msg == "" {
		return line
	}
	line.Message, line.BotID, line.ConversationID, line.UserID = known.Msg, known.BotID, known.ConversationID, known.UserID
	switch known.Level {
	case "debug", "info", "warn", "error":
		line.Level = known.Level
	}
	return line
}

// noise are lines of Node's reports that do not say what went wrong.
var noise = regexp.MustCompile(`^\s*(at |Node\.js v|\d+: 0x|[-<]|\[\d+:0x|JS stack|\^|throw |node:)`)

// last is what the process said last on stderr, in short.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var said []string
	for _, line := range l.tail {
		if strings.Contains(line, "FATAL ERROR") {
			return shorten(line)
		}
		if !noise.MatchString(line) {
			said = append(said, line)
		}
	}
	return shorten(strings.Join(said[max(0, len(said)-3):], " | "))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}
