package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/version"
)

// The versions that have public identities, and the versions that have identities.
var (
	publicVersions = []version.Version{
		version.V3, version.V2024, version.V2025, version.V2026, version.V1,
	}
	identityVersions = []version.Version{
		version.Beta, version.V2024, version.V2025, version.V2026, version.V1,
	}
)

// person is an identity of either list.
type person struct{ id, name, alias, email contract.Field[string] }

// collection is a list of identities.
type collection struct {
	// id is the second part of the ids of scenarios, and plural names the members in promises.
	id, plural string
	versions   []version.Version
	// operation points to the published operation. parameters has the indices of its parameters.
	operation  string
	parameters map[string]int
	list       func(c *contract.Client, pairs ...string) *contract.Response
	path       func(t *contract.T) string
	people     func(r *contract.Response) []person
	fields     []filterField
	// sorters are the published sorters that patmock simulates.
	sorters []string
	// unsupported are filters with fields or operators that are not published.
	unsupported []string
	// badSorters are sorters that are not published.
	badSorters []string
	// notSimulated are published queries that patmock does not simulate.
	notSimulated []notSimulated
}

// filterField is a field of filters, with the operators that are published for it.
type filterField struct {
	name      string
	of        func(p person) contract.Field[string]
	operators []string
}

// notSimulated is a published query, with the fields that its 501 names.
type notSimulated struct {
	parameter, value string
	fields           []string
}

func idOf(p person) contract.Field[string]    { return p.id }
func nameOf(p person) contract.Field[string]  { return p.name }
func aliasOf(p person) contract.Field[string] { return p.alias }
func emailOf(p person) contract.Field[string] { return p.email }

var publicIdentities = collection{
	id: "public", plural: "public identities", versions: publicVersions,
	operation: "v2026 #/paths/~1public-identities/get",
	parameters: map[string]int{
		"limit": 0, "offset": 1, "count": 2, "filters": 3, "add-core-filters": 4, "sorters": 5,
	},
	list: (*contract.Client).PublicIdentities,
	path: (*contract.T).PublicIdentitiesPath,
	people: func(r *contract.Response) []person {
		var people []person
		for _, i := range r.PublicIdentities() {
			people = append(people, person{i.ID, i.Name, i.Alias, i.Email})
		}
		return people
	},
	fields: []filterField{
		{"id", idOf, []string{"eq", "in"}},
		{"alias", aliasOf, []string{"eq", "sw"}},
		{"email", emailOf, []string{"eq", "sw"}},
	},
	sorters: []string{"name"},
	unsupported: []string{
		`name eq "x"`, `not (firstname eq "x" or colour eq "blue")`, `name sw "x"`, `id sw "x"`,
		`id ne "x"`, `alias in ("x")`, `alias co "x"`,
		`email ge "x"`, `pr email`, `email isnull`, `firstname co "x"`, `lastname in ("x")`,
		`status eq "ACTIVE"`, `correlated eq true`, `colour eq "blue"`,
		`id eq "x" and colour eq "blue"`,
	},
	badSorters: []string{"alias", "-email", "colour", "name,colour"},
	notSimulated: []notSimulated{
		{"filters", `firstname eq "x"`, []string{"firstname"}},
		{"filters", `lastname sw "x"`, []string{"lastname"}},
		{
			"filters", `id eq "x" or firstname sw "x" and lastname eq "x"`,
			[]string{"firstname", "lastname"},
		},
	},
}

var allIdentities = collection{
	id: "all", plural: "identities", versions: identityVersions,
	operation: "v2026 #/paths/~1identities/get",
	parameters: map[string]int{
		"filters": 0, "sorters": 1, "defaultFilter": 2, "count": 3, "limit": 4, "offset": 5,
	},
	list: (*contract.Client).Identities,
	path: (*contract.T).IdentitiesPath,
	people: func(r *contract.Response) []person {
		var people []person
		for _, i := range r.Identities() {
			people = append(people, personOf(i))
		}
		return people
	},
	fields: []filterField{
		{"id", idOf, []string{"eq", "in"}},
		{"name", nameOf, []string{"eq", "sw"}},
		{"alias", aliasOf, []string{"eq", "sw"}},
		{"email", emailOf, []string{"eq", "sw"}},
	},
	sorters: []string{"name", "alias"},
	unsupported: []string{
		`not (correlated eq true or colour eq "blue")`, `id sw "x"`, `id ne "x"`, `name in ("x")`,
		`name co "x"`, `alias in ("x")`, `alias ne "x"`,
		`email gt "x"`, `pr email`, `email isnull`, `firstname co "x"`, `cloudStatus sw "ACTIVE"`,
		`correlated ne true`, `emailAddress eq "x"`, `displayName eq "x"`, `status eq "ACTIVE"`,
		`colour eq "blue"`, `id eq "x" and colour eq "blue"`,
	},
	badSorters: []string{"email", "-firstname", "colour", "name,colour"},
	notSimulated: []notSimulated{
		{"filters", `firstname eq "x"`, []string{"firstname"}},
		{"filters", `lastname sw "x"`, []string{"lastname"}},
		{"filters", `cloudStatus eq "ACTIVE"`, []string{"cloudStatus"}},
		{"filters", `processingState eq "OK"`, []string{"processingState"}},
		{"filters", `protected eq false`, []string{"protected"}},
		{"filters", `id eq "` + unknownID + `" or correlated eq false`, []string{"correlated"}},
		{
			"filters", `firstname sw "x" and not correlated eq true`,
			[]string{"firstname", "correlated"},
		},
		{"sorters", "cloudStatus", []string{"cloudStatus"}},
		{"sorters", "name,-cloudStatus", []string{"cloudStatus"}},
	},
}

func personOf(i contract.Identity) person {
	return person{i.ID, contract.Value(i.Name), i.Alias, i.EmailAddress}
}

var collections = []collection{publicIdentities, allIdentities}

// identities lists the scenarios about identities.
var identities = slices.Concat(
	forEachRow(collections, collection.finds),
	forEachRow(collections, collection.combines),
	forEachRow(collections, collection.emptyFilter),
	forEachRow(collections, collection.rejectsUnsupported),
	forEachRow(collections, collection.rejectsSyntax),
	forEachRow(collections, collection.rejectsUnquoted),
	forEachRow(collections, collection.findsSeeded),
	forEachRow(collections, collection.ignoresCase),
	forEachRow(collections, collection.leavesOutNull),
	forEachRow(collections, collection.doesNotSimulate),
	forEachRow(collections, collection.pages),
	forEachRow(collections, collection.rejectsPages),
	forEachRow(collections, collection.defaultPage),
	forEachRow(collections, collection.counts),
	forEachRow(collections, collection.sorts),
	forEachRow(collections, collection.sortsSeeded),
	forEachRow(collections, collection.rejectsSorters),
	identityProperties, identityRights,
)

// scenario returns a scenario about the list. Its sources are the operation's parameters of the
// given names, or its description.
func (c collection) scenario(id, promise string, run func(*contract.T), parameters ...string,
) contract.Scenario {
	s := contract.Scenario{
		ID: "identity/" + c.id + "/" + id, Promise: promise, Versions: c.versions,
		Features: reads(), Run: run,
	}
	for _, name := range parameters {
		s.Sources = append(s.Sources, fmt.Sprintf("%s/parameters/%d", c.operation,
			c.parameters[name]))
	}
	if parameters == nil {
		s.Sources = []string{c.operation}
	}
	return s
}

// seeded marks a scenario that adds identities.
func seeded(s contract.Scenario) contract.Scenario {
	s.Features = reads(contract.SeededTokens)
	return s
}

// page is the largest number of identities that a scenario reads from a tenant at once.
const page = 5

// find lists up to a page of the identities that a filter matches.
func (c collection) find(t *contract.T, filter string) []person {
	return c.people(c.list(t.Owner(), "filters", filter, "limit", fmt.Sprint(page)))
}

// self returns the caller's identity from the list. It skips the scenario if a tenant does not let
// the caller read it.
func (c collection) self(t *contract.T) person {
	id := userID(t, t.Owner())
	r := skipForbidden(t, c.list(t.Owner(), "filters", compare("id", "eq", id), "limit", "1"))
	people := c.people(r)
	if len(people) == 0 && t.RealTenant() {
		t.SkipUnsupported("own-identity", "the caller in the list of %s", c.plural)
	}
	if len(people) != 1 || people[0].id.Value != id {
		t.Fatalf("a filter by the caller's id does not find exactly the caller")
	}
	return people[0]
}

// skipForbidden skips the scenario if a tenant rejects a read with 403, because the caller's user
// level need not have the right.
func skipForbidden(t *contract.T, r *contract.Response) *contract.Response {
	if t.RealTenant() && r.StatusCode() == http.StatusForbidden {
		t.SkipUnsupported("identity-rights", "the right to read identities")
	}
	return r
}

// compare returns a comparison with a string.
func compare(field, operator, value string) string {
	if operator == "in" {
		return field + " in (" + quote(value) + ")"
	}
	return field + " " + operator + " " + quote(value)
}

// quote returns a string as it is written in a filter.
func quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// contains reports whether an identity is among others.
func contains(people []person, id string) bool {
	return slices.ContainsFunc(people, func(p person) bool { return p.id.Value == id })
}

// ids returns the ids of identities.
func ids(people []person) []string {
	all := []string{}
	for _, p := range people {
		all = append(all, p.id.Value)
	}
	return all
}
