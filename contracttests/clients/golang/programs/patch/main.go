// Patch changes a token, as the example of PatchPersonalAccessToken in v2026. Its correction is the
// request, which is not JSON in the example. Without it the example sends no request.
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
	id := `ef38f94347e94562b5bb8424a56397d8`
	jsonpatchoperation := []byte(`[
		{"op": "replace", "path": "/name", "value": "New name"},
		{"op": "replace", "path": "/scope", "value": ["sp:scopes:all"]},
		{"op": "replace", "path": "/expirationDate", "value": "2027-12-31T23:59:59.999Z"}
	]`)
	var jsonPatchOperation []v2026.JsonPatchOperation
	if err := json.Unmarshal(jsonpatchoperation, &jsonPatchOperation); err != nil {
		fmt.Println("Error:", err)
		return
	}
	configuration := sailpoint.NewDefaultConfiguration()
	apiClient := sailpoint.NewAPIClient(configuration)
	resp, r, err := apiClient.V2026.PersonalAccessTokensAPI.
		PatchPersonalAccessToken(context.Background(), id).
		JsonPatchOperation(jsonPatchOperation).Execute()
	if err != nil {
		fmt.Fprintf(os.Stderr,
			"Error when calling `PersonalAccessTokensAPI.PatchPersonalAccessToken``: %v\n", err)
		fmt.Fprintf(os.Stderr, "Full HTTP response: %v\n", r)
	}
	fmt.Fprintf(os.Stdout,
		"Response from `PersonalAccessTokensAPI.PatchPersonalAccessToken`: %v\n", resp)
}
