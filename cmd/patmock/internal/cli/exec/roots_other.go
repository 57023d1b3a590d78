//go:build !windows && !darwin

package exec

// addSystemStore adds the roots that are not in a file. This system has none.
func addSystemStore(*certificates) {}
