package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// create is a client that logs in with the SAIL_ variables and creates a token: create BODY
// [NAMESPACE].
func create() {
	base := os.Getenv("SAIL_BASE_URL")
	if len(os.Args) > 2 {
		base += "/t/" + os.Args[2]
	}
	if err := createToken(base, os.Args[1]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func createToken(base, body string) error {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {os.Getenv("SAIL_CLIENT_ID")},
		"client_secret": {os.Getenv("SAIL_CLIENT_SECRET")},
	}
	resp, err := http.PostForm(base+"/oauth/token", form)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it is read only
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	var login struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&login); err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, base+"/v2024/personal-access-tokens",
		strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+login.AccessToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "create/1.0")
	created, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return created.Body.Close()
}
