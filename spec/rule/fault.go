package rule

// Fault rules of the control API.
const (
	FaultEffect    ID = "fault-effect"
	FaultOperation ID = "fault-operation"
	FaultVersion   ID = "fault-version"
	FaultStatus    ID = "fault-status"
	FaultCompanion ID = "fault-companion"
	FaultSchedule  ID = "fault-schedule"
	FaultDuration  ID = "fault-duration"
	FaultLatency   ID = "fault-latency"
	FaultHeader    ID = "fault-header"
)

const addFault = "control #/components/schemas/Fault"

var faults = withCommon(Rule{Evidence: published, Unobservable: ofPatmock}, []Rule{
	{
		ID:      FaultEffect,
		Text:    "A fault rule has exactly one of a status, a latency and an effect.",
		Sources: []string{addFault},
	},
	{
		ID:      FaultOperation,
		Text:    "A fault rule is about an operation that its version has.",
		Sources: []string{addFault + "/properties/operation"},
	},
	{
		ID:      FaultVersion,
		Text:    "A fault rule about the token endpoint has no version.",
		Sources: []string{addFault + "/properties/version"},
	},
	{
		ID:      FaultStatus,
		Text:    "The status of a fault rule is one that the operation declares.",
		Sources: []string{addFault + "/properties/status"},
	},
	{
		ID:   FaultCompanion,
		Text: "A field of a fault rule that qualifies another needs that other one.",
		Sources: []string{
			addFault + "/properties/retryAfter", addFault + "/properties/retryAfterAs",
		},
	},
	{
		ID:      FaultSchedule,
		Text:    "A fault rule applies at a rate, or after and for a number of requests.",
		Sources: []string{addFault + "/properties/rate"},
	},
	{
		ID:      FaultDuration,
		Text:    "A duration in a fault rule has numbers with units.",
		Sources: []string{"control #/components/schemas/Duration"},
	},
	{
		ID: FaultLatency,
		Text: "The latency of a fault rule is within patmock's bound, and a range starts at " +
			"its smaller end.",
		Sources: []string{addFault + "/properties/latency"},
	},
	{
		ID:      FaultHeader,
		Text:    "A fault rule matches no header that has a secret.",
		Sources: []string{addFault + "/properties/header"},
	},
})
