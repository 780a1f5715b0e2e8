package platform_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestTagFilterReadsEveryForm(t *testing.T) {
	t.Parallel()
	want := platform.TagFilter{Is: map[string][]string{"kb.id": {"1"}, "of": {"a", "b"}}, Not: map[string][]string{"lang": {"fr"}}}
	query := url.Values{}
	want.EncodeQuery("tags", query)
	for _, text := range []string{
		query.Encode(),
		"tags.kb.id=1&tags.of=a&tags.of=b&tags.lang.not=fr&other.x=y",
		"tags.kb%252Eid=1&tags.of=a&tags.of=b&tags.lang.not=fr",
		"tags[kb.id]=1&tags[of]=a&tags[of]=b&tags[lang][not]=fr",
		"tags=" + url.QueryEscape(`{"kb.id":"1","of":["a","b"],"lang":{"not":"fr"}}`),
	} {
		query, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		var got platform.TagFilter
		if err := got.DecodeQuery("tags", query); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"7", `{"a":7}`, `{"a":{"or":"x"}}`, `{"a":`, `[]`} {
		var got platform.TagFilter
		if err := got.DecodeQuery("tags", url.Values{"tags": {text}}); err == nil {
			t.Errorf("%s is read as %v", text, got)
		}
	}
}
