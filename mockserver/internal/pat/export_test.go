package pat

// Ordinal is what notes count with, from a number that no note gets to.
var Ordinal = ordinal
