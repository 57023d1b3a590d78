package spec

// PatternWords returns the words of a pattern.
func PatternWords(pattern string) string { return patternWords[pattern] }
