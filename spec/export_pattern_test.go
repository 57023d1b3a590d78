package spec

// PatternWords returns the words of a pattern.
func PatternDescription(pattern string) string { return patternDescriptions[pattern] }
