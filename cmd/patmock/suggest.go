package main

import "example.com/patmock/spec/schema"

// didYouMean proposes the known name that is closest to what was written, as the end of a
// sentence. It is empty if none is close: a slip for every three letters.
func didYouMean(word string, known []string) string {
	name := schema.Closest(word, known)
	if name == "" || len(name) < 2 {
		return ""
	}
	return " (did you mean " + name + "?)"
}
