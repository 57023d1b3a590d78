package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
)

// agent is the User-Agent of every request.
const agent = "SailPoint-SDK-Go/2.7.106 (linux; amd64) Go/1.26.8 (openapi-generator/7.12.0)"

var errUnexpected = errors.New("that is not expected")

// send sends a request with the headers that all get, and reads the answer.
func (r *running) send(ctx context.Context, method, path, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, r.base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", r.authorization)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", agent)
	switch {
	case method == http.MethodPatch:
		request.Header.Set("Content-Type", "application/json-patch+json")
	case body != "":
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := r.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

func (r *running) list(ctx context.Context) (raw []byte, tokens []token, err error) {
	status, raw, err := r.send(ctx, http.MethodGet, r.path+"?owner-id=me", "")
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(raw, &tokens)
	}
	if err != nil || status != http.StatusOK {
		return nil, nil, fmt.Errorf("%s: list answers %d %.200s: %w", r.name, status, raw, cmp.Or(err, errUnexpected))
	}
	return raw, tokens, nil
}

func (r *running) create(ctx context.Context, name string) (raw []byte, err error) {
	body := fmt.Sprintf(`{"name":%q,"scope":["sp:scopes:all"],"userAwareTokenNeverExpires":true}`, name)
	status, raw, err := r.send(ctx, http.MethodPost, r.path, body)
	var made token
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(raw, &made)
	}
	if err != nil || made.ID == "" || made.Secret == "" {
		return nil, fmt.Errorf("%s: create answers %d %.200s: %w", r.name, status, raw, cmp.Or(err, errUnexpected))
	}
	return raw, nil
}

// login exchanges the credentials of a user for an access token, and returns the Authorization with it.
func (r *running) login(ctx context.Context, name string) (string, error) {
	who, err := control.New(control.Config{URL: r.base, HTTP: r.client}).Credentials(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(who.Users, func(u control.User) bool { return u.Name == name })
	if i < 0 {
		return "", fmt.Errorf("nobody is called %s", name)
	}
	return r.exchange(ctx, who.Users[i])
}

func (r *running) exchange(ctx context.Context, u control.User) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {u.ClientID}, "client_secret": {u.ClientSecret}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", agent)
	response, err := r.client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&issued); err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK || issued.AccessToken == "" {
		return "", fmt.Errorf("login answers %d: %w", response.StatusCode, errUnexpected)
	}
	return "Bearer " + issued.AccessToken, nil
}
