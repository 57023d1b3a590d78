package rule

// Verifications of the control API.
const (
	VerifyExpectations ID = "verify-expectations"
	VerifyExactNumber  ID = "verify-exact-number"
	VerifyBounds       ID = "verify-bounds"
	VerifyNumber       ID = "verify-number"
	VerifyTimeout      ID = "verify-timeout"
)

const verification = "control #/components/schemas/VerifyRequest"

var verifications = withCommon(Rule{Evidence: published, Unobservable: ofPatmock}, []Rule{
	{
		ID:      VerifyExpectations,
		Text:    "A verification has at least one expectation.",
		Sources: []string{verification + "/properties/expect"},
	},
	{
		ID:      VerifyExactNumber,
		Text:    "An expectation has an exact number of requests or bounds, not both.",
		Sources: []string{verification + "/properties/expect/items/properties/times"},
	},
	{
		ID:      VerifyBounds,
		Text:    "The lower bound of an expectation is not larger than the upper one.",
		Sources: []string{verification + "/properties/expect/items/properties/atLeast"},
	},
	{
		ID:      VerifyNumber,
		Text:    "A number of requests is not negative.",
		Sources: []string{verification + "/properties/expect/items/properties/times/minimum"},
	},
	{
		ID:      VerifyTimeout,
		Text:    "The timeout of a verification is a duration within patmock's bound.",
		Sources: []string{verification + "/properties/timeout"},
	},
})
