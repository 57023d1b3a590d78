// Package evidence defines how well a fact about the API is known.
package evidence

// A Level is the kind of source that a fact comes from.
type Level string

// The levels, from the strongest. None of them means that a tenant has confirmed the fact.
const (
	Published Level = "published" // in the specification or on official pages
	Observed  Level = "observed"  // seen in a public place
	Assumed   Level = "assumed"   // inferred
)
