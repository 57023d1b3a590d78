package cli

import (
	"testing"
)

func TestIsContainerInit(t *testing.T) {
	for _, tt := range []struct {
		name        string
		pid, parent int
		mark        string
		want        bool
	}{
		{"first process of Docker's", 1, 0, "/.dockerenv", true},
		{"first process of Podman's", 1, 0, "/run/.containerenv", true},
		{"child of an init", 7, 1, "/.dockerenv", true},
		{"deeper in a container, as in a test run", 70, 12, "/.dockerenv", false},
		{"service of a machine", 300, 1, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := isContainerInit(tt.pid, tt.parent,
				func(path string) bool { return path == tt.mark }); got != tt.want {
				t.Errorf("isContainerInit is %t, want %t", got, tt.want)
			}
		})
	}
}
