package spec

// PatternDescription returns the description of a pattern.
func PatternDescription(pattern string) string { return patternDescriptions[pattern] }
