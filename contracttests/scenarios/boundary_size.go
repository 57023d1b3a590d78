package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const unboundedSizes = "#names-and-scopes-are-unbounded"

// listSizes tests lists at the page sizes of other APIs, and with one more token.
var listSizes = contract.Scenario{
	ID: "list/sizes",
	Promise: "A list of 50, 51, 250 or 251 tokens is complete in every version, also with a " +
		"filter.",
	Sources:  []string{"#list-is-not-paged", "#list-names-each-token-once"},
	Versions: contract.Unversioned,
	Features: reads(contract.Admin, contract.SeededTokens),
	Rules:    []rule.ID{rule.ListNoPaging, rule.ListEachOnce},
	Run: func(t *contract.T) {
		c := t.Admin()
		ids := c.List().IDs()
		unused := c.List("filters", "lastUsed isnull").IDs()
		for _, size := range []int{50, 51, 250, 251} {
			owner := ""
			for i := len(ids); i < size; i++ {
				if i%8 == 0 || owner == "" {
					owner = t.UniqueName()
					id := t.SeedUser(owner, "USER").ClientID
					ids, unused = append(ids, id), append(unused, id)
					continue
				}
				id := t.SeedToken(control.NewToken{Owner: owner, Name: t.UniqueName()}).ClientID
				ids, unused = append(ids, id), append(unused, id)
			}
			versions := version.All()
			if size%2 == 0 {
				versions = versions[len(versions)-1:] // the next size is tested in all versions
			}
			for _, v := range versions {
				all := c.Send(get(v.CollectionPath()))
				sameIDs(t, fmt.Sprintf("%d tokens in %s", size, v), ids, all.IDs())
			}
			filtered := c.List("filters", "lastUsed isnull").IDs()
			sameIDs(t, fmt.Sprintf("%d unused tokens", len(unused)), unused, filtered)
		}
	},
}

// sameIDs expects the same ids in any order.
func sameIDs(t *contract.T, subject string, want, got []string) {
	t.Equal(subject, slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)))
}

// sizes are lengths and numbers around the limits that columns, pages and headers often have.
var sizes = []int{1, 64, 65, 128, 255, 256, 257, 512, 1000, 1001, 4000, 4001, 10_000}

// letters have one to four bytes in UTF-8.
var letters = []string{"n", "é", "€", "😀"}

var nameLengths = contract.Scenario{
	ID:       "create/names-of-growing-length",
	Promise:  "A name of any length is stored completely, in any script.",
	Sources:  []string{unboundedSizes, "#name-is-kept"},
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.NameUnchanged},
	Run: func(t *contract.T) {
		c := t.Owner()
		token := c.MustCreate()
		for i, size := range sizes {
			name := t.UniqueName() + " " + strings.Repeat(letters[i%len(letters)], size)
			created := c.MustCreate(contract.Body{"name": name})
			t.Equal(fmt.Sprintf("a name with %d letters", size), name, created.Name)
			t.Equal("the name in the list", name, c.MustFind(created.ID).Name)
			c.MustDelete(created.ID)
			if size%2 == 1 {
				t.Equal("the name in a patch", name,
					c.Patch(token.ID, replace("/name", name)).Token().Name)
			}
		}
	},
}

// scopeCounts are numbers of scopes.
var scopeCounts = []int{1, 2, 3, 4, 10, 11, 50, 51, 100, 101, 251}

var scopeSizes = contract.Scenario{
	ID:       "create/scopes-of-growing-number-and-length",
	Promise:  "A token has any number of scopes in their order, each of them complete.",
	Sources:  []string{unboundedSizes, "#unknown-scope-is-stored"},
	Evidence: evidence.Assumed,
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.ScopeOutOfLevel},
	Run: func(t *contract.T) {
		c := t.Owner()
		token := c.MustCreate()
		for _, count := range scopeCounts {
			scope := make([]string, count)
			for i := range scope {
				scope[i] = fmt.Sprintf("idn:scope-%d:%s", count-i,
					strings.Repeat("s", min(1001, 2002/count)))
			}
			created := c.MustCreate(contract.Body{"scope": scope})
			t.Equal(fmt.Sprintf("%d scopes", count), scope, created.Scope.Value)
			t.Equal("the scopes in the list", scope, c.MustFind(created.ID).Scope.Value)
			c.MustDelete(created.ID)
			if count == 3 || count == 251 {
				patched := c.Patch(token.ID, replace("/scope", scope)).Token()
				t.Equal("the scopes in a patch", scope, patched.Scope.Value)
			}
		}
	},
}

// scopeAtPosition returns a scenario about a scope with rights after count scopes without rights.
func scopeAtPosition(position string, count int, features ...contract.Feature) contract.Scenario {
	return contract.Scenario{
		ID: "auth/scope-at-place/" + position,
		Promise: fmt.Sprintf("A token has the rights of all of its scopes, even of one after %d "+
			"others.", count),
		Sources:  []string{"#scopes-add-up", "#scopes-of-list", listScopes},
		Features: writes(features...),
		Rules:    []rule.ID{rule.OperationScopes},
		Run: func(t *contract.T) {
			scope := make([]string, count, count+1)
			for i := range scope {
				scope[i] = fmt.Sprintf("idn:patmock-%d:read", i)
			}
			token := t.Owner().MustCreate(contract.Body{"scope": append(scope, myRead)})
			t.Equal("scope", append(scope, myRead), t.Owner().MustFind(token.ID).Scope.Value)
			t.Login(token.Credentials()).ListOwn().ExpectStatus(http.StatusOK)
		},
	}
}

// nonASCIINames are names with letters outside ASCII.
var nonASCIINames = []string{"é", "e\u0301", "ß", "İ", "ı", "名前", "имя", "😀"}

var nameTakenInAnyScript = contract.Scenario{
	ID: "create/name-taken-in-any-script",
	Promise: "A name with non-ASCII letters is unique among the tokens of its owner, for create " +
		"and for patch.",
	Sources: []string{nameIsUnique, "#name-is-unique-per-owner"},
	Rules:   []rule.ID{rule.NameUnique},
	Run: func(t *contract.T) {
		c := t.Owner()
		name := t.UniqueName() + " " + strings.Join(nonASCIINames, " ")
		c.MustCreate(contract.Body{"name": name})
		c.Patch(c.MustCreate().ID, replace("/name", name)).ExpectRejected()
		expectNameTaken(t, c, name)
	},
}

// nameWithEachLetter tests each letter by itself.
var nameWithEachLetter = contract.Scenario{
	ID: "create/name-with-each-letter",
	Promise: "A name that ends in any letter is not available for another token, and another " +
		"letter makes another name.",
	Sources:  []string{nameIsUnique, "#names-are-equal-to-the-letter"},
	Evidence: evidence.Assumed,
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.NameUnique},
	Run: func(t *contract.T) {
		c := t.Owner()
		token := c.MustCreate()
		for _, letter := range append(slices.Clone(nonASCIINames), "É", "SS", "ss", "i", "I") {
			name := token.Name + " " + letter
			c.Patch(token.ID, replace("/name", name)).ExpectStatus(http.StatusOK)
			createNamed(c, name).ExpectError(http.StatusBadRequest)
		}
		for i, letter := range []string{"é", "e\u0301", "É", "ß", "ss"} {
			created := c.MustCreate(contract.Body{"name": token.Name + " " + letter})
			if i > 1 {
				c.MustDelete(created.ID)
			}
		}
	},
}

var boundarySizes = []contract.Scenario{
	listSizes, nameLengths, scopeSizes, nameTakenInAnyScript, nameWithEachLetter,
	scopeAtPosition("third", 2), scopeAtPosition("fourth", 3),
	scopeAtPosition("fifth", 4, contract.Unmetered),
	scopeAtPosition("tenth", 9, contract.Unmetered),
	scopeAtPosition("eleventh", 10, contract.Unmetered),
	scopeAtPosition("hundredth", 99, contract.Unmetered),
}
