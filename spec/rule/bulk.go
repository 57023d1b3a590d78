package rule

// Bulk update.
const (
	BulkUpdate ID = "bulk-update"
	BulkRights ID = "bulk-rights"
	BulkIDs    ID = "bulk-update-ids"
	BulkKnown  ID = "bulk-update-known-ids"
	BulkFields ID = "bulk-update-fields"
)

var bulk = []Rule{
	{
		ID: BulkUpdate, Evidence: published, Versions: v1,
		Text: "One patch changes several tokens, all or none, and returns them sorted by id.",
		Sources: []string{
			"docs/behaviour.md#bulk-update",
			"docs/behaviour.md#bulk-update-is-sorted-by-id",
			"docs/behaviour.md#bulk-update-is-atomic",
		},
	},
	{
		ID: BulkRights, Evidence: published, Versions: v1,
		Text: "A bulk update needs the right to all tokens.",
		Sources: []string{
			"docs/behaviour.md#bulk-update-right",
			"docs/behaviour.md#bulk-update-scope",
			"docs/behaviour.md#bulk-update-not-for-api-clients",
		},
	},
	{
		ID: BulkIDs, Evidence: published, Versions: v1,
		Text: "A bulk update has 1 to 25 ids, none blank and each once.",
		Sources: []string{
			"docs/behaviour.md#bulk-update-has-1-to-25-ids",
			"docs/behaviour.md#bulk-update-ids-are-distinct",
		},
	},
	{
		ID: BulkKnown, Evidence: assumed, Versions: v1,
		Text:    "A bulk update names tokens that exist.",
		Sources: []string{"docs/behaviour.md#bulk-update-unknown-id-is-400"},
	},
	{
		ID: BulkFields, Evidence: published, Versions: v1,
		Text: "A bulk update changes expirationDate and userAwareTokenNeverExpires and nothing " +
			"else.",
		Sources: []string{"docs/behaviour.md#bulk-update-fields"},
	},
}
