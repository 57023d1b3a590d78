// Package evidence says how sure a fact about the API is.
package evidence

// A Standing is where a fact comes from, and so how far it can be trusted.
type Standing string

// The standings, from sure to least sure. None of them means that a tenant was asked.
const (
	Published Standing = "published" // in the specification or the official pages
	Observed  Standing = "observed"  // seen in a public place
	Assumed   Standing = "assumed"   // inferred
)
