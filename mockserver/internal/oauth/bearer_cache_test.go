package oauth_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/pat"
)

// callerOf returns a new caller of an access token.
func callerOf(client string, scope string) pat.Caller {
	return pat.Caller{
		ClientID: client, ID: "id of " + client, Name: "Ann", UserLevels: []string{"USER"},
		Scopes: []string{scope},
	}
}

func TestBearerCache_KeepsGenerationSize(t *testing.T) {
	var v oauth.BearerCache
	for n := range oauth.GenerationSize {
		v.Add(fmt.Sprint(n), callerOf(fmt.Sprint(n%1000), "a"))
	}
	for n := range oauth.GenerationSize {
		if c, known := v.Has(fmt.Sprint(n)); !known || c.ClientID != fmt.Sprint(n%1000) {
			t.Fatalf("access token %d: cached = %t, client = %q", n, known, c.ClientID)
		}
	}
}

func TestBearerCache_EvictsUnused(t *testing.T) {
	var v oauth.BearerCache
	v.Add("used", callerOf("used", "a"))
	v.Add("unused", callerOf("unused", "a"))
	for n := range 4 * oauth.GenerationSize {
		v.Add(fmt.Sprint(n), callerOf("other", "a"))
		if n%(oauth.GenerationSize/2) != 0 {
			continue
		}
		if _, known := v.Has("used"); !known {
			t.Fatalf("used access token was evicted after %d others", n)
		}
	}
	if _, known := v.Has("unused"); known {
		t.Error("unused access token was not evicted")
	}
}

// Access tokens of one client have different scopes if its token was changed in the meantime.
func TestBearerCache_KeepsScopesOfEachToken(t *testing.T) {
	var v oauth.BearerCache
	for n := range 9 {
		v.Add(fmt.Sprint(n), callerOf("ann", fmt.Sprint("scope ", n%3)))
	}
	for n := range 9 {
		if c, _ := v.Has(fmt.Sprint(n)); !slices.Equal(c.Scopes, []string{
			fmt.Sprint("scope ", n%3),
		}) {
			t.Errorf("access token %d: unexpected scopes: %q", n, c.Scopes)
		}
	}
}

func TestBearerCache_MemoryPerToken(t *testing.T) {
	const atMost = 100 // bytes for each access token of a client
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var v oauth.BearerCache
	before := held()
	for n := range oauth.GenerationSize {
		v.Add(fmt.Sprint(n)+strings.Repeat("x", 700), callerOf("ann", "sp:scopes:all"))
	}
	if each := (held() - before) / oauth.GenerationSize; each > atMost {
		t.Errorf("access token takes %d bytes, want at most %d", each, atMost)
	}
	if _, known := v.Has("unknown"); known {
		t.Error("unknown access token was cached")
	}
}
