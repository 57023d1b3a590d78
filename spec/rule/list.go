package rule

// The list and its filter.
const (
	ListNoPaging     ID = "list-no-paging"
	ListEachOnce     ID = "list-each-once"
	FilterIsNull     ID = "filter-isnull"
	FilterLe         ID = "filter-le"
	FilterPrecedence ID = "filter-precedence"
	FilterUnknown    ID = "filter-unknown"
	FilterSyntax     ID = "filter-syntax"
	FilterSupported  ID = "filter-supported"
	FilterEmpty      ID = "filter-empty"
)

var listing = []Rule{
	{
		ID: ListNoPaging, Evidence: assumed,
		Text: "Paging parameters are ignored; the list is complete.",
		Sources: []string{
			"docs/behaviour.md#list-is-not-paged",
			"docs/behaviour.md#list-parameters",
		},
	},
	{
		ID: ListEachOnce, Evidence: assumed,
		Text:    "A list names each token once.",
		Sources: []string{"docs/behaviour.md#list-names-each-token-once"},
	},
	{
		ID: FilterIsNull, Evidence: published,
		Text:    "lastUsed isnull finds the tokens that were never used.",
		Sources: []string{"docs/behaviour.md#filter-isnull"},
	},
	{
		ID: FilterLe, Evidence: published,
		Text:    "lastUsed le finds the tokens used until then, that moment included.",
		Sources: []string{"docs/behaviour.md#filter-le"},
	},
	{
		ID: FilterPrecedence, Evidence: published,
		Text:    "not binds before and, and before or; parentheses override.",
		Sources: []string{"docs/behaviour.md#filter-precedence"},
	},
	{
		ID: FilterUnknown, Evidence: assumed,
		Text:    "The opposite of lastUsed le leaves out tokens that were never used, too.",
		Sources: []string{"docs/behaviour.md#filter-unknown-under-not"},
	},
	{
		ID: FilterSyntax, Evidence: published,
		Text: "A filter follows the grammar of the standard collection parameters, else it is " +
			"400.",
		Sources: []string{"docs/behaviour.md#filter-syntax-is-400"},
	},
	{
		ID: FilterSupported, Evidence: published,
		Text: "A filter has lastUsed with le or isnull; other fields and operators are 400.",
		Sources: []string{
			"docs/behaviour.md#filter-fields",
			"docs/behaviour.md#filter-unsupported-is-400",
		},
	},
	{
		ID: FilterEmpty, Evidence: assumed,
		Text:    "An empty filter counts as absent.",
		Sources: []string{"docs/behaviour.md#filter-empty-is-absent"},
	},
}
