package pat

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/patmock/spec/rule"
)

// IdentityQuery selects, sorts and pages identities.
type IdentityQuery struct {
	Filter *IdentityFilter
	// Sorters apply in their order. Identities that they do not order stay in the order of the
	// tenant.
	Sorters []Sorter
	// Core leaves out incomplete identities and the accounts of the platform
	// (rule.IdentityCoreFilters).
	Core bool
	// Offset and Limit are numbers of identities.
	Offset, Limit int
	// Count reports the number of all selected identities.
	Count bool
}

// Title returns the name of the identity in the API: its display name, or its alias if it has none.
func (i *Identity) Title() string { return displayNameOf(i) }

// Identities returns a page of the selected identities. If the query counts them, it returns the
// number of those on all pages.
func (s *Service) Identities(ctx context.Context, q IdentityQuery) ([]Identity, int, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return nil, 0, err
	}
	page, total := d.Select(q)
	return page, total, nil
}

// FindIdentity returns the identity with the given id. The error for an unknown id is an *[Error].
func (s *Service) FindIdentity(ctx context.Context, id string) (Identity, error) {
	d, err := s.config.Store.Directory(ctx)
	if err != nil {
		return Identity{}, err
	}
	if i, ok := d.Identity(id); ok {
		return i, nil
	}
	return Identity{}, &Error{
		Kind: NotFound, Field: "path parameter id", Want: "the id of an identity", Got: quote(id),
		Advice: IDAdvice(id), Rule: rule.IdentityNotFound,
	}
}

// Select returns a page of the selected identities, and the number of all if the query counts them.
// Without sorters, it copies only the page.
func (d *Directory) Select(q IdentityQuery) (page []Identity, total int) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if len(q.Sorters) > 0 {
		return d.selectSortedLocked(q)
	}
	for index := range d.identities {
		if !q.Count && len(page) == q.Limit {
			break
		}
		if i := &d.identities[index]; q.selects(i) {
			if total >= q.Offset && len(page) < q.Limit {
				page = append(page, *i)
			}
			total++
		}
	}
	return page, total
}

func (d *Directory) selectSortedLocked(q IdentityQuery) (page []Identity, total int) {
	selected := make([]*Identity, 0, len(d.identities))
	for index := range d.identities {
		if i := &d.identities[index]; q.selects(i) {
			selected = append(selected, i)
		}
	}
	slices.SortStableFunc(selected, q.compare)
	start := min(q.Offset, len(selected))
	for _, i := range selected[start:min(start+q.Limit, len(selected))] {
		page = append(page, *i)
	}
	return page, len(selected)
}

// platformAccounts are the aliases that core filters leave out.
//
// published: v2026 #/paths/~1public-identities/get/parameters/4
var platformAccounts = []string{"spadmin", "cloudadmin"}

// selects reports whether the query selects an identity. Every identity counts as correlated, with
// a uid and a last name, because a fixture has nothing else.
//
// assumed
func (q IdentityQuery) selects(i *Identity) bool {
	if q.Core && (i.Email == "" || slices.Contains(platformAccounts, i.Name)) {
		return false
	}
	return q.Filter.Match(i)
}

func (q IdentityQuery) compare(a, b *Identity) int {
	for _, s := range q.Sorters {
		if c := compareFold(s.value(a), s.value(b)); c != 0 {
			if s.descending {
				return -c
			}
			return c
		}
	}
	return 0
}

// compareFold compares texts by their characters, ignoring case.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		if a[0] == b[0] && a[0] < utf8.RuneSelf { // most characters of sorted texts
			a, b = a[1:], b[1:]
			continue
		}
		first, size := utf8.DecodeRuneInString(a)
		second, otherSize := utf8.DecodeRuneInString(b)
		if c := cmp.Compare(unicode.ToLower(first), unicode.ToLower(second)); c != 0 {
			return c
		}
		a, b = a[size:], b[otherSize:]
	}
	return cmp.Compare(len(a), len(b))
}

// A Sorter orders identities by a field.
type Sorter struct {
	value      func(*Identity) string
	descending bool
}

// ParseSorters parses the sorters parameter: fields separated by commas, each with a minus sign for
// the descending order. Empty text returns none. The error is an *[Error].
func (l *IdentityList) ParseSorters(text string) ([]Sorter, error) {
	const parameter = "query parameter sorters"
	if text == "" {
		return nil, nil
	}
	var sorters []Sorter
	var seen, notSimulated []string
	for part := range strings.SplitSeq(text, ",") {
		name, descending := strings.CutPrefix(part, "-")
		if !slices.Contains(l.sortable, name) {
			return nil, &Error{
				Kind: Invalid, Field: parameter,
				Want: "fields of " + strings.Join(l.sortable, ", ") +
					", separated by commas, with - for the descending order",
				Got: quote(part), Rule: rule.IdentitySortersSupported,
			}
		}
		if slices.Contains(seen, name) { // it would order nothing
			continue
		}
		seen = append(seen, name)
		switch name {
		case "name":
			sorters = append(sorters, Sorter{displayNameOf, descending})
		case "alias":
			sorters = append(sorters, Sorter{aliasOf, descending})
		default:
			notSimulated = append(notSimulated, name)
		}
	}
	if notSimulated != nil {
		return nil, notSimulatedError(parameter, notSimulated)
	}
	return sorters, nil
}
