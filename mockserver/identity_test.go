package mockserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// people is a tenant whose identities have some of the optional fields.
const people = `
identities:
- {id: cafedadacafedadacafedadacafedada, name: admin, userLevels: [ORG_ADMIN]}
- {id: facedadafacedadafacedadafacedada, name: jane.doe, displayName: Jane Doe,
   email: jane.doe@example.com, status: Active}
- {id: beaddadabeaddadabeaddadabeaddada, name: john.roe, displayName: 'John "Jo" Roe',
   email: JOHN@example.com, status: on leave}
- {id: feeddadafeeddadafeeddadafeeddada, name: spadmin, email: sp@example.com}
- {id: fadedadafadedadafadedadafadedada, name: ann.élan, displayName: Jane Doe, status: locked}
apiClients:
- {id: dacedace-dace-dace-dace-dacedacedace,
   secret: dacedacedacedacedacedacedacedacedacedacedacedacedacedacedacedace,
   name: batch}
tokens:
- {id: cafecafecafecafecafecafecafecafe,
   secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe,
   owner: admin, name: login}
- {id: facefacefacefacefacefacefaceface,
   secret: facefacefacefacefacefacefacefacefacefacefacefacefacefacefaceface,
   owner: jane.doe, name: login}
`

const (
	public = "public-identities"
	full   = "identities"
)

// eachIdentityList runs a subtest for each version and list of identities.
func eachIdentityList(
	t *testing.T, resources []string, test func(t *testing.T, v version.Version, resource string),
) {
	t.Helper()
	for _, v := range version.All() {
		for _, resource := range resources {
			if !v.Lacks(resource) {
				t.Run(string(v)+" "+resource, func(t *testing.T) { test(t, v, resource) })
			}
		}
	}
}

// aliases returns the aliases of the listed identities.
func (c *client) aliases(path string, parameters ...string) []string {
	c.Helper()
	aliases := []string{}
	for _, i := range c.get(withQuery(path, parameters...)).is(http.StatusOK).list() {
		aliases = append(aliases, i["alias"].(string))
	}
	return aliases
}

// breaks expects a rejection because of a rule. Other tests compare the texts.
func (r testResponse) breaks(status int, want rule.ID) testResponse {
	r.Helper()
	r.is(status)
	if got := r.entry().Rules; len(got) == 0 || got[0] != string(want) {
		r.Errorf("rules = %v, want %s", got, want)
	}
	return r
}

// withQuery returns a path with parameters, which are names and values in turn.
func withQuery(path string, parameters ...string) string {
	for i := 0; i < len(parameters); i += 2 {
		separator := "?"
		if i > 0 {
			separator = "&"
		}
		path += separator + parameters[i] + "=" + url.QueryEscape(parameters[i+1])
	}
	return path
}

func TestPublicIdentities_ReturnsFields(t *testing.T) {
	eachIdentityList(t, []string{public}, func(t *testing.T, v version.Version, resource string) {
		got := start(t, people).as("jane.doe").get(v.Path(resource)).is(http.StatusOK).list()[:2]
		want := []map[string]any{
			{
				"id": "cafedadacafedadacafedadacafedada", "name": "admin", "alias": "admin",
				"email": nil, "status": nil, "identityState": nil, "manager": nil,
				"attributes": []any{},
			},
			{
				"id": "facedadafacedadafacedadafacedada", "name": "Jane Doe", "alias": "jane.doe",
				"email": "jane.doe@example.com", "status": "Active", "identityState": nil,
				"manager": nil, "attributes": []any{},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("identities (-want +got):\n%s", diff)
		}
	})
}

func TestIdentities_ReturnsFields(t *testing.T) {
	want := map[string]map[string]any{
		"no optional fields": {
			"id": "cafedadacafedadacafedadacafedada", "name": "admin", "alias": "admin",
			"emailAddress": nil, "processingState": nil, "managerRef": nil, "isManager": false,
			"attributes": map[string]any{"uid": "admin", "displayName": "admin"},
		},
		"all optional fields": {
			"id": "facedadafacedadafacedadafacedada", "name": "Jane Doe", "alias": "jane.doe",
			"emailAddress": "jane.doe@example.com", "processingState": nil,
			"identityStatus": "ACTIVE", "managerRef": nil, "isManager": false,
			"attributes": map[string]any{
				"uid": "jane.doe", "displayName": "Jane Doe", "email": "jane.doe@example.com",
			},
		},
		"unpublished status": {
			"id": "beaddadabeaddadabeaddadabeaddada", "name": `John "Jo" Roe`, "alias": "john.roe",
			"emailAddress": "JOHN@example.com", "processingState": nil, "managerRef": nil,
			"isManager": false,
			"attributes": map[string]any{
				"uid": "john.roe", "displayName": `John "Jo" Roe`, "email": "JOHN@example.com",
			},
		},
	}
	eachIdentityList(t, []string{full}, func(t *testing.T, v version.Version, resource string) {
		c := start(t, people).as("jane.doe")
		listed := map[any]map[string]any{}
		for _, i := range c.get(v.Path(resource)).is(http.StatusOK).list() {
			listed[i["id"]] = i
		}
		for name, identity := range want {
			t.Run(name, func(t *testing.T) {
				id := identity["id"].(string)
				if diff := cmp.Diff(identity, listed[id]); diff != "" {
					t.Errorf("listed (-want +got):\n%s", diff)
				}
				got := c.forTest(t)
				read := (&client{got, c.authorization}).get(v.Path(resource) + "/" + id)
				if diff := cmp.Diff(identity, read.is(http.StatusOK).object()); diff != "" {
					t.Errorf("read (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestIdentities_Filter(t *testing.T) {
	tests := []struct {
		name, filter string
		want         string
	}{
		{"id eq", `id eq "facedadafacedadafacedadafacedada"`, "jane.doe"},
		{"id eq, capital letters", `id eq "FACEDADAFACEDADAFACEDADAFACEDADA"`, "jane.doe"},
		{"id eq, prefix", `id eq "facedada"`, ""},
		{
			"id in", `id in ("cafedadacafedadacafedadacafedada","x", ` +
				`"FEEDDADAFEEDDADAFEEDDADAFEEDDADA")`, "admin spadmin",
		},
		{"id in, one", `id in("cafedadacafedadacafedadacafedada")`, "admin"},
		{
			"not id in", `not id in ("cafedadacafedadacafedadacafedada")`,
			"jane.doe john.roe spadmin ann.élan",
		},
		{"alias eq", `alias eq "jane.doe"`, "jane.doe"},
		{"alias eq, another case", `alias eq "Jane.DOE"`, "jane.doe"},
		{"alias eq, beyond ASCII", `alias eq "ANN.ÉLAN"`, "ann.élan"},
		{"alias sw", `alias sw "j"`, "jane.doe john.roe"},
		{"alias sw, another case", `alias sw "ANN.É"`, "ann.élan"},
		{"alias sw, complete", `alias sw "admin"`, "admin"},
		{"alias sw, longer", `alias sw "admins"`, ""},
		{"alias sw, in the middle", `alias sw "doe"`, ""},
		{"alias sw, empty", `alias sw ""`, "admin jane.doe john.roe spadmin ann.élan"},
		{"email eq", `email eq "jane.doe@example.com"`, "jane.doe"},
		{"email eq, another case", `email eq "john@EXAMPLE.com"`, "john.roe"},
		{"email eq, empty", `email eq ""`, ""},
		{"email sw", `email sw "j"`, "jane.doe john.roe"},
		{"not email sw", `not email sw "j"`, "spadmin"},
		{"and", `alias sw "j" and email sw "jane"`, "jane.doe"},
		{"or", `alias eq "admin" or email sw "jane"`, "admin jane.doe"},
		{
			"and before or", `alias eq "admin" or alias sw "j" and email sw "jane"`,
			"admin jane.doe",
		},
		{"parentheses", `(alias eq "admin" or alias sw "j") and email sw "jane"`, "jane.doe"},
		{"not before and", `not alias sw "j" and email sw "sp"`, "spadmin"},
		{"blank", " ", "admin jane.doe john.roe spadmin ann.élan"},
		{"empty", "", "admin jane.doe john.roe spadmin ann.élan"},
	}
	named := []struct {
		name, filter string
		want         string
	}{
		{"name eq, display name", `name eq "jane doe"`, "jane.doe ann.élan"},
		{"name eq, alias for want of another", `name eq "admin"`, "admin"},
		{"name eq, alias beside a display name", `name eq "jane.doe"`, ""},
		{"name eq, quotes", `name eq "John \"Jo\" Roe"`, "john.roe"},
		{"name sw", `name sw "J"`, "jane.doe john.roe ann.élan"},
	}
	eachIdentityList(t, []string{public, full},
		func(t *testing.T, v version.Version, resource string) {
			c := start(t, people).as("jane.doe")
			all := tests
			if resource == full {
				all = slices.Concat(tests, named)
			}
			for _, test := range all {
				got := strings.Join(c.aliases(v.Path(resource), "filters", test.filter), " ")
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", test.name, diff)
				}
			}
		})
}

func TestIdentities_RejectsFilters(t *testing.T) {
	for _, test := range []struct {
		name, filter string
		want         rule.ID
		mentions     string
	}{
		{"unpublished field", `phone eq "1"`, rule.IdentityFilterSupported, `"phone"`},
		{"field in another case", `Alias eq "x"`, rule.IdentityFilterSupported, `"Alias"`},
		{"id sw", `id sw "x"`, rule.IdentityFilterSupported, `"sw"`},
		{"alias in", `alias in ("x")`, rule.IdentityFilterSupported, `"in"`},
		{"alias co", `alias co "x"`, rule.IdentityFilterSupported, `"co"`},
		{"email ne", `email ne "x"`, rule.IdentityFilterSupported, `"ne"`},
		{"email isnull", `email isnull`, rule.IdentityFilterSupported, `"isnull"`},
		{"pr email", `pr email`, rule.IdentityFilterSupported, `"pr"`},
		{"firstname co", `firstname co "x"`, rule.IdentityFilterSupported, `"co"`},
		{"lastUsed", `lastUsed isnull`, rule.IdentityFilterSupported, `"lastUsed"`},
		{"no quotes", `alias eq jane`, rule.IdentityFilterString, `"jane"`},
		{"number", `id in ("1", 2)`, rule.IdentityFilterString, `"2"`},
		{"no end of a string", `alias eq "x`, rule.FilterSyntax, `"x"`},
		{"operator in capital letters", `alias EQ "x"`, rule.FilterSyntax, `"EQ"`},
		{"no value", `alias eq`, rule.FilterSyntax, "end"},
		{"no list", `id in "x"`, rule.FilterSyntax, `"x"`},
		{"comma at the end of a list", `id in ("x",)`, rule.FilterSyntax, `")"`},
		{"no closing parenthesis", `(alias eq "x"`, rule.FilterSyntax, "end"},
		{"not simulated, then invalid", `firstname eq "x" and`, rule.FilterSyntax, "end"},
		{
			"not simulated, then unpublished", `lastname eq "x" or phone eq "x"`,
			rule.IdentityFilterSupported, `"phone"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, people).as("jane.doe")
			for _, resource := range []string{public, full} {
				r := c.get(withQuery("/v2026/"+resource, "filters", test.filter))
				r.breaks(http.StatusBadRequest, test.want)
				if !strings.Contains(r.entry().Reasons[0], test.mentions) {
					t.Errorf("%s: %s does not contain %s", resource, r.text, test.mentions)
				}
			}
		})
	}
	c := start(t, people).as("jane.doe")
	for _, v := range version.All() {
		for _, filter := range []string{`name eq "x"`, `correlated eq true`, `cloudStatus eq "x"`} {
			if !v.Lacks(public) {
				c.get(withQuery(v.Path(public), "filters", filter)).breaks(http.StatusBadRequest,
					rule.IdentityFilterSupported)
			}
		}
	}
}

// Published filters and sorters that a fixture has no data for are not missing data.
func TestIdentities_RejectsWhatIsNotSimulated(t *testing.T) {
	for _, test := range []struct {
		name                       string
		resource, parameter, value string
		want                       []string
	}{
		{"public, firstname", public, "filters", `firstname eq "x"`, []string{"firstname"}},
		{"public, lastname", public, "filters", `not lastname sw "x"`, []string{"lastname"}},
		{
			"public, beside what is simulated", public, "filters",
			`alias eq "user-1" or (firstname sw "1" and lastname eq "1") or firstname eq "1"`,
			[]string{"firstname", "lastname"},
		},
		{"firstname", full, "filters", `firstname sw "x"`, []string{"firstname"}},
		{"lastname", full, "filters", `lastname eq "x"`, []string{"lastname"}},
		{"cloudStatus", full, "filters", `cloudStatus eq "x"`, []string{"cloudStatus"}},
		{
			"processingState", full, "filters", `processingState eq "OK"`, []string{
				"processingState",
			},
		},
		{"correlated", full, "filters", `correlated eq false`, []string{"correlated"}},
		{"protected", full, "filters", `protected eq true`, []string{"protected"}},
		{"sorter", full, "sorters", "name,-cloudStatus", []string{"cloudStatus"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachIdentityList(t, []string{test.resource},
				func(t *testing.T, v version.Version, resource string) {
					c := start(t, people).as("jane.doe")
					r := c.get(withQuery(v.Path(resource), test.parameter, test.value))
					r.breaks(http.StatusNotImplemented, rule.NotSimulated)
					messages := fmt.Sprint(r.object()["messages"])
					for _, name := range append(test.want, test.parameter) {
						if !strings.Contains(messages, name) {
							t.Errorf("the message does not name %s: %s", name, messages)
						}
					}
					findings := r.entry().Findings
					if len(findings) != 1 || findings[0].Kind != control.NotSimulated {
						t.Errorf("findings = %v, want one of kind %s", findings,
							control.NotSimulated)
					}
				})
		})
	}
}

func TestIdentities_Pages(t *testing.T) {
	for _, test := range []struct {
		name       string
		parameters []string
		want       string
		wantCount  string
	}{
		{"none", nil, "admin jane.doe john.roe spadmin ann.élan", ""},
		{"limit", []string{"limit", "2"}, "admin jane.doe", ""},
		{"limit of zero", []string{"limit", "0"}, "", ""},
		{
			"limit of zero with a count", []string{"limit", "0", "count", "true"}, "", "5",
		},
		{"largest limit", []string{"limit", "250"}, "admin jane.doe john.roe spadmin ann.élan", ""},
		{"offset", []string{"offset", "3"}, "spadmin ann.élan", ""},
		{"offset beyond the end", []string{"offset", "5", "count", "true"}, "", "5"},
		{"largest offset", []string{"offset", "2147483647"}, "", ""},
		{"limit and offset", []string{"limit", "2", "offset", "2"}, "john.roe spadmin", ""},
		{
			"count of what the filter selects",
			[]string{"limit", "1", "count", "true", "filters", `alias sw "j"`},
			"jane.doe", "2",
		},
		{"count in capital letters", []string{"count", "True", "limit", "1"}, "admin", "5"},
		{"no count", []string{"count", "false", "limit", "1"}, "admin", ""},
		{
			"sorted page",
			[]string{
				"sorters", "-name", "limit", "2", "offset", "1", "count", "true",
			},
			"john.roe jane.doe", "5",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachIdentityList(t, []string{public, full},
				func(t *testing.T, v version.Version, resource string) {
					c := start(t, people).as("jane.doe")
					path := withQuery(v.Path(resource), test.parameters...)
					got := strings.Join(c.aliases(path), " ")
					if diff := cmp.Diff(test.want, got); diff != "" {
						t.Errorf("aliases (-want +got):\n%s", diff)
					}
					count := strings.Join(c.get(path).header.Values("X-Total-Count"), " ")
					if diff := cmp.Diff(test.wantCount, count); diff != "" {
						t.Errorf("X-Total-Count (-want +got):\n%s", diff)
					}
				})
		})
	}
}

func TestIdentities_RejectsParameters(t *testing.T) {
	for _, test := range []struct {
		name, parameter, value string
		only                   string
	}{
		{"limit over 250", "limit", "251", ""},
		{"negative limit", "limit", "-1", ""},
		{"limit that is a word", "limit", "ten", ""},
		{"limit that is a fraction", "limit", "1.5", ""},
		{"limit in scientific notation", "limit", "1e2", ""},
		{"limit of more than 32 bits", "limit", "2147483648", ""},
		{"empty limit", "limit", "", ""},
		{"negative offset", "offset", "-1", ""},
		{"offset of more than 32 bits", "offset", "2147483648", ""},
		{"offset of many digits", "offset", strings.Repeat("9", 400), ""},
		{"count that is a word", "count", "yes", ""},
		{"add-core-filters that is a number", "add-core-filters", "1", public},
		{"unknown defaultFilter", "defaultFilter", "ALL", full},
		{"defaultFilter in another case", "defaultFilter", "none", full},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachIdentityList(t, []string{public, full},
				func(t *testing.T, v version.Version, resource string) {
					if test.only != "" && test.only != resource {
						return
					}
					start(t, people).as("jane.doe").get(withQuery(v.Path(resource), test.parameter,
						test.value)).breaks(http.StatusBadRequest, rule.IdentityParameters)
				})
		})
	}
}

func TestIdentities_Sort(t *testing.T) {
	for _, test := range []struct {
		name, sorters string
		want          string
		only          string
	}{
		{"name, ties in their order", "name", "admin jane.doe ann.élan john.roe spadmin", ""},
		{"name, descending", "-name", "spadmin john.roe jane.doe ann.élan admin", ""},
		{"empty", "", "admin jane.doe john.roe spadmin ann.élan", ""},
		{"alias", "alias", "admin ann.élan jane.doe john.roe spadmin", full},
		{"alias, descending", "-alias", "spadmin john.roe jane.doe ann.élan admin", full},
		{"name, then alias", "name,alias", "admin ann.élan jane.doe john.roe spadmin", full},
		{
			"name, then alias, descending", "name,-alias",
			"admin jane.doe ann.élan john.roe spadmin", full,
		},
		{
			"name twice", "-name,name", "spadmin john.roe jane.doe ann.élan admin", full,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachIdentityList(t, []string{public, full},
				func(t *testing.T, v version.Version, resource string) {
					if test.only != "" && test.only != resource {
						return
					}
					got := start(t, people).as("jane.doe").aliases(v.Path(resource), "sorters",
						test.sorters)
					if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
						t.Errorf("aliases (-want +got):\n%s", diff)
					}
				})
		})
	}
}

func TestIdentities_RejectsSorters(t *testing.T) {
	for _, test := range []struct{ name, sorters string }{
		{"unpublished field", "email"},
		{"field in another case", "Name"},
		{"two minus signs", "--name"},
		{"plus sign", "+name"},
		{"blank behind a comma", "name, name"},
		{"nothing behind a comma", "name,"},
		{"not simulated, then unpublished", "cloudStatus,id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachIdentityList(t, []string{public, full},
				func(t *testing.T, v version.Version, resource string) {
					start(t, people).as("jane.doe").get(withQuery(v.Path(resource), "sorters",
						test.sorters)).breaks(http.StatusBadRequest, rule.IdentitySortersSupported)
				})
		})
	}
	eachIdentityList(t, []string{public}, func(t *testing.T, v version.Version, resource string) {
		c := start(t, people).as("jane.doe")
		for _, sorters := range []string{"alias", "cloudStatus"} { // only those of identities
			c.get(withQuery(v.Path(resource), "sorters", sorters)).breaks(http.StatusBadRequest,
				rule.IdentitySortersSupported)
		}
	})
}

func TestPublicIdentities_CoreFilters(t *testing.T) {
	eachIdentityList(t, []string{public}, func(t *testing.T, v version.Version, resource string) {
		c := start(t, people).as("jane.doe")
		for value, want := range map[string]string{
			"true":  "jane.doe john.roe",
			"True":  "jane.doe john.roe",
			"false": "admin jane.doe john.roe spadmin ann.élan",
		} {
			got := c.aliases(v.Path(resource), "add-core-filters", value)
			if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
				t.Errorf("add-core-filters=%s (-want +got):\n%s", value, diff)
			}
		}
		r := c.get(withQuery(v.Path(resource), "add-core-filters", "true", "count", "true",
			"filters", `alias sw "jo"`))
		if got := r.is(http.StatusOK).header.Get("X-Total-Count"); got != "1" {
			t.Errorf("X-Total-Count = %s, want 1", got)
		}
	})
}

func TestIdentities_DefaultFilter(t *testing.T) {
	eachIdentityList(t, []string{full}, func(t *testing.T, v version.Version, resource string) {
		c := start(t, people).as("jane.doe")
		want := c.get(v.Path(resource)).is(http.StatusOK).text
		for _, value := range []string{"CORRELATED_ONLY", "NONE"} {
			got := c.get(withQuery(v.Path(resource), "defaultFilter", value)).is(http.StatusOK).text
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", value, diff)
			}
		}
	})
}

func TestIdentities_UnknownID(t *testing.T) {
	eachIdentityList(t, []string{full}, func(t *testing.T, v version.Version, resource string) {
		c := start(t, people).as("jane.doe")
		for _, id := range []string{nobodys, "jane.doe", "me", "%20"} {
			c.get(v.Path(resource)+"/"+id).breaks(http.StatusNotFound, rule.IdentityNotFound)
		}
	})
}

func TestIdentities_Rights(t *testing.T) {
	const read, manage, none = "idn:identity:read", "idn:identity:manage", "sp:scopes:default"
	for _, test := range []struct {
		user       string
		scopes     []string
		wantPublic int
		wantFull   int
	}{
		{"admin", []string{every}, 200, 200},
		{"jane.doe", []string{every}, 200, 200},
		{"jane.doe", []string{none}, 200, 403},
		{"jane.doe", []string{read}, 403, 200},
		{"jane.doe", []string{manage}, 403, 200},
		{"jane.doe", []string{none, read}, 200, 200},
		{"admin", []string{allManage}, 403, 403},
		{"admin", []string{}, 403, 403},
	} {
		t.Run(test.user+" "+fmt.Sprint(test.scopes), func(t *testing.T) {
			eachIdentityList(t, []string{public, full},
				func(t *testing.T, v version.Version, resource string) {
					c := start(t, people).scoped(test.user, test.scopes...)
					paths := []string{v.Path(resource)}
					want := test.wantPublic
					if resource == full {
						want = test.wantFull
						paths = append(paths, v.Path(resource)+"/cafedadacafedadacafedadacafedada")
					}
					for _, path := range paths {
						if want == http.StatusOK {
							c.get(path).is(want)
							continue
						}
						c.get(path).breaks(want, rule.OperationScopes)
					}
				})
		})
	}
	eachIdentityList(t, []string{public, full},
		func(t *testing.T, v version.Version, resource string) {
			m := start(t, people)
			m.withLogin("dacedace-dace-dace-dace-dacedacedace", strings.Repeat("dace", 16)).
				get(v.Path(resource)).breaks(http.StatusForbidden, rule.NoApplicationAuth)
			m.anonymous().get(v.Path(resource)).is(http.StatusUnauthorized)
		})
}

func TestIdentities_OtherMethods(t *testing.T) {
	eachIdentityList(t, []string{public, full},
		func(t *testing.T, v version.Version, resource string) {
			c := start(t, people).as("admin")
			paths := []string{v.Path(resource)}
			if resource == full {
				paths = append(paths, v.Path(resource)+"/x")
				c.delete(v.Path(resource)+"/x").breaks(http.StatusNotImplemented, rule.NotSimulated)
				for _, job := range []string{"process", "invite"} {
					c.send("POST", v.Path(resource)+"/"+job, jsonType, "{}").
						breaks(http.StatusNotImplemented, rule.NotSimulated)
				}
			}
			for _, path := range paths {
				for _, method := range []string{"POST", "PUT", "PATCH"} {
					r := c.send(method, path, jsonType, "{}")
					if r.is(http.StatusMethodNotAllowed).header.Get("Allow") != "GET, HEAD" {
						t.Errorf("%s %s: Allow = %q", method, path, r.header.Get("Allow"))
					}
				}
				want, unchecked := c.get(path).status, *c.tenant
				unchecked.skipValidation = true // without a body there is nothing to validate
				if r := (&client{&unchecked, c.authorization}).send("HEAD", path, "",
					""); r.status != want || r.text != "" {
					t.Errorf("HEAD %s: %d with the body %q, want %d without", path, r.status,
						r.text, want)
				}
			}
			c.delete(v.Path(resource)).is(http.StatusMethodNotAllowed)
		})
}

// The versions that lack a resource respond as to any other path that is not simulated.
func TestIdentities_VersionsWithout(t *testing.T) {
	c := start(t, people).as("admin")
	for _, path := range []string{
		"/beta/public-identities", "/v3/identities", "/v3/identities/" + nobodys,
	} {
		c.get(path).breaks(http.StatusNotImplemented, rule.NotSimulated)
	}
	for _, path := range []string{
		"/v2026/public-identities/" + nobodys, "/v2026/identities/" + nobodys + "/accounts",
		"/v2026/identity-profiles", "/identities/v2", "/public-identities-config/v1",
	} {
		c.get(path).is(http.StatusNotImplemented)
	}
}

func TestIdentities_NearMiss(t *testing.T) {
	c := start(t, people).as("admin")
	for path, want := range map[string]string{
		"/v2026/Identities":              "/v2026/identities",
		"/v2026/identities/":             "/v2026/identities",
		"/v2026/public_identities":       "/v2026/public-identities",
		"/identities":                    "/v2026/identities",
		"/v1/public-identities":          "/public-identities/v1",
		"/v1/identities/" + nobodys:      "/identities/v1/" + nobodys,
		"/v3/public-identitys":           "/v3/public-identities",
		"/beta/identities/v1/" + nobodys: "",
		"/beta/public-identitie":         "",
		"/v3/Identities":                 "",
	} {
		r := c.get(path)
		if want == "" {
			if r.status != http.StatusNotImplemented && r.status != http.StatusNotFound ||
				strings.Contains(r.text, "did you mean") {
				t.Errorf("%s: %d %s, want no suggestion", path, r.status, r.text)
			}
			continue
		}
		if r.is(http.StatusNotFound); !strings.Contains(r.text, "did you mean "+want+"?") {
			t.Errorf("%s: %s, want %s", path, r.text, want)
		}
	}
}

func TestIdentities_UnservedVersion(t *testing.T) {
	m := startWith(t, people, mockserver.Config{Versions: []version.Version{version.V2026}})
	for _, path := range []string{"/v2025/identities", "/identities/v1", "/v3/public-identities"} {
		r := m.anonymous().get(path).is(http.StatusNotImplemented)
		if !strings.Contains(r.text, "--versions") {
			t.Errorf("%s: %s, want the flag --versions", path, r.text)
		}
	}
}

// Identities are part of snapshots, the initial state, and what the control API adds.
func TestIdentities_State(t *testing.T) {
	m := start(t, people)
	c := m.as("admin")
	before := c.get("/v2026/identities").is(http.StatusOK).text
	snapshot, err := m.mock.Control().State(t.Context(), control.StateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	added := control.NewIdentity{
		Name: "amy", DisplayName: "Amy Ash", Email: "amy@example.com", Status: "Active",
	}
	if _, err := m.mock.Control().AddIdentity(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	listed := c.get(withQuery("/v2026/public-identities", "filters", `alias eq "amy"`)).list()
	if len(listed) != 1 || listed[0]["name"] != "Amy Ash" ||
		listed[0]["email"] != "amy@example.com" || listed[0]["status"] != "Active" {
		t.Errorf("added identity is %v", listed)
	}
	if err := m.mock.Control().PutState(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, c.get("/v2026/identities").is(http.StatusOK).text); diff != "" {
		t.Errorf("identities of a snapshot (-want +got):\n%s", diff)
	}
	if _, err := m.mock.Control().AddIdentity(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	if err := m.mock.Control().Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, m.as("admin").get("/v2026/identities").text); diff != "" {
		t.Errorf("identities after a reset (-want +got):\n%s", diff)
	}
}

func TestIdentities_Texts(t *testing.T) {
	for _, test := range []struct {
		name, path       string
		parameter, value string
		status           int
		code             string
		wantRule         rule.ID
		wantMentions     string
	}{
		{
			"unpublished field", public, "filters", `phone eq "1"`, 400, "400.1",
			rule.IdentityFilterSupported, "filters id alias email firstname lastname phone 1",
		},
		{
			"unpublished operator", full, "filters", `name co "1"`, 400, "400.1",
			rule.IdentityFilterSupported, "filters cloudStatus correlated co 6",
		},
		{
			"no quotes", full, "filters", `name eq jane`, 400, "400.1", rule.IdentityFilterString,
			"filters name jane 9",
		},
		{
			"syntax", full, "filters", `name eq "x" alias`, 400, "400.1", rule.FilterSyntax,
			"filters alias 13",
		},
		{
			"not simulated", full, "filters", `firstname eq "x1" or protected eq true`, 501, "501",
			rule.NotSimulated, "filters",
		},
		{
			"sorter", full, "sorters", "name,email", 400, "400.1", rule.IdentitySortersSupported,
			"sorters name alias cloudStatus email",
		},
		{
			"sorter that is not simulated", full, "sorters", "cloudStatus", 501, "501",
			rule.NotSimulated, "sorters",
		},
		{
			"limit", full, "limit", "251", 400, "400.1.3", rule.IdentityParameters, "limit 250 251",
		},
		{
			"id", full + "/FACEDADAFACEDADAFACEDADAFACEDADA", "x", "", 404, "404",
			rule.IdentityNotFound, "id",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			start(t, people).as("jane.doe").get(withQuery("/v2026/"+test.path, test.parameter,
				test.value)).rejected(test.status, test.code, cause{
				test.wantRule, test.wantMentions,
			})
		})
	}
}

// A list reads all identities for a filter, a sorter or a count, but copies only a page of them.
func TestIdentities_MemoryOfManyUsers(t *testing.T) {
	if raceEnabled() {
		t.Skip("the race detector distorts allocations; run without -race")
	}
	const users, pointer = 10_000, 8
	w := worldOfUsers(t, users)
	for _, test := range []struct {
		name     string
		query    string
		maxBytes int64
	}{
		{"no match", `filters=` + url.QueryEscape(`alias eq "zoe-1" or email sw "x"`), 12_000},
		{"count", "limit=1&count=true", 12_000},
		{"last page", "limit=250&offset=9750&count=true", 600_000},
		{"sorted", "limit=1&sorters=-name,alias", 12_000 + users*pointer*5/4},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := testing.Benchmark(func(b *testing.B) {
				w.TB = b
				b.ReportAllocs()
				for b.Loop() {
					w.send("GET", "/v2026/identities?"+test.query, "")
				}
			})
			t.Logf("%d bytes, %d allocations, %d ns", got.AllocedBytesPerOp(), got.AllocsPerOp(),
				got.NsPerOp())
			if got.AllocedBytesPerOp() > test.maxBytes {
				t.Errorf("%d bytes, want at most %d", got.AllocedBytesPerOp(), test.maxBytes)
			}
		})
	}
}
