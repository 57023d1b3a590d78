package main

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// didYouMean proposes the known name that is closest to what was written, as the end of a
// sentence; it is empty when nothing is close.
func didYouMean(word string, known []string) string {
	const near = 2 // edits: one slip, or two letters exchanged
	best, least := "", near+1
	for _, name := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), name); d < least && d < len(name) {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}
