package scenarios

import (
	"net/http"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// propertyState sets a property of a request: absent, null, or a value.
type propertyState struct {
	name string
	set  func(t *contract.T, body contract.Body)
}

var (
	dateStates = []propertyState{
		{"absent", func(*contract.T, contract.Body) {}},
		{"null", func(_ *contract.T, body contract.Body) { body["expirationDate"] = nil }},
		{"given", func(t *contract.T, body contract.Body) {
			body["expirationDate"] = defaultExpiry(t)
		}},
	}
	flagStates = []propertyState{
		{"absent", func(*contract.T, contract.Body) {}},
		{"null", func(_ *contract.T, body contract.Body) {
			body["userAwareTokenNeverExpires"] = nil
		}},
		{"false", func(_ *contract.T, body contract.Body) {
			body["userAwareTokenNeverExpires"] = false
		}},
		{"true", func(_ *contract.T, body contract.Body) {
			body["userAwareTokenNeverExpires"] = true
		}},
	}
)

// neverExpiring returns a scenario for each combination of date and acknowledgment in a create
// request.
func neverExpiring() []contract.Scenario {
	var all []contract.Scenario
	for _, date := range dateStates {
		for _, flag := range flagStates {
			all = append(all, combination(date, flag))
		}
	}
	return all
}

func combination(date, flag propertyState) contract.Scenario {
	fact := "#never-needs-the-acknowledgment"
	if date.name == "given" && flag.name == "true" {
		fact = "#a-date-beside-the-acknowledgment"
	} else if date.name == "given" {
		fact = "#a-date-needs-no-acknowledgment"
	}
	s := contract.Scenario{
		ID: "expiry/never/date-" + date.name + "-flag-" + flag.name,
		Sources: []string{
			"v2026 #/paths/~1personal-access-tokens/post/description", currentRule, fact,
		},
		Evidence: evidence.Published,
		Versions: contract.Current,
		Rules:    []rule.ID{"expiry-never"},
	}
	with := "With expirationDate " + date.name + " and userAwareTokenNeverExpires " + flag.name
	request := func(t *contract.T) contract.Body {
		body := contract.Body{"name": t.UniqueName()}
		date.set(t, body)
		flag.set(t, body)
		return body
	}
	switch {
	case date.name == "given":
		s.Promise = with + " a token expires on that date."
		if flag.name == "true" {
			// The text says that the date may be omitted, not that it must be.
			s.Evidence = evidence.Assumed
		}
		s.Run = func(t *contract.T) {
			body := request(t)
			token := t.Owner().Create(body).Token()
			got := contract.FormatTime(parseTime(t, token.ExpirationDate.Value))
			t.Equal("expirationDate", body.Text("expirationDate"), got)
		}
	case flag.name == "true":
		s.Promise = with + " a token never expires."
		s.Rules = append(s.Rules, rule.NeverExpiringResponse)
		s.Run = func(t *contract.T) {
			token := t.Owner().Create(request(t)).Token()
			if date := token.ExpirationDate; !t.RealTenant() || !date.HasValue() {
				t.Equal("expirationDate", "", date.Value)
			} else if parseTime(t, date.Value).Year() < 9999 {
				// expiry/never-is-a-null-in-create records the response to create.
				t.Errorf("expirationDate is %v, expected none, or the year 9999", date)
			}
			listed := t.Owner().MustFind(token.ID)
			t.Equal("expirationDate in the list", "", listed.ExpirationDate.Value)
			if flag := listed.UserAwareTokenNeverExpires; flag.Present {
				t.Equal("userAwareTokenNeverExpires in the list", true, flag.Value)
			}
		}
	default:
		s.Promise = with + " no token is created."
		s.Run = func(t *contract.T) {
			body := request(t)
			t.Owner().Create(body).ExpectError(http.StatusBadRequest)
			t.Equal("number of tokens with the name", 0, countNamed(t.Owner(), body.Text("name")))
		}
	}
	return s
}
