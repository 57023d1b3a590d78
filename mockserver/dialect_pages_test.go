package mockserver_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
)

const crowdedList = "/v2026/personal-access-tokens"

// startCrowded returns a tenant with more tokens than a page has, and its administrator.
func startCrowded(t *testing.T, settings dialect.Dialect) (*tenant, *client) {
	t.Helper()
	m := startWith(t, "crowded", mockserver.Config{Dialect: settings})
	return m, m.as("admin")
}

// A client that pages until a page is short gets every token once and causes no findings.
func TestDialect_PagingEnds(t *testing.T) {
	_, complete := startCrowded(t, nil)
	all := complete.get(crowdedList).is(http.StatusOK).list()
	m, admin := startCrowded(t, dialect.Dialect{dialect.ListPaging: {Value: dialect.Paged}})
	for _, limit := range []int{1, 7, 250} {
		var got []any
		for offset := 0; ; offset += limit {
			page := admin.get(fmt.Sprintf("%s?limit=%d&offset=%d&count=true", crowdedList, limit,
				offset)).is(http.StatusOK)
			if count := page.header.Get("X-Total-Count"); count != fmt.Sprint(len(all)) {
				t.Fatalf("limit %d: X-Total-Count %q, want %d", limit, count, len(all))
			}
			if findings := lastEntry(t, m).Findings; len(findings) > 0 {
				t.Fatalf("limit %d: unexpected findings: %v", limit, findings)
			}
			for _, token := range page.list() {
				got = append(got, token["id"])
			}
			if len(page.list()) < limit {
				break
			}
		}
		want := []any{}
		for _, token := range all {
			want = append(want, token["id"])
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %d tokens, want %d in the same order", limit, len(got), len(want))
		}
	}
}

func TestDialect_Paging(t *testing.T) {
	pages := dialect.Dialect{dialect.ListPaging: {Value: dialect.Paged}}
	strict := dialect.Dialect{
		dialect.ListPaging: {Value: dialect.Paged}, dialect.Limit251: {Status: 400},
	}
	_, all := startCrowded(t, nil)
	total := len(all.get(crowdedList).is(http.StatusOK).list())
	for _, test := range []struct {
		name     string
		settings dialect.Dialect
		query    string
		status   int
		tokens   int
		count    string
	}{
		{"default", pages, "", 200, min(total, 250), ""},
		{"maximum", pages, "?limit=251", 200, min(total, 250), ""},
		{"maximum, rejected", strict, "?limit=251", 400, 0, ""},
		{"none", pages, "?limit=0&count=true", 200, 0, fmt.Sprint(total)},
		{"no count", pages, "?limit=3&count=false", 200, 3, ""},
		{"no numbers", pages, "?limit=many&offset=-1", 200, min(total, 250), ""},
		{"offset after the end", pages, "?offset=100000", 200, 0, ""},
		{
			"largest numbers", pages, "?limit=9223372036854775807&offset=9223372036854775807",
			200, 0, "",
		},
		{"complete", nil, "?limit=3&offset=1&count=true", 200, total, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, admin := startCrowded(t, test.settings)
			r := admin.get(crowdedList + test.query).is(test.status)
			if test.status == http.StatusOK && len(r.list()) != test.tokens {
				t.Errorf("got %d tokens, want %d", len(r.list()), test.tokens)
			}
			if count := r.header.Get("X-Total-Count"); count != test.count {
				t.Errorf("X-Total-Count = %q, want %q", count, test.count)
			}
		})
	}
}

// Equal names stay equal in a state file. Names of other owners do not collide.
func TestDialect_NamesSurviveRestart(t *testing.T) {
	state := t.TempDir() + "/state"
	settings := dialect.Dialect{
		dialect.NameCase: {Value: dialect.Same}, dialect.NameBlanks: {Value: dialect.Same},
	}
	const body = `{"name":"%s","userAwareTokenNeverExpires":true}`
	t.Run("before", func(t *testing.T) {
		m := startWith(t, "default", mockserver.Config{Dialect: settings, StateFile: state})
		m.as("jane.doe").post(crowdedList, fmt.Sprintf(body, "My Token")).is(http.StatusOK)
	})
	m := startWith(t, "default", mockserver.Config{Dialect: settings, StateFile: state})
	jane := m.as("jane.doe")
	jane.post(crowdedList, fmt.Sprintf(body, " my token")).is(http.StatusBadRequest)
	m.as("john.roe").post(crowdedList, fmt.Sprintf(body, "MY TOKEN")).is(http.StatusOK)
}

// A state file with two names that the dialect treats as equal is an error. The file does not
// change.
func TestDialect_RejectsCollidingNamesInStateFile(t *testing.T) {
	state := t.TempDir() + "/state"
	t.Run("before", func(t *testing.T) {
		m := startWith(t, "default", mockserver.Config{StateFile: state})
		for _, name := range []string{"one", "ONE"} {
			body := fmt.Sprintf(`{"name":%q,"userAwareTokenNeverExpires":true}`, name)
			m.as("jane.doe").post(crowdedList, body).is(http.StatusOK)
		}
	})
	settings := dialect.Dialect{dialect.NameCase: {Value: dialect.Same}}
	mock, err := mockserver.New(mockserver.Config{
		Dialect: settings, StateFile: state, Log: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		t.Cleanup(func() { _ = mock.Close() })
		t.Fatal("got no error, want one about the names")
	}
	if !errors.Is(err, pat.ErrNameTaken) || !strings.Contains(err.Error(), state) {
		t.Fatalf("error %v does not mention the file and a taken name", err)
	}
	text := regexp.MustCompile(`[0-9a-f]{32}`).ReplaceAllString(err.Error(), "ID")
	golden.Check(t, configTexts, golden.Key(t), strings.ReplaceAll(text, state, "STATE"))
}
