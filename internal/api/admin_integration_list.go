package api

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) listIntegrations(ctx context.Context, _ *Identity, in *platform.ListIntegrationsInput) (*platform.ListIntegrationsOutput, error) {
	return s.findIntegrations(ctx, in, nil)
}

// findIntegrations lists the versions that fit the query and, unless it is nil,
// keep. What is only filtered is read page by page, so that a page may have few
// of them or none and be followed by another; what is sorted otherwise, and
// versions of one name or the latest of each, are read whole.
func (s *Service) findIntegrations(ctx context.Context, in *platform.ListIntegrationsInput, keep func(*platform.Integration) bool) (*platform.ListIntegrationsOutput, error) {
	order, asc, err := integrationOrder(in)
	if err != nil {
		return nil, err
	}
	q := &integrationQuery{ListIntegrationsInput: in, keep: keep}
	if err := s.resolveQuery(ctx, q); err != nil {
		return nil, err
	}
	p := newPager(append([]string{"integrations"}, q.seal()...)...)
	page, err := p.page(cmp.Or(in.PageSize, in.Limit), in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &platform.ListIntegrationsOutput{Integrations: []platform.IntegrationSummary{}}
	if order == "createdAt" && !asc && (in.Version == "" || in.Name == "" && in.Version != latest) {
		var rows []store.Integration
		var next string
		err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
			rows, next, err = tx.Integrations(ctx, in.Name, page)
			return err
		})
		if err != nil {
			return nil, err
		}
		out.Integrations, err = q.fitting(rows)
		out.Meta = p.meta(next)
		return out, err
	}
	rows, err := view(ctx, s, func(tx *store.Tx) ([]store.Integration, error) {
		return every(func(p store.Page) ([]store.Integration, string, error) { return tx.Integrations(ctx, in.Name, p) })
	})
	if err != nil {
		return nil, err
	}
	all, err := q.fitting(rows)
	if err != nil {
		return nil, err
	}
	if in.Version == latest {
		all = highest(all)
	}
	installs, err := s.countInstalls(ctx, all)
	if err != nil {
		return nil, err
	}
	sortIntegrations(all, installs, order, asc)
	start := 0
	if page.After != "" {
		if start = 1 + slices.IndexFunc(all, func(i platform.IntegrationSummary) bool { return i.ID == page.After }); start == 0 {
			return nil, errNextToken() // it was deleted, or is of another list
		}
	}
	end := min(start+page.Limit, len(all))
	out.Integrations = append(out.Integrations, all[start:end]...)
	if end < len(all) {
		out.Meta = p.meta(all[end-1].ID)
	}
	return out, nil
}

// integrationQuery is what a list of integrations wants.
type integrationQuery struct {
	*platform.ListIntegrationsInput
	keep      func(*platform.Integration) bool
	installed map[string]bool // by id; nil is not asked for
}

// seal is what must not change from page to page.
func (q *integrationQuery) seal() []string {
	dev := ""
	if q.dev() {
		dev = "dev"
	}
	return []string{q.Name, q.Version, dev, q.InterfaceID, q.InterfaceName, q.InstalledByBotID, q.VerificationStatus, string(q.Visibility), q.Search, q.SortBy, q.Direction}
}

func (q *integrationQuery) dev() bool { return q.Dev != nil && *q.Dev }

func (s *Service) resolveQuery(ctx context.Context, q *integrationQuery) error {
	if _, err := oneOf("visibility", string(q.Visibility), "", "public", "private", "unlisted"); err != nil {
		return err
	}
	if _, err := oneOf("verificationStatus", q.VerificationStatus, "", "unapproved", "pending", "approved", "rejected"); err != nil {
		return err
	}
	if q.InstalledByBotID == "" {
		return nil
	}
	b, err := s.Catalog.Bot(ctx, q.InstalledByBotID)
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeReferenceNotFound, "installedByBotId: bot %.60q not found", q.InstalledByBotID)
	} else if err != nil {
		return err
	}
	q.installed = map[string]bool{}
	for _, in := range b.Installations {
		q.installed[in.IntegrationID] = true
	}
	return nil
}

// fitting are those of the rows that the query wants.
func (q *integrationQuery) fitting(rows []store.Integration) ([]platform.IntegrationSummary, error) {
	list := []platform.IntegrationSummary{}
	for i := range rows {
		row := &rows[i]
		if row.Dev != q.dev() || q.installed != nil && !q.installed[row.ID] ||
			q.Version != "" && q.Version != latest && pickVersion([]string{row.Version}, q.Version) < 0 {
			continue
		}
		shown, err := showIntegration(row)
		if err != nil {
			return nil, err
		}
		summary := shown.Summary()
		if q.Visibility != "" && summary.Visibility != q.Visibility || q.VerificationStatus != "" && summary.VerificationStatus != q.VerificationStatus ||
			!q.implements(shown) || q.keep != nil && !q.keep(shown) {
			continue
		}
		if q.Search != "" {
			if summary.MatchedOn = matchIntegration(shown, q.Search); summary.MatchedOn == nil {
				continue
			}
		}
		list = append(list, summary)
	}
	return list, nil
}

func (q *integrationQuery) implements(in *platform.Integration) bool {
	if q.InterfaceID == "" && q.InterfaceName == "" {
		return true
	}
	for _, i := range in.Interfaces {
		if (q.InterfaceID == "" || i.ID == q.InterfaceID) && (q.InterfaceName == "" || i.Name == q.InterfaceName) {
			return true
		}
	}
	return false
}

// matchIntegration tells where a search finds something in an integration; nil
// is nowhere.
func matchIntegration(in *platform.Integration, search string) *platform.MatchedOn {
	m := &platform.MatchedOn{Name: contains(search, in.Name), Title: contains(search, in.Title), Description: contains(search, in.Description)}
	for _, name := range slices.Sorted(maps.Keys(in.Actions)) {
		if contains(search, name, in.Actions[name].Title) {
			m.Actions = append(m.Actions, name)
		}
	}
	for _, alias := range slices.Sorted(maps.Keys(in.Interfaces)) {
		if contains(search, in.Interfaces[alias].Name) {
			m.Interfaces = append(m.Interfaces, in.Interfaces[alias].Name)
		}
	}
	if !m.Name && !m.Title && !m.Description && m.Actions == nil && m.Interfaces == nil {
		return nil
	}
	return m
}

// highest keeps the highest version of each name.
func highest(list []platform.IntegrationSummary) (kept []platform.IntegrationSummary) {
	byName := map[string][]platform.IntegrationSummary{}
	for _, i := range list {
		byName[i.Name] = append(byName[i.Name], i)
	}
	for _, versions := range byName {
		if i, err := pick(versions, func(i *platform.IntegrationSummary) string { return i.Version }, latest); err == nil {
			kept = append(kept, *i)
		}
	}
	return kept
}

// integrationOrder is the order that a list is to have.
func integrationOrder(in *platform.ListIntegrationsInput) (by string, asc bool, err error) {
	if by, err = oneOf("sortBy", in.SortBy, "createdAt", "updatedAt", "name", "popularity", "installCount"); err != nil {
		return "", false, err
	}
	first, other := "desc", "asc"
	if by == "name" {
		first, other = other, first
	}
	direction, err := oneOf("direction", in.Direction, first, other)
	return by, direction == "asc", err
}

func sortIntegrations(list []platform.IntegrationSummary, installs map[string]int, by string, asc bool) {
	slices.SortFunc(list, func(a, b platform.IntegrationSummary) (order int) {
		switch by {
		case "name":
			order = cmp.Compare(a.Name, b.Name)
		case "updatedAt":
			order = a.UpdatedAt.Compare(b.UpdatedAt.Time)
		case "popularity", "installCount":
			order = cmp.Compare(installs[a.ID], installs[b.ID])
		}
		if order = cmp.Or(order, a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID)); asc {
			return order
		}
		return -order
	})
}

// countInstalls is how often each of them is installed.
func (s *Service) countInstalls(ctx context.Context, list []platform.IntegrationSummary) (map[string]int, error) {
	counts := map[string]int{}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		for _, i := range list {
			rows, err := tx.InstallationsOfIntegration(ctx, i.ID)
			if err != nil {
				return err
			}
			counts[i.ID] = len(rows)
		}
		return nil
	})
	return counts, err
}

// summaries leave out the definitions of a list.
func summaries[Thing, Short any](list []Thing, short func(*Thing) Short) []Short {
	out := make([]Short, len(list))
	for i := range list {
		out[i] = short(&list[i])
	}
	return out
}
