package oauth

import (
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/notice"
)

func safeHeader() http.Header {
	return http.Header{"Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}}
}

func page(status int, title, text string, mark notice.Mark) *integration.WebhookResponse {
	h := http.Header{}
	notice.Header(h)
	return &integration.WebhookResponse{Status: status, Header: h, Body: notice.Page{Title: title, Text: text, Mark: mark}.HTML()}
}
