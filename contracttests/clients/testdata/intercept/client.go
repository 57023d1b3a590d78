// Command client logs in and lists tokens. The address of the tenant is built in.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
)

const base = "https://acme.api.identitynow.com"

func main() {
	login, err := http.PostForm(base+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {os.Getenv("SAIL_CLIENT_ID")},
		"client_secret": {os.Getenv("SAIL_CLIENT_SECRET")},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer login.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(login.Body).Decode(&token); err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, base+"/v3/personal-access-tokens", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	tokens, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer tokens.Body.Close()
	fmt.Println(login.StatusCode, tokens.StatusCode)
}
