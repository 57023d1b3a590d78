package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

var now = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// contestedStore is a store whose first write fails with a conflict.
type contestedStore struct {
	*memory.Store
	writes int
}

func (s *contestedStore) write(do func() error) error {
	if s.writes++; s.writes == 1 {
		return pat.ErrConflict
	}
	return do()
}

func (s *contestedStore) Create(ctx context.Context, t *pat.Token, limit int) error {
	return s.write(func() error { return s.Store.Create(ctx, t, limit) })
}

func (s *contestedStore) Swap(ctx context.Context, changes ...pat.Change) error {
	return s.write(func() error { return s.Store.Swap(ctx, changes...) })
}

func (s *contestedStore) Delete(ctx context.Context, t *pat.Token) error {
	return s.write(func() error { return s.Store.Delete(ctx, t) })
}

// tenant has an administrator with a token.
type tenant struct {
	store  *contestedStore
	tokens *oauth.Server
	pats   *api.API
	oauth  *spec.Document
	api    *spec.Document
}

func start(t *testing.T) *tenant {
	t.Helper()
	load := func(name string) *spec.Document {
		document, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
	ann := pat.Owner{ID: strings.Repeat("a", 32), Name: "ann"}
	store := &contestedStore{Store: memory.New()}
	err := store.Replace(t.Context(), pat.Tenant{
		Identities: []pat.Identity{{ID: ann.ID, Name: ann.Name, UserLevels: []string{"ORG_ADMIN"}}},
		Tokens: []*pat.Token{pat.NewToken(pat.TokenData{
			ID: strings.Repeat("b", 32), Secret: strings.Repeat("c", 64), Name: "robot", Owner: ann,
			Created: now,
			Scope:   []string{pat.ScopeAll}, AccessTokenValiditySeconds: 60,
			UserAwareTokenNeverExpires: true,
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(1)
	source := random.New(&seed, "default")
	service := pat.NewService(pat.Config{
		Store: store, NewID: func() string {
			return source.Hex("id", 16)
		}, NewSecret: func() string { return source.Hex("secret", 32) },
	})
	key, err := oauth.DeriveKey([]byte("secret"), "default", "")
	if err != nil {
		t.Fatal(err)
	}
	gate := &admission.Controller{
		Limits: ratelimit.New(ratelimit.TenantLimit), Faults: fault.New(source),
	}
	writer := response.Writer{Log: slog.New(slog.DiscardHandler)}
	clock := func() time.Time { return now }
	m := &tenant{store: store, oauth: load(spec.OAuth), api: load(string(version.V1))}
	m.tokens = oauth.New(oauth.Config{
		Document: m.oauth, Service: service, Key: key, Admission: gate, Random: source, Now: clock,
		Writer: writer,
	})
	m.pats = api.New(api.Config{
		Documents: map[version.Version]*spec.Document{version.V1: m.api}, Service: service,
		Authenticate: func(
			context.Context, *response.RequestInfo, string, time.Time,
		) (pat.Caller, error) {
			return pat.Caller{
				ClientID: "client", ID: ann.ID, Name: ann.Name, UserLevels: []string{"ORG_ADMIN"},
				Scopes: []string{pat.ScopeAll},
			}, nil
		},
		Admission: gate, Now: clock, Writer: writer,
	})
	return m
}

// An operation that loses a race for a token is prepared again.
func TestOperation_RepeatsLostRace(t *testing.T) {
	id, secret := strings.Repeat("b", 32), strings.Repeat("c", 64)
	tests := []struct {
		operation, contentType, body string
		want                         int
	}{
		{
			"createPersonalAccessToken", "application/json",
			`{"name":"new","userAwareTokenNeverExpires":true}`, http.StatusOK,
		},
		{
			"patchPersonalAccessToken", "application/json-patch+json",
			`[{"op":"replace","path":"/name","value":"renamed"}]`, http.StatusOK,
		},
		{"deletePersonalAccessToken", "", "", http.StatusNoContent},
		{
			"updateBulkPersonalAccessTokens", "application/json",
			fmt.Sprintf(`{"ids":[%q],"patch":[{"op":"replace",`+
				`"path":"/userAwareTokenNeverExpires","value":true}]}`, id), http.StatusOK,
		},
		{
			"requestAccessToken", "application/x-www-form-urlencoded",
			"grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret,
			http.StatusOK,
		},
	}
	for _, test := range tests {
		t.Run(test.operation, func(t *testing.T) {
			m := start(t)
			rw := httptest.NewRecorder()
			// the request does not pass the router
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.contentType)
			r.SetPathValue("id", id)
			r = response.RequestWithInfo(r, &response.RequestInfo{RequestBody: []byte(test.body)})
			if op := m.oauth.Operation(test.operation); op != nil {
				m.tokens.Serve(rw, r, oauth.NewRoute(op))
			} else {
				m.pats.Serve(rw, r, api.NewRoute(version.V1, m.api.Operation(test.operation)))
			}
			if rw.Code != test.want || m.store.writes != 2 {
				t.Errorf("status %d after %d writes, want %d after 2: %s", rw.Code, m.store.writes,
					test.want, rw.Body)
			}
		})
	}
}
