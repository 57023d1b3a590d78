package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/spec/version"
)

// The mock accepts every request that a document shows.
func TestDocumentedRequests_AreAccepted(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "default").as("admin")
		var document struct {
			Paths map[string]map[string]struct {
				RequestBody struct {
					Content map[string]struct{ Example json.RawMessage }
				}
			}
		}
		if err := json.Unmarshal([]byte(c.get("/_mock/spec/"+string(v)).is(http.StatusOK).text),
			&document); err != nil {
			t.Fatal(err)
		}
		base, _, _ := strings.Cut(v.CollectionPath(), "/personal-access-tokens")
		sent := 0
		for path, methods := range document.Paths {
			for method, operation := range methods {
				for contentType, body := range operation.RequestBody.Content {
					if body.Example != nil {
						sent++
						path := base +
							strings.ReplaceAll(path, "{id}", "cafecafecafecafecafecafecafecafe")
						c.send(strings.ToUpper(method), path, contentType,
							string(body.Example)).is(http.StatusOK)
					}
				}
			}
		}
		if sent == 0 {
			t.Error("no documented request found")
		}
	})
}
