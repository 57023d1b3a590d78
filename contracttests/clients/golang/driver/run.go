package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	sailpoint "github.com/sailpoint-oss/golang-sdk/v2"
)

// A step is a task of a client, with assertions.
type step struct {
	name string
	// take returns the limit of the SDK, or an empty string. It asserts the expected failure at a
	// limit.
	take func(*run) string
}

var steps = []step{
	{"token", logIn},
	{"create-minimal", createMinimal},
	{"create-all-fields", createAllFields},
	{"create-never-expiring", createNeverExpiring},
	{"list-me", listMe},
	{"list-all", listAll},
	{"list-filtered", listFiltered},
	{"patch-name", patchName},
	{"patch-scope", patchScope},
	{"patch-date", patchDate},
	{"patch-acknowledgement", patchAcknowledgement},
	{"rename-taken", renameTaken},
	{"delete", deleteOne},
	{"delete-again", deleteAgain},
	{"unauthorized", unauthorized},
	{"forbidden", forbidden},
	{"not-found", notFound},
	{"rate-limited", rateLimited},
	{"namespace", namespace},
	{"trailing-slash", trailingSlash},
	{"environment", environment},
}

// lifted ends the message of a step that does not see the expected failure of a limit.
const lifted = "(the SDK does this now: remove the limit)"

// A run is a step in a version, with a namespace that was reset before it.
type run struct {
	version version
	// tenant is the namespace of the version, and root that of the program's environment.
	tenant, root *tenant
	path         string
}

func newRun(v version, url string) *run {
	root := &tenant{url: strings.TrimRight(url, "/")}
	server, _, _ := strings.Cut(root.url, "/t/")
	return &run{
		version: v, root: root, tenant: &tenant{url: server + "/t/golang-" + v.name},
		path: "/" + v.name + "/personal-access-tokens",
	}
}

// A failure is the message of a failed assertion.
type failure string

// attempt resets the tenant, runs a step, and returns its outcome and details.
func (r *run) attempt(s step) (outcome, detail string) {
	before := os.Environ()
	defer func() {
		os.Clearenv()
		for _, pair := range before {
			name, value, _ := strings.Cut(pair, "=")
			_ = os.Setenv(name, value)
		}
	}()
	defer func() {
		switch v := recover().(type) {
		case nil:
		case failure:
			outcome, detail = "fail", string(v)
		default: // a panic of the SDK is a result
			outcome, detail = "fail", fmt.Sprintf("panic: %v", v)
		}
	}()
	r.tenant.control("POST", "/reset", nil, nil)
	if limit := s.take(r); limit != "" {
		return "limit", limit
	}
	return "pass", ""
}

// as returns an SDK client that reads the credentials of a user from the environment, as in the
// documentation of the SDK.
func (r *run) as(user string) pats { return r.at(r.tenant.url, user) }

// at is as with another base URL.
func (r *run) at(url, user string) pats {
	id, secret := r.tenant.credentials(user)
	return r.with(url, id, secret)
}

// with returns an SDK client with credentials.
func (r *run) with(url, id, secret string) pats {
	for name, value := range map[string]string{
		"SAIL_BASE_URL": url, "SAIL_CLIENT_ID": id, "SAIL_CLIENT_SECRET": secret,
	} {
		noError(os.Setenv(name, value))
	}
	return r.configured(sailpoint.NewDefaultConfiguration())
}

func (r *run) configured(c *sailpoint.Configuration) pats {
	return r.version.connect(context.Background(), sailpoint.NewAPIClient(c))
}

// fail ends the step.
func fail(format string, arguments ...any) { panic(failure(fmt.Sprintf(format, arguments...))) }

func noError(err error) {
	if err != nil {
		fail("%T: %v", err, err)
	}
}

func equal(name string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		fail("%s: got %#v, want %#v", name, got, want)
	}
}

func check(ok bool, format string, arguments ...any) {
	if !ok {
		fail(format, arguments...)
	}
}

func matches(name, got, pattern string) {
	check(regexp.MustCompile(pattern).MatchString(got), "%s: got %q, want a match of %s", name, got,
		pattern)
}

// An apiError is an error of the SDK, in any of its versions.
type apiError interface {
	error
	Body() []byte
	Model() any
}

// rejected asserts the status of a rejected call, and returns the SDK's error.
func rejected(status int, r response) apiError {
	check(r.err != nil, "the request was not rejected, want status %d", status)
	var wrapped apiError
	check(errors.As(r.err, &wrapped), "%T: %v, want an error of the SDK", r.err, r.err)
	check(r.http != nil, "%v: want a response with status %d", r.err, status)
	equal("status", r.http.StatusCode, status)
	return wrapped
}

// dto has the fields of ErrorResponseDto.
type dto struct {
	DetailCode string `json:"detailCode"`
	TrackingID string `json:"trackingId"`
	Messages   []text `json:"messages"`
	Causes     []text `json:"causes"`
}

type text struct {
	LocaleOrigin string `json:"localeOrigin"`
	Text         string `json:"text"`
}

// rejectedWithReason asserts that the SDK decoded the reason of a rejected call into its model. Why
// matches the texts of the causes.
func rejectedWithReason(status int, r response, why string) {
	err := rejected(status, r)
	check(err.Model() != nil, "%v: the error has no model", err)
	encoded, fault := json.Marshal(err.Model())
	noError(fault)
	var model dto
	noError(json.Unmarshal(encoded, &model))
	matches("detail code", model.DetailCode, fmt.Sprintf("^%d", status))
	equal("tracking id", model.TrackingID, r.http.Header.Get("Slpt-Request-Id"))
	i := slices.IndexFunc(model.Messages, func(m text) bool { return m.LocaleOrigin == "DEFAULT" })
	check(i >= 0, "want a message of the locale origin DEFAULT, got %v", model.Messages)
	matches("message", model.Messages[i].Text, `\S`)
	var causes []string
	for _, cause := range model.Causes {
		causes = append(causes, cause.Text)
	}
	matches("causes", strings.Join(causes, "\n"), why)
}

// in returns a time in a number of days, with the precision of the API.
func in(days int) time.Time {
	return time.Now().UTC().Truncate(time.Millisecond).AddDate(0, 0, days)
}
