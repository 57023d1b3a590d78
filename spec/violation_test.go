package spec_test

import (
	"strings"
	"testing"

	"example.com/patmock/spec"
)

// A value is redacted by its form and by its name. The other words of the message remain.
func TestViolation_RedactsValues(t *testing.T) {
	oauth, err := spec.Load(spec.OAuth)
	if err != nil {
		t.Fatal(err)
	}
	v3, err := spec.Load("v3")
	if err != nil {
		t.Fatal(err)
	}
	const secret = "hunter2"
	login, create := oauth.Operation("requestAccessToken"),
		v3.Operation("createPersonalAccessToken")
	body := func(text string) []spec.Violation {
		return login.ValidateResponse(200, "application/json", []byte(text))
	}
	tests := []struct {
		name  string
		found []spec.Violation
		want  string
	}{
		{
			"by the name of its property", body(`{"access_token":["hunter2"]}`),
			`/access_token: expected a string, got "[redacted]"`,
		},
		{"null", body(`{"access_token":null}`), `/access_token: expected a string, got null`},
		{
			"by a name within it", body(`[{"client_secret":"hunter2"}]`),
			`body: expected an object, got [{"client_secret":"[redacted]"}]`,
		},
		{
			"by a parameter",
			create.ValidateRequest(t.Context(), "application/json", map[string]any{
				"name": []any{"client_secret=hunter2"},
			}), `/name: expected a string, got ["client_secret=[redacted]"]`,
		},
		{
			"content type", create.ValidateRequest(t.Context(), "client_secret=hunter2", nil),
			`header Content-Type: expected application/json, got "client_secret=[redacted]"`,
		},
		{
			"by its form, before it is cut",
			create.ValidateRequest(t.Context(), "application/json", map[string]any{
				"name": []any{strings.Repeat("x", 60) + strings.Repeat("cafe", 16)},
			}), `/name: expected a string, got ["` + strings.Repeat("x", 60) + `[redacted]"]`,
		},
		{
			"no JSON",
			login.ValidateResponse(200, "application/json", []byte("client_secret=hunter2")),
			"body: expected JSON, got client_secret=[redacted]",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := ""
			for _, v := range test.found {
				all += v.String() + "\n"
			}
			if !strings.Contains(all, test.want) || strings.Contains(all, secret) ||
				strings.Contains(all, "cafe") {
				t.Errorf("got violations %s, want %q among them", all, test.want)
			}
		})
	}
}
