package api

import (
	"context"
	"errors"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// latest is the version that means the highest one.
const latest = "latest"

// maxVersions is how many versions of one name are looked at.
const maxVersions = 1000

// pickVersion returns the index of the version that is wanted of a list: the
// very one, or the highest, or the highest within a range such as <0.2.0, ^1 or
// 1.x; -1 when there is none. A pre-release is within a range that names one.
func pickVersion(list []string, wanted string) int {
	var within *semver.Constraints
	if wanted != latest {
		for i, v := range list {
			if v == wanted {
				return i
			}
		}
		var err error
		if within, err = semver.NewConstraint(wanted); err != nil {
			return -1
		}
	}
	best := -1
	var highest *semver.Version
	for i, text := range list {
		v, err := semver.NewVersion(text)
		if err != nil || within != nil && !within.Check(v) {
			continue
		}
		if highest == nil || v.GreaterThan(highest) {
			best, highest = i, v
		}
	}
	return best
}

// pick returns the row whose version is wanted; store.ErrNotFound when there
// is none.
func pick[Row any](rows []Row, version func(*Row) string, wanted string) (*Row, error) {
	list := make([]string, len(rows))
	for i := range rows {
		list[i] = version(&rows[i])
	}
	if i := pickVersion(list, wanted); i >= 0 {
		return &rows[i], nil
	}
	return nil, store.ErrNotFound
}

// every reads the pages of a list, up to a bound.
func every[Row any](read func(store.Page) ([]Row, string, error)) (list []Row, err error) {
	for page := (store.Page{Limit: 200}); ; {
		rows, next, err := read(page)
		if err != nil {
			return nil, err
		}
		if list = append(list, rows...); next == "" || len(list) >= maxVersions {
			return list, nil
		}
		page.After = next
	}
}

// IntegrationByName finds an integration version by its name and a version, as
// pickVersion does. store.ErrNotFound when there is none.
func (s *Service) IntegrationByName(ctx context.Context, name, version string) (*store.Integration, error) {
	return view(ctx, s, func(tx *store.Tx) (*store.Integration, error) {
		if found, err := tx.IntegrationByName(ctx, name, version); !errors.Is(err, store.ErrNotFound) {
			return found, err
		}
		rows, err := every(func(p store.Page) ([]store.Integration, string, error) { return tx.Integrations(ctx, name, p) })
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(i store.Integration) bool { return i.Dev })
		return pick(rows, func(i *store.Integration) string { return i.Version }, version)
	})
}
