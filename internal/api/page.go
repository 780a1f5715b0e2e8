package api

import (
	"encoding/base64"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// pager turns the wire's paging into the store's and back. A token is bound
// to the list that made it: another list, bot or order refuses it.
type pager struct{ seal string }

// newPager returns the pager of one query, named by what must not change
// from page to page.
func newPager(parts ...string) pager {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.Join(parts, "\x00"))) // never fails (hash.Hash)
	return pager{strconv.FormatUint(uint64(h.Sum32()), 36)}
}

// page returns the page that the caller asks for.
func (p pager) page(size int, token string) (store.Page, error) {
	if size < 0 {
		return store.Page{}, platform.Errorf(platform.TypeInvalidQuery, "pageSize %d is not a size; give 1 to %d, or leave it out for %d", size, maxPage, defaultPage)
	}
	if size == 0 {
		size = defaultPage
	}
	page := store.Page{Limit: min(size, maxPage)}
	if token == "" {
		return page, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	seal, cursor, ok := strings.Cut(string(raw), ".")
	if err != nil || !ok || seal != p.seal || cursor == "" {
		return store.Page{}, errNextToken()
	}
	page.After = cursor
	return page, nil
}

// meta returns the paging part of the reply.
func (p pager) meta(next string) platform.Meta {
	if next == "" {
		return platform.Meta{}
	}
	return platform.Meta{NextToken: base64.RawURLEncoding.EncodeToString([]byte(p.seal + "." + next))}
}

func errNextToken() *platform.Error {
	return platform.Errorf(platform.TypeInvalidQuery, "nextToken is not one that this list gave; leave it out to start at the first page")
}

// oneOf checks a query parameter that has a few values; "" is the first.
func oneOf(name, value string, values ...string) (string, error) {
	if value == "" {
		return values[0], nil
	}
	for _, v := range values {
		if v == value {
			return v, nil
		}
	}
	return "", platform.Errorf(platform.TypeInvalidQuery, "%s %q is not known; give one of %s", name, value, strings.Join(values, ", "))
}

// order is the sort of a list.
func order(field, direction string) (by string, asc bool, err error) {
	if by, err = oneOf("sortField", field, "createdAt", "updatedAt"); err != nil {
		return "", false, err
	}
	direction, err = oneOf("sortDirection", direction, "desc", "asc")
	return by, direction == "asc", err
}
