package pat

// Ordinal is the function that formats the ordinals of notes.
var Ordinal = ordinal
