package main

import (
	"net"
	"strings"
	"testing"
)

// Every command reports a missing mock in two short lines with advice.
func TestNoMock_TwoLines(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, want string }{
		{"check", "--url"},
		{"env", "--fixture"},
		{"users", "--fixture"},
		{"tokens", "--fixture"},
		{"control health", "--url"},
		{"control reset", "--url"},
		{"control state get", "--url"},
		{"control clock get", "--url"},
		{"control fault list", "--url"},
		{"control requests list", "--url"},
		{"control requests follow", "--url"},
		{"control findings list", "--url"},
		{"control findings allow no-wait", "--url"},
		{"control namespace list", "--url"},
		{"control namespace create a --fixture crowded", "--url"},
		{"healthcheck --url " + address, "--url"},
	} {
		t.Run(strings.ReplaceAll(test.args, address, "ADDRESS"), func(t *testing.T) {
			got := command(t.Context(), map[string]string{"PATMOCK_URL": address},
				strings.Fields(test.args)...)
			lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
			lines = lines[max(0, len(lines)-2):]
			if len(lines) != 2 || strings.Count(lines[0], "127.0.0.1:") != 1 ||
				!strings.Contains(lines[1], test.want) {
				t.Fatalf("standard error is\n%s", got.stderr)
			}
			if fixture := strings.Contains(lines[1],
				"--fixture"); fixture != (test.want == "--fixture") {
				t.Errorf("--fixture in it: %t: %s", fixture, lines[1])
			}
			for i, most := range []int{150, 100} {
				if len(lines[i]) > most || strings.Contains(lines[i], "dial tcp") {
					t.Errorf("line %d is too long, or has the words of package net: %s", i+1,
						lines[i])
				}
			}
		})
	}
}
