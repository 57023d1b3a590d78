package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// questions lists scenarios about open questions. Only a real tenant can decide them. Each scenario
// records the response. On a patmock it expects patmock's own behavior, and on a real tenant it
// never fails. Known facts about the same requests have scenarios of their own.
var questions = slices.Concat(createQuestions, nameQuestions, patchQuestions,
	patchTypeQuestions(), listQuestions, rightsQuestions, loginQuestions)

// record records the response to an open question.
type record = func(r *contract.Response) *contract.Response

// question returns a scenario about an open question. entry is the id of its dialect entry, empty
// if it has none.
func question(
	entry string, s contract.Scenario, run func(t *contract.T, record record),
) contract.Scenario {
	s.Evidence, s.OpenQuestion = evidence.Assumed, true
	if entry != "" {
		s.Rules = append(s.Rules, rule.ID(entry))
	}
	s.Run = func(t *contract.T) {
		run(t, func(r *contract.Response) *contract.Response {
			if entry != "" {
				t.MarkDialect(entry)
			}
			t.Notef("%s", describeResponse(r))
			return r
		})
	}
	return s
}

// describeResponse returns the status and body of a response. For a list it returns the number of
// tokens, since a list may be long and have tokens of others.
func describeResponse(r *contract.Response) string {
	if text := r.Text(); r.StatusCode() == http.StatusOK && strings.HasPrefix(text, "[") {
		return fmt.Sprintf("200 with a list of %d", len(r.Tokens()))
	} else if text != "" {
		return fmt.Sprintf("%d %s", r.StatusCode(), text)
	}
	return fmt.Sprintf("%d without a body", r.StatusCode())
}

// rejectedQuestion returns a question about a request that patmock rejects with a status.
func rejectedQuestion(
	entry string, s contract.Scenario, status int, call func(t *contract.T) *contract.Response,
) contract.Scenario {
	return question(entry, s, func(t *contract.T, record record) {
		record(call(t)).ExpectError(status)
	})
}

// servedQuestion returns a question about a request to which patmock returns 200.
func servedQuestion(
	entry string, s contract.Scenario, call func(t *contract.T) *contract.Response,
) contract.Scenario {
	return question(entry, s, func(t *contract.T, record record) {
		record(call(t)).ExpectStatus(http.StatusOK)
	})
}

var createQuestions = []contract.Scenario{
	rejectedQuestion("duplicate-name", contract.Scenario{
		ID:      "create/name-taken-is-400",
		Promise: "A second token with the same name is rejected with 400.",
		Sources: []string{"#name-taken-is-400"},
		Rules:   []rule.ID{"name-unique"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		return createNamed(t.Owner(), t.Owner().MustCreate().Name)
	}),
	question("unknown-scope", contract.Scenario{
		ID:      "create/unknown-scope-is-kept",
		Promise: "An unknown scope is accepted like any other.",
		Sources: []string{"#unknown-scope-is-stored"},
	}, func(t *contract.T, record record) {
		body := t.Owner().NewTokenBody()
		body["scope"] = []string{"patmock:no-such-scope"}
		created := record(t.Owner().Create(body)).Token()
		t.Equal("scope", []string{"patmock:no-such-scope"}, created.Scope.Value)
	}),
	rejectedQuestion("create-content-type", contract.Scenario{
		ID:      "create/question-other-content-type",
		Promise: "A create with the content type text/plain is 415.",
		Sources: []string{"errata unsupported-media-type"},
		Rules:   []rule.ID{rule.WrongContentType},
	}, http.StatusUnsupportedMediaType, func(t *contract.T) *contract.Response {
		return createWithContentType(t, "text/plain", t.UniqueName())
	}),
	rejectedQuestion("past-date", contract.Scenario{
		ID:      "expiry/question-past-date",
		Promise: "A create with a past date is rejected with 400.",
		Sources: []string{"#past-date-is-400"},
		Rules:   []rule.ID{"expiry-future"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		body := t.Owner().NewTokenBody()
		body["expirationDate"] = "2020-01-01T00:00:00.000Z"
		return t.Owner().Create(body)
	}),
	question("never-expiring-response", contract.Scenario{
		ID: "expiry/never-is-a-null-in-create",
		Promise: "The response to create has expirationDate null for a token that never expires, " +
			"not an absent key.",
		Sources: []string{
			"errata create-response-never-expires",
			"#never-expiring-create-response",
		},
		Versions: contract.Current, Rules: []rule.ID{"expiry-never"},
	}, func(t *contract.T, record record) {
		r := record(t.Owner().Create(contract.Body{
			"name": t.UniqueName(), "userAwareTokenNeverExpires": true,
		})).ExpectStatus(http.StatusOK)
		date, flag := r.Token().ExpirationDate, r.Token().UserAwareTokenNeverExpires
		t.Notef("expirationDate is %v; userAwareTokenNeverExpires is %v", date, flag)
		t.Equal("expirationDate", contract.Null[string](), date)
	}),
	rejectedQuestion("empty-date", contract.Scenario{
		ID:      "expiry/question-empty-date",
		Promise: "A create with an empty string as date is 400, even with the acknowledgment.",
		Sources: []string{"#empty-date-is-400"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		body := t.Owner().NewTokenBody()
		body["expirationDate"] = ""
		if t.Current() {
			body["userAwareTokenNeverExpires"] = true
		}
		return t.Owner().ExpectInvalid("/expirationDate").Create(body)
	}),
	rejectedQuestion("token-limit", contract.Scenario{
		ID: "lifecycle/question-eleventh-token", Promise: "An eleventh token is rejected with 400.",
		// A real tenant is never filled: that would lock out its user.
		Sources:  []string{"#eleventh-token-is-400"},
		Features: writes(contract.TokenLimit, contract.SeededTokens),
		Rules:    []rule.ID{"tokens-per-owner"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		_, _, r := exceedTokenLimit(t)
		return r
	}),
}

var patchQuestions = []contract.Scenario{
	rejectedQuestion("", contract.Scenario{
		ID:      "patch/name-taken-is-400",
		Promise: "A rename to the name of another token is rejected with 400.",
		Sources: []string{"#name-taken-is-400"},
		Rules:   []rule.ID{rule.NameUnique, rule.DuplicateName},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		token, other := t.Owner().MustCreate(), t.Owner().MustCreate()
		return t.Owner().Patch(token.ID, replace("/name", other.Name))
	}),
	rejectedQuestion("unpatchable-path", contract.Scenario{
		ID:      "patch/fixed-fields-are-400",
		Promise: "A patch of a field that cannot be patched is rejected with 400.",
		Sources: []string{"#fixed-field-is-400"},
		Rules:   []rule.ID{"patch-fields"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		return t.Owner().Patch(t.Owner().MustCreate().ID,
			replace("/accessTokenValiditySeconds", 900))
	}),
	rejectedQuestion("test-of-fixed-field", contract.Scenario{
		ID:      "patch/question-test-of-a-fixed-field",
		Promise: "A test of a field that cannot be patched is 400, even if the value is equal.",
		Sources: []string{"#test-of-a-fixed-field-is-400"},
	}, http.StatusBadRequest, func(t *contract.T) *contract.Response {
		token := t.Owner().MustCreate()
		return t.Owner().Patch(token.ID, test("/id", token.ID))
	}),
	question("flag-after-date", contract.Scenario{
		ID:       "expiry/question-flag-after-date",
		Promise:  "A token that never expires keeps the acknowledgment when it gets a date.",
		Sources:  []string{"#a-new-date-keeps-the-acknowledgment"},
		Versions: contract.Current,
	}, func(t *contract.T, record record) {
		never := t.Owner().MustCreate(contract.Body{
			"expirationDate": nil, "userAwareTokenNeverExpires": true,
		})
		withDate := record(t.Owner().Patch(never.ID, laterExpiry(t))).Token()
		t.Equal("userAwareTokenNeverExpires", contract.Value(true),
			withDate.UserAwareTokenNeverExpires)
	}),
	question("bulk-flag", contract.Scenario{
		ID:       "bulk/question-acknowledgment",
		Promise:  "The response to a bulk update omits userAwareTokenNeverExpires.",
		Sources:  []string{bulkOperation, "#bulk-update-hides-the-acknowledgment"},
		Versions: []version.Version{version.V1}, Features: writes(contract.Admin),
	}, func(t *contract.T, record record) {
		token := t.Owner().MustCreate()
		for _, updated := range record(t.Admin().Bulk([]string{token.ID},
			laterExpiry(t))).Tokens() {
			t.Equal("userAwareTokenNeverExpires", contract.Field[bool]{},
				updated.UserAwareTokenNeverExpires)
		}
	}),
	question("empty-patch", contract.Scenario{
		ID:      "patch/empty-changes-nothing",
		Promise: "A patch without operations returns the unchanged token.",
		Sources: []string{"#empty-patch-changes-nothing"},
	}, func(t *contract.T, record record) {
		expectNewTokenUnchanged(t, func(id string) {
			before := t.Owner().MustFind(id)
			t.Equal("the response", before,
				record(patchRaw(t, t.Owner(), id, jsonPatchType, "[]")).Token())
		})
	}),
}

// patchTypeQuestions returns a question for each content type other than JSON Patch.
func patchTypeQuestions() (all []contract.Scenario) {
	for _, other := range otherTypes {
		all = append(all, rejectedQuestion("patch-content-type", contract.Scenario{
			ID:      "patch/other-content-type-is-415/" + other.id,
			Promise: "A patch of the content type " + other.contentType + " is 415.",
			Sources: []string{"#unsupported-media-type-is-415", "errata unsupported-media-type"},
			Rules:   []rule.ID{"wrong-content-type"},
		}, http.StatusUnsupportedMediaType, func(t *contract.T) *contract.Response {
			return patchRaw(t, t.Owner().ExpectInvalid("header Content-Type"),
				t.Owner().MustCreate().ID, other.contentType, jsonText(renameOps(t)))
		}))
	}
	return all
}
