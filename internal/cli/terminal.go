package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"
)

// terminalWidth returns how many columns the terminal behind w has; 0 when w is no terminal.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// table prints rows in columns under a header; empty says what to do when there are none. On a terminal times are shown
// relative to now and long cells are cut so that a row fits its line; elsewhere every cell is whole.
func table(w io.Writer, header []string, rows [][]string, empty string) {
	if len(rows) == 0 {
		fmt.Fprintln(w, empty)
		return
	}
	cells := make([][]string, 0, len(rows)+1)
	cells = append(cells, header)
	for _, row := range rows {
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = printable(cell)
		}
		cells = append(cells, shown)
	}
	if width := terminalWidth(w); width > 0 {
		cells = fitTo(width, relative(cells, time.Now()))
	}
	tw := tabwriter.NewWriter(w, 2, 0, columnGap, ' ', 0)
	for _, row := range cells {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
}

// columnGap is how many blanks stand between columns.
const columnGap = 2

// relative returns cells with each time as people say it: "2 minutes ago".
func relative(cells [][]string, now time.Time) [][]string {
	for _, row := range cells {
		for i, cell := range row {
			if at, err := time.Parse(time.RFC3339, cell); err == nil {
				row[i] = humanize.RelTime(at, now, "ago", "from now")
			}
		}
	}
	return cells
}

// fitTo cuts the widest columns until rows fit a line. A cell without blanks, such as an id or an address, stays whole,
// because people copy it.
func fitTo(width int, cells [][]string) [][]string {
	widths, floors := make([]int, len(cells[0])), make([]int, len(cells[0]))
	total := -columnGap
	for i := range widths {
		for _, row := range cells {
			n := utf8.RuneCountInString(row[i])
			widths[i] = max(widths[i], n)
			if !strings.Contains(row[i], " ") {
				floors[i] = max(floors[i], n)
			}
		}
		floors[i] = max(floors[i], 10)
		total += widths[i] + columnGap
	}
	for total > width {
		widest := -1
		for i := range widths {
			if widths[i] > floors[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		cut := min(total-width, widths[widest]-floors[widest])
		widths[widest] -= cut
		total -= cut
	}
	for _, row := range cells {
		for i := range row {
			row[i] = shorten(row[i], widths[i])
		}
	}
	return cells
}
