// List lists tokens, as the example of ListPersonalAccessTokens in v2026. Its correction is the
// call with the owner and the filter, which the example has as a comment. Without it the example
// does not compile, because the variables are not used.
package main

import (
	"context"
	"fmt"
	"os"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
)

func main() {
	ownerId := `2c9180867b50d088017b554662fb281e`
	filters := `lastUsed le 2023-02-05T10:59:27.214Z`
	configuration := sailpoint.NewDefaultConfiguration()
	apiClient := sailpoint.NewAPIClient(configuration)
	resp, r, err := apiClient.V2026.PersonalAccessTokensAPI.
		ListPersonalAccessTokens(context.Background()).OwnerId(ownerId).Filters(filters).Execute()
	if err != nil {
		fmt.Fprintf(os.Stderr,
			"Error when calling `PersonalAccessTokensAPI.ListPersonalAccessTokens``: %v\n", err)
		fmt.Fprintf(os.Stderr, "Full HTTP response: %v\n", r)
	}
	fmt.Fprintf(os.Stdout,
		"Response from `PersonalAccessTokensAPI.ListPersonalAccessTokens`: %v\n", resp)
}
