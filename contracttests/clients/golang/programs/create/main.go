// Create creates a token, as the example of CreatePersonalAccessToken in v2026. It needs no
// correction.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
	v2026 "github.com/sailpoint-oss/golang-sdk/v2/api_v2026"
)

func main() {
	createpersonalaccesstokenrequest := []byte(`{
		"scope" : [
			"demo:personal-access-token-scope:first", "demo:personal-access-token-scope:second"
		],
		"accessTokenValiditySeconds" : 36900,
		"name" : "NodeJS Integration",
		"userAwareTokenNeverExpires" : false,
		"expirationDate" : "2026-12-31T23:59:59.999Z"
	}`)
	var createPersonalAccessTokenRequest v2026.CreatePersonalAccessTokenRequest
	if err := json.Unmarshal(createpersonalaccesstokenrequest,
		&createPersonalAccessTokenRequest); err != nil {
		fmt.Println("Error:", err)
		return
	}
	configuration := sailpoint.NewDefaultConfiguration()
	apiClient := sailpoint.NewAPIClient(configuration)
	resp, r, err := apiClient.V2026.PersonalAccessTokensAPI.
		CreatePersonalAccessToken(context.Background()).
		CreatePersonalAccessTokenRequest(createPersonalAccessTokenRequest).Execute()
	if err != nil {
		fmt.Fprintf(os.Stderr,
			"Error when calling `PersonalAccessTokensAPI.CreatePersonalAccessToken``: %v\n", err)
		fmt.Fprintf(os.Stderr, "Full HTTP response: %v\n", r)
	}
	fmt.Fprintf(os.Stdout,
		"Response from `PersonalAccessTokensAPI.CreatePersonalAccessToken`: %v\n", resp)
}
