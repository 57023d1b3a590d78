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

// hasErrorForm expects an ErrorResponseDto of the answer's status, as far as it is published.
func hasErrorForm(t *contract.T, r *contract.Response) {
	r.ExpectError(r.StatusCode())
	if id := r.ErrorBody().TrackingID; id.Value == "" {
		t.Errorf("trackingId is %v, expected a text", id)
	}
}

// hasUnauthorizedForm expects the body of 401.
func hasUnauthorizedForm(t *contract.T, r *contract.Response) {
	if kind := r.ErrorBody().Error; kind.Value == "" {
		t.Errorf("error is %v, expected a text", kind)
	}
}

// hasRateLimitForm expects the body of 429.
func hasRateLimitForm(t *contract.T, r *contract.Response) {
	if message := r.ErrorBody().Message; strings.TrimSpace(message.Value) == "" {
		t.Errorf("message is %v, expected a text", message)
	}
}

// hasFormOfStatus expects the body that the status has.
func hasFormOfStatus(t *contract.T, r *contract.Response) {
	switch r.StatusCode() {
	case http.StatusUnauthorized:
		hasUnauthorizedForm(t, r)
	case http.StatusTooManyRequests:
		hasRateLimitForm(t, r)
	default:
		hasErrorForm(t, r)
	}
}

// refusal is a way to be refused.
type refusal struct {
	name string
	r    *contract.Response
}

// badRequests are refused with 400 by what they say, though their documents allow them.
func badRequests(t *contract.T) []refusal {
	c := t.Owner()
	past := c.NewTokenBody()
	past["expirationDate"] = "2020-01-01T00:00:00.000Z"
	made := c.MustCreate()
	return []refusal{
		{"list", c.ListOwn("filters", `name eq "x"`)},
		{"create", c.Create(past)},
		{"patch", c.Patch(made.ID, replace("/id", strangerID))},
	}
}

// notFounds are refused with 404.
func notFounds(t *contract.T) []refusal {
	c := t.Owner()
	return []refusal{
		{"patch", c.Patch(strangerID, replace("/name", t.UniqueName()))},
		{"delete", c.Delete(strangerID)},
	}
}

// forbiddens are refused with 403.
func forbiddens(t *contract.T) []refusal {
	var all []refusal
	c := scoped(t, defaultScope)
	for _, op := range operations(t) {
		all = append(all, refusal{op.name, op.ask(c)})
	}
	return all
}

// errorForm makes a scenario about the form of one status.
func errorForm(status int, provoke func(*contract.T) []refusal,
	rules ...rule.ID,
) contract.Scenario {
	return contract.Scenario{
		ID: fmt.Sprintf("errors/form-of-%d", status),
		Promise: fmt.Sprintf("A refusal with %d has detailCode, trackingId and messages, and its "+
			"detailCode begins with the status.", status),
		Sources: []string{
			fmt.Sprintf("v2026 #/components/responses/%d", status),
			"v2026 #/components/schemas/ErrorResponseDto",
			"#error-form",
			"#error-code-begins-with-the-status",
		},
		// The form is published; so is what leads to it here.
		Evidence: evidence.Published, Rules: append([]rule.ID{"error-dto"}, rules...),
		Run: func(t *contract.T) {
			for _, refused := range provoke(t) {
				if status == http.StatusBadRequest {
					hasErrorForm(t, refused.r.ExpectRejected(status))
					continue
				}
				answers(t, refused.name, refused.r, status)
				if refused.r.StatusCode() == status {
					hasErrorForm(t, refused.r)
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
		ID: "errors/form-of-401", Promise: "A refusal with 401 is an object with error.",
		Sources: []string{"v2026 #/components/responses/401", "#error-of-401", "#jwt-is-required"},
		Rules:   []rule.ID{"error-401"},
		Run:     func(t *contract.T) { unauthorized(t, t.Anonymous()) },
	},
	{
		ID: "errors/messages-and-causes",
		Promise: "A refusal has one message in a DEFAULT locale at least, and causes as an array," +
			" " +
			"which may be empty.",
		Sources: []string{
			"v2026 #/components/schemas/ErrorMessageDto/properties/localeOrigin",
			"#error-messages",
		},
		Evidence: evidence.Observed,
		Rules:    []rule.ID{"error-dto"},
		Run: func(t *contract.T) {
			for _, provoke := range []func(*contract.T) []refusal{
				badRequests, forbiddens, notFounds,
			} {
				for _, refused := range provoke(t) {
					hasMessagesAndCauses(t, refused)
				}
			}
		},
	},
	{
		ID:      "errors/tracking-id-is-the-request-id",
		Promise: "The trackingId of a refusal is the SLPT-Request-ID of its answer.",
		Sources: []string{"#tracking-id-is-the-request-id"},
		Rules:   []rule.ID{"tracking-id"},
		Run: func(t *contract.T) {
			for _, provoke := range []func(*contract.T) []refusal{
				badRequests, forbiddens, notFounds,
			} {
				for _, refused := range provoke(t) {
					want := contract.Value(refused.r.Header("SLPT-Request-ID"))
					t.Equal("trackingId of "+refused.name, want, refused.r.ErrorBody().TrackingID)
				}
			}
		},
	},
	{
		ID:      "errors/responses-name-request-and-date",
		Promise: "Every answer has Date, and an SLPT-Request-ID of its own.",
		Sources: []string{"#request-id-and-date"},
		Rules:   []rule.ID{"headers"},
		Run:     func(t *contract.T) { hasRequestAndDate(t, answersOfEveryKind(t)) },
	},
	{
		ID: "errors/bodies-are-json",
		Promise: "Every body is application/json, and an answer without a body has no content " +
			"type.",
		Sources: []string{"#bodies-are-json", "#no-body-no-content-type"},
		Rules:   []rule.ID{"headers"},
		Run:     func(t *contract.T) { hasJSON(t, answersOfEveryKind(t)) },
	},
	{
		ID:      "errors/leading-slashes",
		Promise: "An operation is found with two slashes in front of its path, without a redirect.",
		Sources: []string{"#leading-slashes"},
		Rules:   []rule.ID{"leading-slashes"},
		Run: func(t *contract.T) {
			c, name := t.Owner(), t.UniqueName()
			made := c.MustCreate()
			path := "/" + t.CollectionPath()
			c.Send(contract.Request{
				Method: http.MethodGet, Path: path, Query: map[string][]string{"owner-id": {"me"}},
			}).ExpectStatus(http.StatusOK)
			patched := c.Send(contract.Request{
				Method: http.MethodPatch, Path: path + "/" + made.ID, ContentType: jsonPatchType,
				Body: jsonText([]contract.Op{replace("/name", name)}),
			}).Token()
			t.Equal("name", name, patched.Name)
		},
	},
	{
		ID: "errors/unparsable-body", Promise: "A body that is no JSON is refused with 400.",
		Sources: []string{"v2026 #/components/responses/400", "#unparsable-body-is-400"},
		Rules:   []rule.ID{rule.JSONSyntax},
		Run: func(t *contract.T) {
			wrong := t.Owner().ExpectInvalid("body")
			for _, body := range []string{
				`{"name":`, `name=` + newName, `{"name":"` + newName + `"} {}`, ``,
			} {
				createAs(t, wrong, jsonType, named(t, body)).ExpectError(http.StatusBadRequest)
			}
			patchAs(t, wrong, t.Owner().MustCreate().ID, jsonPatchType,
				`[{`).ExpectError(http.StatusBadRequest)
		},
	},
}

// hasMessagesAndCauses expects what clients read of a refusal.
func hasMessagesAndCauses(t *contract.T, refused refusal) {
	body := refused.r.ErrorBody()
	if !slices.ContainsFunc(body.Messages.Value, isDefault) {
		t.Errorf("%s: no message has the localeOrigin DEFAULT, a locale and a text: %v",
			refused.name, body.Messages)
	}
	if !body.Causes.HasValue() {
		t.Errorf("%s: causes are %v, expected an array", refused.name, body.Causes)
	}
}

// isDefault reports whether a client may show a message to anybody.
func isDefault(m contract.ErrorMessage) bool {
	return m.LocaleOrigin.Value == "DEFAULT" && m.Locale.Value != "" && m.Text.Value != ""
}

// hasRequestAndDate expects the headers of every answer.
func hasRequestAndDate(t *contract.T, answers []refusal) {
	seen := map[string]bool{}
	for _, each := range answers {
		if _, err := http.ParseTime(each.r.Header("Date")); err != nil {
			t.Errorf("%s: Date is %q, expected a date of HTTP", each.name, each.r.Header("Date"))
		}
		id := each.r.Header("SLPT-Request-ID")
		if id == "" || seen[id] {
			t.Errorf("%s: SLPT-Request-ID is %q, expected one of its own", each.name, id)
		}
		seen[id] = true
	}
}

// hasJSON expects the content type of every answer.
func hasJSON(t *contract.T, answers []refusal) {
	for _, each := range answers {
		contentType := each.r.Header("Content-Type")
		if each.r.StatusCode() == http.StatusNoContent {
			t.Equal("Content-Type and body of "+each.name, []string{"", ""}, []string{
				contentType, each.r.Text(),
			})
		} else if kind, _, _ := strings.Cut(contentType, ";"); kind != "application/json" {
			t.Errorf("%s: Content-Type is %q, expected application/json", each.name, contentType)
		}
	}
}

// answersOfEveryKind makes requests that go well, and some of each that are refused.
func answersOfEveryKind(t *contract.T) []refusal {
	c := t.Owner()
	created := c.Create(c.NewTokenBody()).ExpectStatus(http.StatusOK)
	id := created.Token().ID
	all := []refusal{
		{"create", created},
		{"list", c.ListOwn().ExpectStatus(http.StatusOK)},
		{"patch", c.Patch(id, replace("/name", t.UniqueName())).ExpectStatus(http.StatusOK)},
		{"delete", c.MustDelete(id)},
		{"login", t.Anonymous().RequestToken(ownerCredentials(t)).ExpectStatus(http.StatusOK)},
		{"refused login", t.Anonymous().PostForm(loginPath, "grant_type", "client_credentials")},
		{"check_token", t.Anonymous().PostForm("/oauth/check_token", "token", "garbage")},
		{"info", t.Anonymous().Send(get("/oauth/info"))},
		{"without bearer", t.Anonymous().ListOwn()},
		{
			"unknown method",
			c.Send(contract.Request{Method: http.MethodPut, Path: t.CollectionPath() + "/" + id}),
		},
		{"unknown path", c.Send(get("/no-such-path"))},
	}
	for _, provoke := range []func(*contract.T) []refusal{badRequests, notFounds} {
		all = append(all, provoke(t)...)
	}
	return append(all, refusal{"forbidden", scoped(t, defaultScope).ListOwn()})
}
