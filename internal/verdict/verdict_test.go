package verdict_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/wire"
)

const refusal = `{"id":"err_20261201010101x00000001","code":%d,"type":"%s","message":"no"}`

func form(code int, typ string) string { return fmt.Sprintf(refusal, code, typ) }

// Over a network only the wire's error form is the code's own answer.
func TestOnlyTheErrorFormIsAVerdict(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   verdict.Kind
	}{
		"success":                                    {204, ``, verdict.Accepted},
		"a refusal of the official SDK":              {400, form(400, "Runtime"), verdict.Refused},
		"a refusal of another type":                  {403, form(403, "Forbidden"), verdict.Refused},
		"the signature of an old secret":             {401, form(401, "Unauthorized"), verdict.Away},
		"the Go SDK before its handler":              {401, `{"id":"","code":401,"type":"Unauthorized","message":"x"}`, verdict.Away},
		"a dependency away, through the SDK":         {400, `{"id":"err_1","code":400,"type":"Runtime","message":"x","metadata":{"retryable":true}}`, verdict.Away},
		"too many":                                   {429, form(429, "RateLimited"), verdict.Away},
		"too early":                                  {425, form(425, "Runtime"), verdict.Away},
		"a panic in a handler":                       {500, form(500, "Runtime"), verdict.Failed},
		"an unclassified error of a call":            {500, form(404, "ResourceNotFound"), verdict.Failed},
		"not now":                                    {503, form(500, "Internal"), verdict.Away},
		"the official SDK before its handler":        {500, `{"error":"Missing bot header"}`, verdict.Away},
		"a proxy without an upstream":                {404, "404 page not found\n", verdict.Away},
		"a proxy's HTML":                             {403, "<html><h1>403 Forbidden</h1></html>", verdict.Away},
		"ngrok":                                      {404, "<!DOCTYPE html><html>ERR_NGROK_3200</html>", verdict.Away},
		"a gateway's JSON":                           {404, `{"message":"no Route matched with those values"}`, verdict.Away},
		"a cloud's JSON":                             {403, `{"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}`, verdict.Away},
		"a cloud's JSON with an id":                  {404, `{"id":"not_found","code":"404","message":"The site is gone"}`, verdict.Away},
		"an error form under another status":         {410, form(404, "ResourceNotFound"), verdict.Away},
		"gone":                                       {410, ``, verdict.Away},
		"a redirect to a login page":                 {302, ``, verdict.Away},
		"a bad gateway":                              {502, `<html>`, verdict.Away},
		"JSON that is no object":                     {400, `[1]`, verdict.Away},
		"an error form that was cut":                 {400, `{"id":"err_1","code":400,"type":"Runtime","mess`, verdict.Away},
		"an early hint that is no answer to a call":  {103, ``, verdict.Away},
		"a status out of the range that HTTP knows":  {999, ``, verdict.Away},
		"an error form without a message to act on ": {400, `{"id":"err_1","code":400,"type":"Runtime","message":""}`, verdict.Away},
	} {
		resp := &wire.Response{Status: tt.status, Body: []byte(tt.body), Remote: true}
		if got := verdict.Of(resp); got != tt.want {
			t.Errorf("%s: Of(%d %s) = %s, want %s", name, tt.status, tt.body, got, tt.want)
		}
	}
}

// Between the server and code that runs inside it there is nobody else.
func TestCodeInTheServerAnswersItself(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]verdict.Kind{
		0: verdict.Accepted, 200: verdict.Accepted, 400: verdict.Refused, 404: verdict.Refused, 429: verdict.Away, 500: verdict.Failed, 503: verdict.Away,
	} {
		if got := verdict.Of(&wire.Response{Status: status, Body: []byte("no form")}); got != want {
			t.Errorf("Of(%d) = %s, want %s", status, got, want)
		}
	}
	if got := verdict.Of(nil); got != verdict.Accepted {
		t.Errorf("Of(nil) = %s", got)
	}
}

// The documentation prints the table that the code follows.
func TestDocumentationHasTheTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/delivery.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| answer of a call | outcome | why |\n|---|---|---|\n")
	for _, r := range append(verdict.Rules(), verdict.NoAnswer()) {
		if r.Answer != "" { // else the row above names it
			fmt.Fprintf(&table, "| %s | %s | %s |\n", r.Answer, r.Kind, r.Why)
		}
	}
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/delivery.md does not have this table:\n%s", &table)
	}
}
