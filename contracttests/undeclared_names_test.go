package contracttests_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// A scenario with a misspelt name in a request fails. The server may ignore the name, or reject the
// request as expected.
func TestSend_RejectsUndeclaredNames(t *testing.T) {
	target := inProcess(t)
	for _, test := range []struct {
		name string
		run  func(t *contracttests.T)
		want string // the location in the failure, empty if there is none
	}{
		{"property of create", func(t *contracttests.T) {
			t.Owner().MustCreate(contracttests.Body{"scoep": nil})
		}, "/scoep"},
		{"property of create on purpose", func(t *contracttests.T) {
			t.Owner().ExpectInvalid("/scoep").MustCreate(contracttests.Body{"scoep": nil})
		}, ""},
		{"property in a body of another content type", func(t *contracttests.T) {
			t.Owner().ExpectInvalid("header Content-Type").Send(contracttests.Request{
				Method: http.MethodPost, Path: t.Version().CollectionPath(),
				ContentType: "text/plain", Body: `{"nmae": "x"}`,
			}).ExpectError(http.StatusUnsupportedMediaType)
		}, "/nmae"},
		{"query parameter", func(t *contracttests.T) {
			t.Second().List("ownr-id", "me").ExpectError(http.StatusForbidden)
		}, "query parameter ownr-id"},
		{"query parameter on purpose", func(t *contracttests.T) {
			t.Second().ExpectInvalid("query parameter ownr-id").List("ownr-id",
				"me").ExpectError(http.StatusForbidden)
		}, ""},
		{"path of a patch", func(t *contracttests.T) {
			t.Owner().Patch(t.Owner().MustCreate().ID, contracttests.Op{
				"op": "replace", "path": "/nmae", "value": nil,
			}).ExpectError(http.StatusBadRequest)
		}, "/0/path=/nmae"},
		{"path below a property", func(t *contracttests.T) {
			t.Owner().Patch(t.Owner().MustCreate().ID, contracttests.Op{
				"op": "remove", "path": "/scope/0",
			}).ExpectStatus(http.StatusOK)
		}, ""},
		{"path with a property as prefix", func(t *contracttests.T) {
			t.Owner().Patch(t.Owner().MustCreate().ID, contracttests.Op{
				"op": "replace", "path": "/names", "value": "x",
			}).ExpectError(http.StatusBadRequest)
		}, "/0/path=/names"},
		{"from of a patch", func(t *contracttests.T) {
			operation := contracttests.Op{"op": "move", "from": "/createdd", "path": "/name"}
			t.Owner().Patch(t.Owner().MustCreate().ID, operation).ExpectError(http.StatusBadRequest)
		}, "/0/from=/createdd"},
		{"path of a bulk update", func(t *contracttests.T) {
			operation := contracttests.Op{"op": "replace", "path": "/expirationDte", "value": nil}
			t.Admin().Bulk([]string{t.Owner().MustCreate().ID},
				operation).ExpectError(http.StatusBadRequest)
		}, "/patch/0/path=/expirationDte"},
		{"member of a patch", func(t *contracttests.T) {
			operation := contracttests.Op{"op": "test", "path": "/name", "valeu": "x"}
			t.Owner().Patch(t.Owner().MustCreate().ID, operation).ExpectError(http.StatusBadRequest)
		}, "/0/valeu"},
		{"field of a form", func(t *contracttests.T) {
			t.Anonymous().PostForm("/oauth/token", "grant_typ",
				"x").ExpectStatus(http.StatusUnauthorized)
		}, "/grant_typ"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := contracttests.Scenario{
				ID: "names/declared", Promise: "It is declared.",
				Sources:  []string{"v2026 #/paths"},
				Evidence: evidence.Assumed, Versions: []version.Version{version.V1}, Run: test.run,
			}
			cases := contracttests.Select([]contracttests.Scenario{s}, contracttests.Options{})
			for _, result := range run(t, target, cases...) {
				if test.want == "" {
					if result.Outcome != report.Pass {
						t.Errorf("outcome is %s: %s", result.Outcome, result.Message)
					}
					continue
				}
				want := "the request of the scenario violates its document: " + test.want +
					": expected a name that the document declares"
				if len(result.Failures) != 1 ||
					!strings.HasPrefix(result.Failures[0].Message, want) {
					t.Errorf("failures are %+v, expected one that begins with %q", result.Failures,
						want)
				}
			}
		})
	}
}
