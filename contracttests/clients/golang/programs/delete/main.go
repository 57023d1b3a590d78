// Delete deletes a token, as the example of DeletePersonalAccessToken in v2026. It needs no
// correction.
package main

import (
	"context"
	"fmt"
	"os"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
)

func main() {
	id := `ef38f94347e94562b5bb8424a56397d8`
	configuration := sailpoint.NewDefaultConfiguration()
	apiClient := sailpoint.NewAPIClient(configuration)
	r, err := apiClient.V2026.PersonalAccessTokensAPI.
		DeletePersonalAccessToken(context.Background(), id).Execute()
	if err != nil {
		fmt.Fprintf(os.Stderr,
			"Error when calling `PersonalAccessTokensAPI.DeletePersonalAccessToken``: %v\n", err)
		fmt.Fprintf(os.Stderr, "Full HTTP response: %v\n", r)
	}
}
