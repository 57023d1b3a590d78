package rule

import (
	"slices"

	"example.com/patmock/spec/version"
)

// Identities.
const (
	IdentityFields           ID = "identity-fields"
	IdentityNotFound         ID = "identity-not-found"
	IdentityParameters       ID = "identity-parameters"
	IdentityPages            ID = "identity-pages"
	IdentityCount            ID = "identity-count"
	IdentityFilterEq         ID = "identity-filter-eq"
	IdentityFilterIn         ID = "identity-filter-in"
	IdentityFilterSw         ID = "identity-filter-sw"
	IdentityFilterCase       ID = "identity-filter-case"
	IdentityFilterNull       ID = "identity-filter-null"
	IdentityFilterString     ID = "identity-filter-string"
	IdentityFilterSupported  ID = "identity-filter-supported"
	IdentitySorters          ID = "identity-sorters"
	IdentitySortersSupported ID = "identity-sorters-supported"
	IdentityOrder            ID = "identity-order"
	IdentityCoreFilters      ID = "identity-core-filters"
	IdentityDefaultFilter    ID = "identity-default-filter"
)

var (
	withIdentities       = having("identities")
	withPublicIdentities = having("public-identities")
)

// having returns the versions that have a resource.
func having(resource string) []version.Version {
	return slices.DeleteFunc(version.All(),
		func(v version.Version) bool { return v.Lacks(resource) })
}

var identities = []Rule{
	{
		ID: IdentityFields, Evidence: assumed,
		Text: "The name of an identity is its display name or else its alias; missing values are " +
			"null or absent.",
		Sources: []string{
			"v2026 #/components/schemas/Identity",
			"docs/behaviour.md#identity-name-is-the-display-name",
			"docs/behaviour.md#identity-alias-is-the-fixture-name",
			"docs/behaviour.md#identity-missing-values",
			"docs/behaviour.md#identity-status",
			"docs/behaviour.md#identity-attributes",
		},
	},
	{
		ID: IdentityNotFound, Evidence: published,
		Text:     "The id of an identity that does not exist is 404.",
		Sources:  []string{"docs/behaviour.md#identity-unknown-id"},
		Versions: withIdentities,
	},
	{
		ID: IdentityParameters, Evidence: published,
		Text: "A limit over 250, and any other value that a parameter of identities does not " +
			"have, is 400.",
		Sources: []string{
			"v2026 #/components/parameters/limit",
			"docs/behaviour.md#identity-parameters",
			"docs/behaviour.md#identity-boolean-case",
		},
	},
	{
		ID: IdentityPages, Evidence: published,
		Text:    "limit and offset select a page of identities; the default limit is 250.",
		Sources: []string{"docs/behaviour.md#identity-pages"},
	},
	{
		ID: IdentityCount, Evidence: published,
		Text:    "X-Total-Count is the number of identities on all pages, if count is true.",
		Sources: []string{"docs/behaviour.md#identity-count"},
	},
	{
		ID: IdentityFilterEq, Evidence: published,
		Text:    "eq finds the identities whose field has that value.",
		Sources: []string{"docs/behaviour.md#identity-filter-eq"},
	},
	{
		ID: IdentityFilterIn, Evidence: published,
		Text:    "in finds the identities whose id is in the list.",
		Sources: []string{"docs/behaviour.md#identity-filter-eq"},
	},
	{
		ID: IdentityFilterSw, Evidence: published,
		Text:    "sw finds the identities whose field starts with that text.",
		Sources: []string{"docs/behaviour.md#identity-filter-eq"},
	},
	{
		ID: IdentityFilterCase, Evidence: assumed,
		Text:    "Filters of identities ignore case.",
		Sources: []string{"docs/behaviour.md#identity-filter-case"},
	},
	{
		ID: IdentityFilterNull, Evidence: assumed,
		Text:    "A filter on email, and its opposite, leave out identities without one.",
		Sources: []string{"docs/behaviour.md#identity-filter-null"},
	},
	{
		ID: IdentityFilterString, Evidence: assumed,
		Text:    "A filter of identities has its texts in quotes, else it is 400.",
		Sources: []string{"docs/behaviour.md#identity-filter-string"},
	},
	{
		ID: IdentityFilterSupported, Evidence: published,
		Text: "A filter of identities has the published fields and operators; others are 400.",
		Sources: []string{
			"docs/behaviour.md#identity-filter-fields",
			"docs/behaviour.md#filter-unsupported-is-400",
		},
	},
	{
		ID: IdentitySorters, Evidence: published,
		Text:    "sorters sorts identities by fields, and a minus sign reverses a field.",
		Sources: []string{"docs/behaviour.md#identity-sorters"},
	},
	{
		ID: IdentitySortersSupported, Evidence: published,
		Text: "A sorter of identities is a published field, else it is 400.",
		Sources: []string{
			"docs/behaviour.md#identity-sorters",
			"docs/behaviour.md#identity-sorters-unsupported",
		},
	},
	{
		ID: IdentityOrder, Evidence: assumed,
		Text:    "Sorting ignores case, and keeps the order of the tenant otherwise.",
		Sources: []string{"docs/behaviour.md#identity-order"},
	},
	{
		ID: IdentityCoreFilters, Evidence: published,
		Text:     "add-core-filters leaves out identities without an email address.",
		Sources:  []string{"docs/behaviour.md#identity-core-filters"},
		Versions: withPublicIdentities,
	},
	{
		ID: IdentityDefaultFilter, Evidence: assumed,
		Text:     "defaultFilter changes nothing, because every identity is correlated.",
		Sources:  []string{"docs/behaviour.md#identity-complete"},
		Versions: withIdentities,
	},
}
