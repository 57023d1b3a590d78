package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// world is a mock in this process with users, the first of whom is an administrator and calls it.
type world struct {
	mock   *mockserver.Server
	users  []control.User
	bearer string
	folder string // of its state file
	once
}

// memoryBudget, in bytes, is enough for the largest journal.
const memoryBudget = 4 << 30

func newWorld(n int, config mockserver.Config) (*world, error) {
	tenant := &fixtures.Tenant{Source: "bench", ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName, Pod: fixtures.DefaultPod}
	for i := range n {
		name, level := fmt.Sprintf("user %06d", i), "USER"
		if i == 0 {
			level = "ORG_ADMIN"
		}
		id := fmt.Sprintf("%032x", i)
		tenant.Identities = append(tenant.Identities, fixtures.Identity{ID: id, Name: name, UserLevels: []string{level}})
		tenant.Tokens = append(tenant.Tokens, fixtures.Token{
			ID: fmt.Sprintf("%032x", i+1<<40), Secret: fmt.Sprintf("%064x", i), Owner: name, Name: "login", Scope: []string{"sp:scopes:all"},
			AccessTokenValiditySeconds: fixtures.MaxValiditySeconds, UserAwareTokenNeverExpires: true,
		})
	}
	config.Tenant, config.Log, config.MemoryBudget = tenant, slog.New(slog.DiscardHandler), memoryBudget
	mock, err := mockserver.New(config)
	if err != nil {
		return nil, err
	}
	w := &world{mock: mock}
	for _, t := range tenant.Tokens {
		w.users = append(w.users, control.User{ClientID: t.ID, ClientSecret: t.Secret})
	}
	w.bearer, err = w.exchange(w.users[0])
	return w, err
}

func (w *world) end() {
	_ = w.mock.Close()
	w.verifying.Wait()
	if w.folder != "" {
		_ = os.RemoveAll(w.folder)
	}
}

// call returns a call of the world.
func (w *world) call(run func(w *world, n int) error) call {
	return call{func(n int) error { return run(w, n) }, w.end}
}

// ofUsers prepares a world of n users.
func ofUsers(run func(*world, int) error) func(context.Context, int) (call, error) {
	return func(_ context.Context, n int) (call, error) {
		w, err := newWorld(n, mockserver.Config{})
		if err != nil {
			return call{}, err
		}
		return w.call(run), nil
	}
}

// inFile prepares a world of n users that is in a state file.
func inFile(run func(*world, int) error) func(context.Context, int) (call, error) {
	return func(_ context.Context, n int) (call, error) {
		folder, err := os.MkdirTemp("", "bench")
		if err != nil {
			return call{}, err
		}
		w, err := newWorld(n, mockserver.Config{StateFile: filepath.Join(folder, "state")})
		if err != nil {
			return call{}, err
		}
		w.folder = folder
		return w.call(run), w.addIdentity(-1)
	}
}

// afterCalls prepares a world after n calls of another kind.
func afterCalls(before, run func(*world, int) error) func(context.Context, int) (call, error) {
	return func(_ context.Context, n int) (call, error) {
		w, err := newWorld(10, mockserver.Config{})
		for i := 0; i < n && err == nil; i++ {
			err = before(w, i)
		}
		if err != nil {
			return call{}, err
		}
		return w.call(run), nil
	}
}

func ofNamespaces(run func(*world, int) error) func(context.Context, int) (call, error) {
	return func(_ context.Context, n int) (call, error) {
		w, err := newWorld(10, mockserver.Config{MaxNamespaces: n + 1})
		for i := 1; i < n && err == nil; i++ {
			err = w.send("PUT", fmt.Sprintf("/t/n-%d/_mock/namespace", i), jsonBody, "{}")
		}
		if err != nil {
			return call{}, err
		}
		return w.call(run), nil
	}
}

func ofJournal(run func(*world, int) error) func(context.Context, int) (call, error) {
	return func(_ context.Context, n int) (call, error) {
		w, err := newWorld(10, mockserver.Config{JournalSize: n})
		for i := 0; i < n && err == nil; i++ {
			err = w.loginUnknown(i)
		}
		if err != nil {
			return call{}, err
		}
		journal, err := w.journal()
		if err == nil && journal.Held != n {
			err = fmt.Errorf("%d requests are in the journal, want %d", journal.Held, n)
		}
		return w.call(run), err
	}
}

func ofBearers(_ context.Context, n int) (call, error) {
	w, err := newWorld(min(n, 1000), mockserver.Config{})
	bearers := make([]string, n)
	for i := 0; i < n && err == nil; i++ {
		bearers[i], err = w.exchange(w.users[i%len(w.users)])
	}
	if err != nil {
		return call{}, err
	}
	return w.call(func(w *world, i int) error {
		w.bearer = bearers[i%n]
		return w.list(i)
	}), nil
}

func ofClients(_ context.Context, n int) (call, error) {
	w, err := newWorld(10, mockserver.Config{})
	if err != nil {
		return call{}, err
	}
	run := func(w *world, i int) error { return w.loginUnknown(i % n) }
	for i := 0; i < n && err == nil; i++ {
		err = run(w, i)
	}
	return w.call(run), err
}

func ofFaults(ctx context.Context, n int) (call, error) {
	w, err := newWorld(10, mockserver.Config{})
	for i := 0; i < n && err == nil; i++ {
		_, err = w.mock.Control().AddFault(ctx, control.Fault{Owner: fmt.Sprint("other ", i), Status: http.StatusServiceUnavailable})
	}
	if err != nil {
		return call{}, err
	}
	return w.call((*world).list), nil
}

// answer is a response of which a beginning is kept.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header    { return a.header }
func (a *answer) WriteHeader(status int) { a.status = cmp.Or(a.status, status) }
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// request sends a request that has to succeed, or to have one status.
func (w *world) request(method, path, contentType, body string, want int) (*answer, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if w.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+w.bearer)
	}
	a := &answer{header: http.Header{}}
	w.mock.ServeHTTP(a, r)
	if good := a.status < http.StatusBadRequest; a.status != want && (want != 0 || !good) {
		return nil, fmt.Errorf("%s %s answers %d: %s", method, path, a.status, a.body.String())
	}
	return a, nil
}

func (w *world) send(method, path, contentType, body string) error {
	_, err := w.request(method, path, contentType, body, 0)
	return err
}

// exchange returns a new bearer of a user.
func (w *world) exchange(u control.User) (string, error) {
	a, err := w.request("POST", "/oauth/token", form, credentials(u.ClientID, u.ClientSecret), 0)
	if err != nil {
		return "", err
	}
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	err = json.Unmarshal(a.body.Bytes(), &issued)
	return issued.AccessToken, err
}

func credentials(id, secret string) string {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}.Encode()
}
