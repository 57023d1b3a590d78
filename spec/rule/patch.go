package rule

// Patches.
const (
	PatchFields        ID = "patch-fields"
	PatchAtomic        ID = "patch-atomic"
	PatchPointer       ID = "patch-pointer"
	PatchValueRequired ID = "patch-value-required"
	PatchApplies       ID = "patch-applies"
	PatchTest          ID = "patch-test"
	PatchSize          ID = "patch-size"
	PatchNever         ID = "patch-never"
	PatchRevives       ID = "patch-revives"
)

var patching = []Rule{
	{
		ID: PatchFields, Evidence: published,
		Text: "A patch changes its token's patchable fields and nothing else, and returns the " +
			"token.",
		Sources: []string{
			patchOperation + "/description",
			"docs/behaviour.md#patchable-fields",
			"docs/behaviour.md#patch-returns-the-token",
			"docs/behaviour.md#legacy-patchable-fields",
		},
	},
	{
		ID: PatchAtomic, Evidence: published,
		Text: "A patch is applied completely or not at all.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc5789#section-2",
			"docs/behaviour.md#patch-is-atomic",
		},
	},
	{
		ID: PatchPointer, Evidence: published,
		Text:    "Paths of a patch are JSON pointers.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6902#section-4"},
	},
	{
		ID: PatchValueRequired, Evidence: published,
		Text:    "add, replace and test have a value.",
		Sources: []string{"https://www.rfc-editor.org/rfc/rfc6902#section-4"},
	},
	{
		ID: PatchApplies, Evidence: published,
		Text: "The operations of a patch apply to the token, one after the other.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6902#section-3",
			"https://www.rfc-editor.org/rfc/rfc6902#section-5",
		},
	},
	{
		ID: PatchTest, Evidence: published,
		Text: "A failed test rejects the patch.",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc6902#section-5",
			"docs/behaviour.md#failed-test-is-400",
		},
	},
	{
		ID: PatchSize, Evidence: assumed,
		Text:    "A patch and the token that results are within the mock's size limits.",
		Sources: []string{"docs/behaviour.md#patch-size"},
	},
	{
		ID: PatchNever, Evidence: published, Versions: current,
		Text: "Removing the date needs the acknowledgment in the same patch.",
		Sources: []string{
			patchOperation + "/description",
			"docs/behaviour.md#patch-to-never-needs-the-acknowledgment",
		},
	},
	{
		ID: PatchRevives, Evidence: assumed, Versions: current,
		Text:    "A new date revives an expired token.",
		Sources: []string{"docs/behaviour.md#new-date-revives"},
	},
}
