package mockserver_test

import (
	"log/slog"
	"net/http"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

func TestFindings_RepeatedPages(t *testing.T) {
	var log logText
	m := startWith(t, "crowded", mockserver.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	c := m.as("jane.doe")
	page := func(query string) []string {
		t.Helper()
		c.get("/v2026/personal-access-tokens?owner-id=me" + query).is(http.StatusOK)
		kinds := []string{}
		for _, f := range lastEntry(t, m).Findings {
			if f.Kind == control.PagesRepeat {
				kinds = append(kinds, f.Kind)
			}
		}
		return kinds
	}
	for _, step := range []struct {
		query    string
		findings int
	}{
		{"", 0},
		{"", 0},
		{"&limit=250&offset=0", 0},
		{"&limit=250&offset=0", 0},
		{"&limit=250&offset=250", 1},
		{"&limit=250&offset=500", 0},
		{"&filters=lastUsed%20le%202017-01-01T00:00:00Z&offset=0", 0},
		{"&filters=lastUsed%20le%202017-01-01T00:00:00Z&offset=10", 0},
	} {
		if got := page(step.query); len(got) != step.findings {
			t.Errorf("%q: findings %q, want %d", step.query, got, step.findings)
		}
	}
	if n := log.count("rule=pages-repeat"); n != 1 {
		t.Errorf("got %d log lines, want one", n)
	}
}
