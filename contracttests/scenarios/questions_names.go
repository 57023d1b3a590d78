package scenarios

import (
	"fmt"
	"net/http"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
)

// nameQuestions lists questions about the equality of names, and the lengths of names and scopes.
var nameQuestions = []contract.Scenario{
	nameQuestion(
		rule.NameCase, "create/question-name-case",
		"Two names that differ in case are different.", " Name", " name",
	),
	nameQuestion(
		rule.NameBlanks, "create/question-name-blanks",
		"Two names that differ in trailing blanks are different.", "", " ",
	),
	nameQuestion(
		rule.NameNormalization, "create/question-name-normalization",
		"A composed and a decomposed letter make different names.", " \u00e9", " e\u0301",
	),
	sizeQuestion(
		rule.MaxNameLength, "create/question-max-name-length",
		"A name may have 4000 characters.", lengths, func(body contract.Body, n int) {
			body["name"] = pad(fmt.Sprintf("%s of %d characters ", body.Text("name"), n), n)
		},
	),
	sizeQuestion(
		rule.MaxScopeLength, "create/question-max-scope-length",
		"A scope may have 4000 characters.", lengths, func(body contract.Body, n int) {
			body["scope"] = []string{pad(fmt.Sprintf("idn:scope-of-%d-characters-", n), n)}
		},
	),
	sizeQuestion(
		rule.MaxScopes, "create/question-max-scopes",
		"A token may have 250 scopes.", []int{250, 100, 50, 20, 10},
		func(body contract.Body, n int) {
			scope := make([]string, n)
			for i := range scope {
				scope[i] = fmt.Sprintf("idn:scope-%d:read", i)
			}
			body["scope"] = scope
		},
	),
}

// lengths are common limits of database columns, in descending order.
var lengths = []int{4000, 1000, 512, 255, 128, 64}

func pad(text string, n int) string { return text + strings.Repeat("n", n-len(text)) }

// nameQuestion returns a question about the equality of two names of one owner that differ at the
// end.
func nameQuestion(entry rule.ID, id, promise, one, other string) contract.Scenario {
	return question(string(entry), contract.Scenario{
		ID: id, Promise: promise, Sources: []string{"#names-are-equal-to-the-letter"},
		Rules: []rule.ID{rule.NameUnique},
	}, func(t *contract.T, record record) {
		c, name := t.Owner(), t.UniqueName()
		c.MustCreate(contract.Body{"name": name + one})
		t.Equal("name", name+other, record(createNamed(c, name+other)).Token().Name)
	})
}

// sizeQuestion returns a question about the largest size that create accepts. It records the first
// accepted response, or the last rejection.
func sizeQuestion(
	entry rule.ID, id, promise string, sizes []int, change func(body contract.Body, size int),
) contract.Scenario {
	return question(string(entry), contract.Scenario{
		ID: id, Promise: promise,
		Sources: []string{"#names-and-scopes-are-unbounded"},
	}, func(t *contract.T, record record) {
		for i, size := range sizes {
			body := t.Owner().NewTokenBody()
			change(body, size)
			r := t.Owner().Create(body)
			if r.StatusCode() != http.StatusOK && i < len(sizes)-1 {
				continue
			}
			record(r)
			t.Notef("the largest accepted size of %v: %d", sizes, size)
			r.ExpectStatus(http.StatusOK)
			t.Equal("the largest accepted size", sizes[0], size)
			return
		}
	})
}
