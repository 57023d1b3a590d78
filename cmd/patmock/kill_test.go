//go:build !windows

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/mockserver/control"
)

// A mock with a state file is killed repeatedly during writes. Every acknowledged token exists
// after a restart, and access tokens stay valid. PATMOCK_KILL_ROUNDS is the number of rounds.
func TestServe_KeepsAcknowledgedTokensWhenKilled(t *testing.T) {
	rounds := 5
	if text := os.Getenv("PATMOCK_KILL_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	binary := program(t)
	state := filepath.Join(dir, "state")
	var bearer string
	acknowledged := map[string]bool{}
	for round := range rounds {
		m := startPersistent(t, binary, state)
		if round == 0 {
			bearer = m.login(t)
		}
		m.check(t, bearer, acknowledged)
		for _, id := range m.createUntilKilled(t, bearer,
			time.Duration(20+7*(round%20))*time.Millisecond) {
			acknowledged[id] = true
		}
	}
	startPersistent(t, binary, state).check(t, bearer, acknowledged)
	t.Logf("%d rounds, %d acknowledged tokens", rounds, len(acknowledged))
	if len(acknowledged) < rounds {
		t.Errorf("%d tokens in %d rounds show nothing", len(acknowledged), rounds)
	}
}

// persistentMock is a mock with a state file, in its own process or container.
type persistentMock struct {
	url  string
	kill func() error // kills it and waits for its end
}

func startPersistent(t *testing.T, binary, state string) *persistentMock {
	t.Helper()
	process := exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--state", state, "--fixture",
		"empty", "--log-level", "error")
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill() // it may have ended
		_ = process.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	_, address, found := strings.Cut(line, "http://")
	if err != nil || !found {
		t.Fatalf("the mock did not start: %q, %v", line, err)
	}
	return &persistentMock{
		url: "http://" + strings.TrimSpace(address),
		kill: func() error {
			err := process.Process.Kill()
			_ = process.Wait() // killed
			return err
		},
	}
}

func (k *persistentMock) login(t *testing.T) string {
	t.Helper()
	users, err := control.New(control.Config{URL: k.url}).Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := users.Users[0]
	resp, err := http.PostForm(k.url+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {user.ClientID}, "client_secret": {
			user.ClientSecret,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it is read to its end
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&issued); err != nil ||
		issued.AccessToken == "" {
		t.Fatalf("login: %s, %v", resp.Status, err)
	}
	return issued.AccessToken
}

const tokensPath = "/v2026/personal-access-tokens"

// do sends a request and decodes a successful response.
func (k *persistentMock) do(
	ctx context.Context, bearer, method, path, body string, into any,
) error {
	r, err := http.NewRequestWithContext(ctx, method, k.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+bearer)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // what is wrong with it shows when it is decoded
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// create creates a token that never expires and returns its ID.
func (k *persistentMock) create(ctx context.Context, bearer, name string) (id string, err error) {
	var token struct{ ID string }
	err = k.do(ctx, bearer, "POST", tokensPath,
		fmt.Sprintf(`{"name":%q,"userAwareTokenNeverExpires":true}`, name), &token)
	return token.ID, err
}

// list returns the IDs of the existing tokens.
func (k *persistentMock) list(t *testing.T, bearer string) map[string]bool {
	t.Helper()
	var listed []struct{ ID string }
	if err := k.do(t.Context(), bearer, "GET", tokensPath, "", &listed); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, token := range listed {
		there[token.ID] = true
	}
	return there
}

// check checks that the list has every acknowledged token.
func (k *persistentMock) check(t *testing.T, bearer string, acknowledged map[string]bool) {
	t.Helper()
	there := k.list(t, bearer)
	for id := range acknowledged {
		if !there[id] {
			t.Errorf("token %s was acknowledged, and is gone", id)
		}
	}
}

// createUntilKilled creates tokens concurrently and kills the process some time after the first
// acknowledgement. It returns the acknowledged tokens.
func (k *persistentMock) createUntilKilled(
	t *testing.T, bearer string, after time.Duration,
) []string {
	t.Helper()
	var mu sync.Mutex
	var made []string
	var group sync.WaitGroup
	begun, ended := make(chan struct{}), make(chan struct{})
	for range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				id, err := k.create(t.Context(), bearer, fmt.Sprintf("%s %p %d", k.url, &i, i))
				if err != nil {
					return // it has ended
				}
				mu.Lock()
				if made = append(made, id); len(made) == 1 {
					close(begun)
				}
				mu.Unlock()
			}
		})
	}
	go func() {
		group.Wait()
		close(ended)
	}()
	select {
	case <-begun:
	case <-ended:
		t.Fatal("no token was made: to kill it would show nothing")
	}
	<-time.After(after)
	if err := k.kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	return made
}
