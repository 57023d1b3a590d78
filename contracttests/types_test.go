package contracttests_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// The response types have exactly the declared properties, so that a misspelt tag cannot make a
// field absent.
func TestTypesHaveDeclaredProperties(t *testing.T) {
	login := declaredProperties(t, spec.OAuth, "requestAccessToken", http.StatusOK)
	var token, failure, publicIdentity, identity []string
	for _, v := range version.All() {
		if v != version.Beta {
			publicIdentity = append(publicIdentity,
				declaredProperties(t, string(v), "getPublicIdentities", http.StatusOK)...)
		}
		if v != version.V3 {
			identity = append(identity,
				declaredProperties(t, string(v), "listIdentities", http.StatusOK)...)
			identity = append(identity,
				declaredProperties(t, string(v), "getIdentity", http.StatusOK)...)
		}
		token = append(token,
			declaredProperties(t, string(v), "listPersonalAccessTokens", http.StatusOK)...)
		token = append(token,
			declaredProperties(t, string(v), "createPersonalAccessToken", http.StatusOK)...)
		for _, status := range []int{400, 401, 429} {
			failure = append(failure,
				declaredProperties(t, string(v), "createPersonalAccessToken", status)...)
		}
	}
	for _, test := range []struct {
		object any
		want   []string
	}{
		{contracttests.Token{}, token},
		{contracttests.Owner{}, []string{"id", "name", "type"}},
		{contracttests.PublicIdentity{}, publicIdentity},
		{contracttests.Identity{}, identity},
		{contracttests.ErrorBody{}, failure},
		{contracttests.ErrorMessage{}, []string{"locale", "localeOrigin", "text"}},
		{contracttests.Login{}, append(login, "refresh_token")},
		{
			contracttests.TenantInfo{},
			declaredProperties(t, spec.OAuth, "getTenantInfo", http.StatusOK),
		},
		{contracttests.JOSEHeader{}, []string{"alg", "kid"}},
	} {
		slices.Sort(test.want)
		if diff := cmp.Diff(slices.Compact(test.want), tags(test.object)); diff != "" {
			t.Errorf("%T (-declared +tags):\n%s", test.object, diff)
		}
	}
	claims := declaredProperties(t, spec.OAuth, "checkAccessToken", http.StatusOK)
	for _, tag := range tags(contracttests.Introspection{}) {
		if !slices.Contains(claims, tag) {
			t.Errorf("check_token declares no %s", tag)
		}
	}
}

// declaredProperties returns the properties that a document declares for a response.
func declaredProperties(t *testing.T, document, operation string, status int) (names []string) {
	t.Helper()
	d, err := spec.Load(document)
	if err != nil {
		t.Fatal(err)
	}
	properties, _ := d.Operation(operation).Properties(status)
	for _, property := range properties {
		names = append(names, property.Name)
	}
	return names
}

// tags returns the names of the properties of a type, sorted.
func tags(object any) (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeOf(object)) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
