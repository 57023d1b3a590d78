package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// expectErrorForm expects the published properties of an ErrorResponseDto.
func expectErrorForm(t *contract.T, r *contract.Response) {
	r.ExpectError(r.StatusCode())
	if id := r.ErrorBody().TrackingID; id.Value == "" {
		t.Errorf("trackingId is %v, expected a non-empty string", id)
	}
}

// expectUnauthorizedForm expects the body of a 401.
func expectUnauthorizedForm(t *contract.T, r *contract.Response) {
	if kind := r.ErrorBody().Error; kind.Value == "" {
		t.Errorf("error is %v, expected a non-empty string", kind)
	}
}

// expectRateLimitForm expects the body of a 429.
func expectRateLimitForm(t *contract.T, r *contract.Response) {
	if message := r.ErrorBody().Message; strings.TrimSpace(message.Value) == "" {
		t.Errorf("message is %v, expected a non-blank string", message)
	}
}

// expectFormOfStatus expects the error body of the response's status.
func expectFormOfStatus(t *contract.T, r *contract.Response) {
	switch r.StatusCode() {
	case http.StatusUnauthorized:
		expectUnauthorizedForm(t, r)
	case http.StatusTooManyRequests:
		expectRateLimitForm(t, r)
	default:
		expectErrorForm(t, r)
	}
}

// namedResponse is a response with the name of its request.
type namedResponse struct {
	name string
	r    *contract.Response
}

// badRequests returns responses with status 400 to requests that are valid by their document.
func badRequests(t *contract.T) []namedResponse {
	c := t.Owner()
	past := c.NewTokenBody()
	past["expirationDate"] = "2020-01-01T00:00:00.000Z"
	token := c.MustCreate()
	return []namedResponse{
		{"list", c.ListOwn("filters", `name eq "x"`)},
		{"create", c.Create(past)},
		{"patch", c.Patch(token.ID, replace("/id", unknownID))},
	}
}

// notFounds returns responses with status 404.
func notFounds(t *contract.T) []namedResponse {
	c := t.Owner()
	return []namedResponse{
		{"patch", c.Patch(unknownID, replace("/name", t.UniqueName()))},
		{"delete", c.Delete(unknownID)},
	}
}

// forbiddens returns responses with status 403.
func forbiddens(t *contract.T) []namedResponse {
	var all []namedResponse
	c := ownerWithScopes(t, defaultScope)
	for _, op := range operations(t) {
		all = append(all, namedResponse{op.name, op.call(c)})
	}
	return all
}

// errorForm returns a scenario about the error body of a status.
func errorForm(
	status int, provoke func(*contract.T) []namedResponse, rules ...rule.ID,
) contract.Scenario {
	return contract.Scenario{
		ID: fmt.Sprintf("errors/form-of-%d", status),
		Promise: fmt.Sprintf("An error with status %d has detailCode, trackingId and messages, "+
			"and its detailCode begins with the status.", status),
		Sources: []string{
			fmt.Sprintf("v2026 #/components/responses/%d", status),
			"v2026 #/components/schemas/ErrorResponseDto",
			"#error-form",
			"#error-code-begins-with-the-status",
		},
		// Both the error body and the causes of the errors here are published.
		Evidence: evidence.Published, Rules: append([]rule.ID{"error-dto"}, rules...),
		Run: func(t *contract.T) {
			for _, response := range provoke(t) {
				if status == http.StatusBadRequest {
					expectErrorForm(t, response.r.ExpectRejected(status))
					continue
				}
				checkStatus(t, response.name, response.r, status)
				if response.r.StatusCode() == status {
					expectErrorForm(t, response.r)
				}
			}
		},
	}
}

var errorShapes = []contract.Scenario{
	errorForm(http.StatusBadRequest, badRequests),
	errorForm(http.StatusForbidden, forbiddens),
	errorForm(http.StatusNotFound, notFounds, "unknown-id"),
	{
		ID: "errors/form-of-401", Promise: "The body of a 401 is an object with error.",
		Sources: []string{"v2026 #/components/responses/401", "#error-of-401", "#jwt-is-required"},
		Rules:   []rule.ID{"error-401"},
		Run:     func(t *contract.T) { expectUnauthorized(t, t.Anonymous()) },
	},
	{
		ID: "errors/messages-and-causes",
		Promise: "An error has at least one message in a DEFAULT locale, and causes as an array " +
			"that may be empty.",
		Sources: []string{
			"v2026 #/components/schemas/ErrorMessageDto/properties/localeOrigin",
			"#error-messages",
		},
		Evidence: evidence.Observed,
		Rules:    []rule.ID{"error-dto"},
		Run: func(t *contract.T) {
			for _, provoke := range []func(*contract.T) []namedResponse{
				badRequests, forbiddens, notFounds,
			} {
				for _, response := range provoke(t) {
					expectMessagesAndCauses(t, response)
				}
			}
		},
	},
	{
		ID:      "errors/tracking-id-is-the-request-id",
		Promise: "The trackingId of an error is the SLPT-Request-ID of its response.",
		Sources: []string{"#tracking-id-is-the-request-id"},
		Rules:   []rule.ID{"tracking-id"},
		Run: func(t *contract.T) {
			for _, provoke := range []func(*contract.T) []namedResponse{
				badRequests, forbiddens, notFounds,
			} {
				for _, response := range provoke(t) {
					want := contract.Value(response.r.Header("SLPT-Request-ID"))
					t.Equal("trackingId of "+response.name, want, response.r.ErrorBody().TrackingID)
				}
			}
		},
	},
	{
		ID:      "errors/responses-name-request-and-date",
		Promise: "Every response has Date and a unique SLPT-Request-ID.",
		Sources: []string{"#request-id-and-date"},
		Rules:   []rule.ID{"headers"},
		Run:     func(t *contract.T) { expectRequestIDAndDate(t, responsesOfEveryKind(t)) },
	},
	{
		ID: "errors/bodies-are-json",
		Promise: "Every body is application/json, and a response without a body has no content " +
			"type.",
		Sources: []string{"#bodies-are-json", "#no-body-no-content-type"},
		Rules:   []rule.ID{"headers"},
		Run:     func(t *contract.T) { expectJSON(t, responsesOfEveryKind(t)) },
	},
	{
		ID: "errors/leading-slashes",
		Promise: "An operation is reached with two leading slashes in its path, without a " +
			"redirect.",
		Sources: []string{"#leading-slashes"},
		Rules:   []rule.ID{"leading-slashes"},
		Run: func(t *contract.T) {
			c, name := t.Owner(), t.UniqueName()
			token := c.MustCreate()
			path := "/" + t.CollectionPath()
			c.Send(contract.Request{
				Method: http.MethodGet, Path: path, Query: map[string][]string{"owner-id": {"me"}},
			}).ExpectStatus(http.StatusOK)
			patched := c.Send(contract.Request{
				Method: http.MethodPatch, Path: path + "/" + token.ID, ContentType: jsonPatchType,
				Body: jsonText([]contract.Op{replace("/name", name)}),
			}).Token()
			t.Equal("name", name, patched.Name)
		},
	},
	{
		ID: "errors/unparsable-body", Promise: "A body that is not JSON is rejected with 400.",
		Sources: []string{"v2026 #/components/responses/400", "#unparsable-body-is-400"},
		Rules:   []rule.ID{rule.JSONSyntax},
		Run: func(t *contract.T) {
			invalid := t.Owner().ExpectInvalid("body")
			for _, body := range []string{
				`{"name":`, `name=` + namePlaceholder, `{"name":"` + namePlaceholder + `"} {}`, ``,
			} {
				createRaw(t, invalid, jsonType,
					withName(t, body)).ExpectError(http.StatusBadRequest)
			}
			patchRaw(t, invalid, t.Owner().MustCreate().ID, jsonPatchType,
				`[{`).ExpectError(http.StatusBadRequest)
		},
	},
}

// expectMessagesAndCauses expects the messages and causes that clients read.
func expectMessagesAndCauses(t *contract.T, response namedResponse) {
	body := response.r.ErrorBody()
	if !slices.ContainsFunc(body.Messages.Value, isDefault) {
		t.Errorf("%s: no message has the localeOrigin DEFAULT, a locale and a text: %v",
			response.name, body.Messages)
	}
	if !body.Causes.HasValue() {
		t.Errorf("%s: causes are %v, expected an array", response.name, body.Causes)
	}
}

// isDefault reports whether a message has the default locale and a text.
func isDefault(m contract.ErrorMessage) bool {
	return m.LocaleOrigin.Value == "DEFAULT" && m.Locale.Value != "" && m.Text.Value != ""
}

// expectRequestIDAndDate expects the headers of every response.
func expectRequestIDAndDate(t *contract.T, responses []namedResponse) {
	seen := map[string]bool{}
	for _, response := range responses {
		if _, err := http.ParseTime(response.r.Header("Date")); err != nil {
			t.Errorf("%s: Date is %q, expected an HTTP date", response.name,
				response.r.Header("Date"))
		}
		id := response.r.Header("SLPT-Request-ID")
		if id == "" || seen[id] {
			t.Errorf("%s: SLPT-Request-ID is %q, expected a unique id", response.name, id)
		}
		seen[id] = true
	}
}

// expectJSON expects the content type of every response.
func expectJSON(t *contract.T, responses []namedResponse) {
	for _, response := range responses {
		contentType := response.r.Header("Content-Type")
		if response.r.StatusCode() == http.StatusNoContent {
			t.Equal("Content-Type and body of "+response.name, []string{"", ""}, []string{
				contentType, response.r.Text(),
			})
		} else if kind, _, _ := strings.Cut(contentType, ";"); kind != "application/json" {
			t.Errorf("%s: Content-Type is %q, expected application/json", response.name,
				contentType)
		}
	}
}

// responsesOfEveryKind returns responses to successful requests and to rejected ones.
func responsesOfEveryKind(t *contract.T) []namedResponse {
	c := t.Owner()
	created := c.Create(c.NewTokenBody()).ExpectStatus(http.StatusOK)
	id := created.Token().ID
	all := []namedResponse{
		{"create", created},
		{"list", c.ListOwn().ExpectStatus(http.StatusOK)},
		{"patch", c.Patch(id, replace("/name", t.UniqueName())).ExpectStatus(http.StatusOK)},
		{"delete", c.MustDelete(id)},
		{"login", t.Anonymous().RequestToken(ownerCredentials(t)).ExpectStatus(http.StatusOK)},
		{"rejected login", t.Anonymous().PostForm(loginPath, "grant_type", "client_credentials")},
		{"check_token", t.Anonymous().PostForm("/oauth/check_token", "token", "garbage")},
		{"info", t.Anonymous().Send(get("/oauth/info"))},
		{"no access token", t.Anonymous().ListOwn()},
		{
			"unknown method",
			c.Send(contract.Request{Method: http.MethodPut, Path: t.CollectionPath() + "/" + id}),
		},
		{"unknown path", c.Send(get("/no-such-path"))},
	}
	for _, provoke := range []func(*contract.T) []namedResponse{badRequests, notFounds} {
		all = append(all, provoke(t)...)
	}
	return append(all, namedResponse{"forbidden", ownerWithScopes(t, defaultScope).ListOwn()})
}
