package notice_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/notice"
)

func TestTextsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	const hostile = `<script src="//x"></script>`
	page := string(notice.Page{Title: hostile, Text: hostile, Note: hostile, Mark: notice.Bad}.HTML())
	if strings.Contains(page, "<script") {
		t.Errorf("a text became a part of the page: %s", page)
	}
	if n := strings.Count(page, "&lt;script src="); n != 4 { // the title stands twice
		t.Errorf("the page shows %d of the 4 texts: %s", n, page)
	}
	if !strings.Contains(page, `class="mark bad"`) || !strings.Contains(page, `lang="en"`) {
		t.Errorf("the page has no mark or no language: %s", page)
	}
}

func TestPlainPageHasNoMarkAndNoNote(t *testing.T) {
	t.Parallel()
	page := string(notice.Page{Title: "Not found", Text: "Nothing is here."}.HTML())
	if strings.Contains(page, `class="mark`) || strings.Contains(page, `class="note`) {
		t.Errorf("a page of title and text has more: %s", page)
	}
}

func TestHeaderKeepsPagesToThemselves(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	notice.Header(h)
	for key, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
	} {
		if got := h.Get(key); !strings.Contains(got, want) {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
}
