package main

import (
	"os"
	"testing"
)

// The steps pass, or end at a limit, at the mock of the environment: patmock exec -- go test ./...
func TestDriver(t *testing.T) {
	url := os.Getenv("SAIL_BASE_URL")
	switch {
	case url != "":
	case os.Getenv("CI") == "true":
		t.Fatal("SAIL_BASE_URL is not set: run patmock exec -- go test ./...")
	default:
		t.Skip("SAIL_BASE_URL is not set: run patmock exec -- go test ./...")
	}
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			for _, s := range steps {
				t.Run(s.name, func(t *testing.T) {
					switch outcome, detail := newRun(v, url).attempt(s); outcome {
					case "fail":
						t.Error(detail)
					case "limit":
						t.Log(detail)
					}
				})
			}
		})
	}
}
