package prose

import "regexp"

// A Rule rejects a construct that readers have to decode.
type Rule struct {
	Name string
	// Advice is the wording to use instead.
	Advice string
	// Opening restricts the rule to the beginning of a comment or paragraph.
	Opening bool
	pattern *regexp.Regexp
	// allowed are terms that contain a rejected word.
	allowed *regexp.Regexp
}

// Rules returns the rules in the order in which counts list them.
func Rules() []Rule { return rules }

var rules = []Rule{
	{
		Name: "tells, told", Advice: "say reports, logs, prints or returns",
		pattern: regexp.MustCompile(`(?i)\b(tells?|telling|told)\b`),
	},
	{
		Name: "stands", Advice: "say is, or name the relation",
		pattern: regexp.MustCompile(`(?i)\b(stands?|standing|stood)\b`),
		allowed: regexp.MustCompile(`(?i)\b(stand-in|standing (rule|order))`),
	},
	{
		Name:    "whoever, nobody, somebody",
		Advice:  "say the caller, users, clients, or use the passive",
		pattern: regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|everybody)\b`),
	},
	{
		Name: "X is what", Advice: "go on with a verb, such as returns, or with a noun",
		Opening: true,
		pattern: regexp.MustCompile(
			`^[A-Za-z][\w.]*( of [\w ]+)? (is|are) (what|how|who|whether|where|when|why)\b`),
	},
	{
		Name: "What ...", Advice: "begin with a noun, not with a clause", Opening: true,
		pattern: regexp.MustCompile(`^(What|Who|Whose|Those|Where|How)\b`),
	},
	{
		Name: ", where", Advice: "say if, when, unless or in which, or begin a sentence",
		pattern: regexp.MustCompile(`(?i), where\b`),
	},
	{
		Name: "answer", Advice: "say response, and responds or returns",
		pattern: regexp.MustCompile(`(?i)\banswer(s|ed|ing)?\b`),
	},
	{
		Name: "refuse, decline", Advice: "say rejects, rejected or error",
		pattern: regexp.MustCompile(`(?i)\b(refus(e|es|ed|ing|als?)|declin(e|es|ed|ing))\b`),
		allowed: regexp.MustCompile(`(?i)connection refused`),
	},
	{
		Name: "held against", Advice: "say validated",
		pattern: regexp.MustCompile(`(?i)\b(hold|holds|held|holding) ([\w ]+ )?against\b`),
	},
	{
		Name: "stranger", Advice: "say unmatched, foreign, unauthorized or other",
		pattern: regexp.MustCompile(`(?i)\bstrangers?\b`),
	},
	{
		Name: "control surface", Advice: "say control API",
		pattern: regexp.MustCompile(`(?i)\bcontrol surfaces?\b`),
	},
	{
		Name: "those that", Advice: "name them",
		pattern: regexp.MustCompile(`(?i)\b(those that|those who)\b`),
	},
	{
		Name: "asks", Advice: "say requests or calls",
		pattern: regexp.MustCompile(`(?i)\b(asks|asked)\b`),
	},
}

// counted are constructs that counts list, and that are correct in some sentences.
var counted = []Rule{
	{Name: "where, at all", pattern: regexp.MustCompile(`(?i)\bwhere\b`)},
}

// find returns the places of the construct in a text, as offsets.
func (r Rule) find(text string) [][]int {
	found := r.pattern.FindAllStringIndex(text, -1)
	if r.allowed == nil || found == nil {
		return found
	}
	terms := r.allowed.FindAllStringIndex(text, -1)
	var rest [][]int
	for _, at := range found {
		inside := false
		for _, term := range terms {
			inside = inside || term[0] <= at[0] && at[1] <= term[1]
		}
		if !inside {
			rest = append(rest, at)
		}
	}
	return rest
}
