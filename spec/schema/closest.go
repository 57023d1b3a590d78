package schema

import "strings"

// maxCompared is the maximum length of a word in bytes. The cost of a comparison grows with the
// product of the lengths.
const maxCompared = 100

// maxCandidates is the maximum number of candidates.
const maxCandidates = 5_000

// Closest returns the known word that is closest to word, or "" if none is close.
func Closest(word string, known []string) string {
	if len(word) > maxCompared {
		return ""
	}
	word = strings.ToLower(word)
	best, maxDistance := "", max(1, len(word)/3)
	for _, candidate := range known[:min(len(known), maxCandidates)] {
		if len(candidate) > maxCompared ||
			max(len(candidate)-len(word), len(word)-len(candidate)) > maxDistance {
			continue
		}
		if d := distance(word, strings.ToLower(candidate)); d < maxDistance ||
			d == maxDistance && best == "" {
			best, maxDistance = candidate, d
		}
	}
	return best
}

// distance returns the number of edits that turn a into b. An edit inserts, deletes or replaces a
// byte, or swaps two neighbors.
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			d[i][j] = min(replaced, d[i-1][j]+1, d[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
