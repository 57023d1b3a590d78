package mutants

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/rule"
)

// lists of identities, and everything that reads identities.
var (
	onPeople     = on(publicPeople, people)
	onIdentities = on(publicPeople, people, onePerson)
)

const totalCount = "X-Total-Count"

// emailOf returns the email of an identity in either list.
func emailOf(o object) any {
	if email, present := o["email"]; present {
		return email
	}
	return o["emailAddress"]
}

// peopleWith returns the list of a request with other parameters. Empty values remove them.
func (x *exchange) peopleWith(pairs ...string) *response {
	other := *x
	other.r = x.r.Clone(x.r.Context())
	for pair := range slices.Chunk(pairs, 2) {
		other.setQuery(pair[0], pair[1])
	}
	return other.forward()
}

// ignoreBadParameter forwards a list that is rejected with 400 again without a parameter.
func ignoreBadParameter(m matcher, name string, isIgnored func(value string) bool) middleware {
	return wrap(m, func(x *exchange) *response {
		resp := x.forward()
		if value := x.query(name); resp.status == http.StatusBadRequest && value != "" &&
			isIgnored(value) {
			return x.peopleWith(name, "")
		}
		return resp
	})
}

// rewriteIdentityFilter changes the filter of the lists of identities.
func rewriteIdentityFilter(change func(string) string) middleware {
	return mutateRequest(onPeople, func(x *exchange) {
		if text := x.query("filters"); text != "" {
			x.setQuery("filters", change(text))
		}
	})
}

func always(string) bool { return true }

// identityLists change the pages and the order of identities.
var identityLists = []Mutant{
	{
		"identity-limit-ignored", rule.IdentityPages,
		"limit does not shorten a list of identities.",
		killedBy("identity/public/pages", "identity/all/pages"),
		mutateRequest(onPeople, func(x *exchange) {
			if limit, err := strconv.Atoi(x.query("limit")); err == nil && limit <= 250 {
				x.setQuery("limit", "")
			}
		}),
	},
	{
		"identity-limit-of-zero-ignored", rule.IdentityPages,
		"limit=0 lists all identities.",
		killedBy("identity/public/pages", "identity/all/pages"),
		mutateRequest(onPeople, func(x *exchange) {
			if x.query("limit") == "0" {
				x.setQuery("limit", "")
			}
		}),
	},
	{
		"identity-offset-ignored", rule.IdentityPages,
		"offset skips no identity.",
		killedBy("identity/public/pages", "identity/all/pages"),
		mutateRequest(onPeople, func(x *exchange) {
			if n, err := strconv.Atoi(x.query("offset")); err == nil && n > 0 {
				x.setQuery("offset", "")
			}
		}),
	},
	{
		"identity-offset-is-a-page", rule.IdentityPages,
		"offset counts pages of identities.",
		killedBy("identity/public/pages", "identity/all/pages"),
		mutateRequest(onPeople, func(x *exchange) {
			limit, err := strconv.Atoi(x.query("limit"))
			offset, otherErr := strconv.Atoi(x.query("offset"))
			if err == nil && otherErr == nil {
				x.setQuery("offset", strconv.Itoa(limit*offset))
			}
		}),
	},
	{
		"identity-default-limit-is-100", rule.IdentityPages,
		"A list without a limit has at most 100 identities.",
		killedBy("identity/public/default-limit-is-250", "identity/all/default-limit-is-250"),
		mutateRequest(onPeople, func(x *exchange) {
			if x.query("limit") == "" {
				x.setQuery("limit", "100")
			}
		}),
	},
	{
		"identity-page-before-filter", rule.IdentityPages,
		"limit and offset select from all identities, before the filter.",
		killedBy("identity/public/default-limit-is-250", "identity/all/default-limit-is-250"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			page := x.peopleWith("filters", "").array()
			resp.keepIf(func(o object) bool {
				return slices.ContainsFunc(page, func(p object) bool { return p["id"] == o["id"] })
			})
		}),
	},
	{
		"identity-limit-of-251-tolerated", rule.IdentityParameters,
		"A limit over 250 counts as 250.",
		killedBy("identity/public/limit-of-250", "identity/all/limit-of-250"),
		mutateRequest(onPeople, func(x *exchange) {
			if limit, err := strconv.Atoi(x.query("limit")); err == nil && limit > 250 {
				x.setQuery("limit", "250")
			}
		}),
	},
	{
		"identity-limit-of-250-rejected", rule.IdentityParameters, "A limit of 250 is rejected.",
		killedBy("identity/public/limit-of-250", "identity/all/limit-of-250"),
		rejectIf(onPeople, func(x *exchange) bool { return x.query("limit") == "250" }),
	},
	{
		"identity-negative-offset-tolerated", rule.IdentityParameters,
		"A negative offset counts as none.",
		killedBy("identity/public/limit-of-250", "identity/all/limit-of-250"),
		ignoreBadParameter(onPeople, "offset", func(value string) bool {
			return strings.HasPrefix(value, "-")
		}),
	},
	{
		"identity-odd-numbers-tolerated", rule.IdentityParameters,
		"A limit or an offset that is no number is ignored.",
		killedBy("identity/public/limit-of-250", "identity/all/limit-of-250"),
		ignoreBadParameter(onPeople, "limit", func(value string) bool {
			_, err := strconv.Atoi(value)
			return err != nil
		}),
	},
	{
		"identity-odd-boolean-tolerated", rule.IdentityParameters,
		"A value of count that is no boolean is ignored.",
		killedBy("identity/public/limit-of-250", "identity/all/limit-of-250"),
		ignoreBadParameter(onPeople, "count", always),
	},
	{
		"identity-default-filter-tolerated", rule.IdentityParameters,
		"An unknown default filter is ignored.", killedBy("identity/all/default-filter"),
		ignoreBadParameter(on(people), "defaultFilter", always),
	},
	{
		"identity-core-filters-tolerated", rule.IdentityParameters,
		"A value of add-core-filters that is no boolean is ignored.",
		killedBy("identity/public/core-filters"),
		ignoreBadParameter(on(publicPeople), "add-core-filters", always),
	},
	{
		"identity-count-absent", rule.IdentityCount, "A list of identities has no X-Total-Count.",
		killedBy("identity/public/count", "identity/all/count"),
		mutateResponse(onPeople, setHeader(totalCount, "")),
	},
	{
		"identity-count-always", rule.IdentityCount,
		"A list of identities has X-Total-Count without count=true.",
		killedBy("identity/public/count", "identity/all/count"),
		mutateRequest(onPeople, func(x *exchange) {
			if x.query("count") != "perhaps" {
				x.setQuery("count", "true")
			}
		}),
	},
	{
		"identity-count-of-the-page", rule.IdentityCount,
		"X-Total-Count is the number of identities on the page.",
		killedBy("identity/public/count", "identity/all/count"),
		mutateResponse(onPeople, func(resp *response) {
			if resp.header.Get(totalCount) != "" {
				resp.header.Set(totalCount, strconv.Itoa(len(resp.array())))
			}
		}),
	},
	{
		"identity-count-without-filter", rule.IdentityCount,
		"X-Total-Count counts identities that the filter does not match.",
		killedBy("identity/public/count", "identity/all/count"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			if resp.ok() && resp.header.Get(totalCount) != "" {
				all := x.peopleWith("filters", "")
				resp.header.Set(totalCount, all.header.Get(totalCount))
			}
		}),
	},
	{
		"identity-sorters-ignored", rule.IdentitySorters, "Sorters are ignored.",
		killedBy("identity/public/sorters-of-all", "identity/all/sorters-of-all"),
		mutateRequest(onPeople, func(x *exchange) {
			if !strings.ContainsAny(x.query("sorters"), "cC") { // still rejects others
				x.setQuery("sorters", "")
			}
		}),
	},
	{
		"identity-sorters-never-reverse", rule.IdentitySorters,
		"The minus sign of a sorter is ignored.",
		killedBy("identity/public/sorters", "identity/all/sorters",
			"identity/public/sorters-of-all"),
		mutateRequest(onPeople, func(x *exchange) {
			x.setQuery("sorters", strings.ReplaceAll(x.query("sorters"), "-", ""))
		}),
	},
	{
		"identity-first-sorter-only", rule.IdentitySorters,
		"Sorters after the first are ignored.", killedBy("identity/all/sorters-of-all"),
		mutateRequest(onPeople, func(x *exchange) {
			first, _, _ := strings.Cut(x.query("sorters"), ",")
			x.setQuery("sorters", first)
		}),
	},
	{
		"identity-sorts-the-page", rule.IdentitySorters,
		"Sorters sort a page after it is selected.",
		killedBy("identity/public/sorters-of-all", "identity/all/sorters-of-all"),
		wrap(onPeople, func(x *exchange) *response {
			if x.query("offset") == "" || x.query("sorters") == "" {
				return x.forward()
			}
			return x.peopleWith("sorters", "")
		}),
	},
	{
		"identity-order-by-bytes", rule.IdentityOrder,
		"Sorting puts capital letters before small ones.",
		killedBy("identity/public/sorters-of-all", "identity/all/sorters-of-all"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			field := x.query("sorters")
			if field != "name" && field != "alias" {
				return
			}
			resp.changeList(func(people []object) []object {
				slices.SortStableFunc(people, func(a, b object) int {
					return cmp.Compare(text(a, "alias"), text(b, "alias"))
				})
				return people
			})
		}),
	},
	{
		"identity-sorters-unsupported-ignored", rule.IdentitySortersSupported,
		"A sorter that is not published is ignored.",
		killedBy("identity/public/sorters-unsupported", "identity/all/sorters-unsupported"),
		ignoreBadParameter(onPeople, "sorters", always),
	},
	{
		"identity-sorter-alias-taken", rule.IdentitySortersSupported,
		"Public identities are sorted by their alias.",
		killedBy("identity/public/sorters-unsupported"),
		ignoreBadParameter(on(publicPeople), "sorters", func(value string) bool {
			return value == "alias"
		}),
	},
}

// identityFilters change the filters of identities.
var identityFilters = []Mutant{
	{
		"identity-filter-ignored", rule.IdentityFilterEq, "The filter of identities is ignored.",
		killedBy("identity/public/finds", "identity/all/finds", "identity/public/combines"),
		wrap(onPeople, func(x *exchange) *response {
			if resp := x.forward(); !resp.ok() {
				return resp
			}
			return x.peopleWith("filters", "")
		}),
	},
	{
		"identity-eq-is-sw", rule.IdentityFilterEq, "eq finds values that begin so.",
		killedBy("identity/public/finds-exactly", "identity/all/finds-exactly"),
		rewriteIdentityFilter(func(text string) string {
			if strings.HasPrefix(text, "id ") {
				return text
			}
			return strings.ReplaceAll(text, " eq ", " sw ")
		}),
	},
	{
		"identity-sw-is-eq", rule.IdentityFilterSw, "sw finds equal values only.",
		killedBy("identity/public/finds", "identity/all/finds", "identity/all/finds-exactly"),
		rewriteIdentityFilter(func(text string) string {
			return strings.ReplaceAll(text, " sw ", " eq ")
		}),
	},
	{
		"identity-in-takes-the-first", rule.IdentityFilterIn,
		"in compares with the first member of its list only.",
		killedBy("identity/public/finds", "identity/all/finds", "identity/all/finds-exactly"),
		rewriteIdentityFilter(func(text string) string {
			if before, list, found := strings.Cut(text, "id in ("); found &&
				strings.HasSuffix(list, `")`) {
				first, _, _ := strings.Cut(list, ",")
				return before + "id in (" + strings.TrimSuffix(first, ")") + ")"
			}
			return text
		}),
	},
	{
		"identity-filter-by-case", rule.IdentityFilterCase, "eq and sw distinguish case.",
		killedBy("identity/public/filter-ignores-case", "identity/all/filter-ignores-case"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			field, rest, _ := strings.Cut(x.query("filters"), " ")
			operator, value, _ := strings.Cut(rest, " ")
			if operator != "eq" && operator != "sw" || strings.Count(value, `"`) != 2 {
				return
			}
			value = strings.Trim(value, `"`)
			resp.keepIf(func(o object) bool {
				got := text(o, field)
				if field == "email" {
					got, _ = emailOf(o).(string)
				}
				return strings.HasPrefix(got, value) && (operator == "sw" || got == value)
			})
		}),
	},
	{
		"identity-null-matches-not", rule.IdentityFilterNull,
		"An identity without an email matches the negation of a comparison with one.",
		killedBy("identity/public/filter-leaves-out-null", "identity/all/filter-leaves-out-null"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			if !strings.HasPrefix(x.query("filters"), "not email") {
				return
			}
			resp.changeList(func(found []object) []object {
				for _, o := range x.peopleWith("filters", "").array() {
					if emailOf(o) == nil {
						found = append(found, o)
					}
				}
				return found
			})
		}),
	},
	{
		"identity-null-matches-empty", rule.IdentityFilterNull,
		"An identity without an email counts as having an empty one.",
		killedBy("identity/public/filter-leaves-out-null", "identity/all/filter-leaves-out-null"),
		mutateResponseFor(onPeople, func(x *exchange, resp *response) {
			if x.query("filters") == `email sw ""` {
				*resp = *x.peopleWith("filters", "")
			}
		}),
	},
	{
		"identity-filter-unsupported-ignored", rule.IdentityFilterSupported,
		"A filter of identities that is not supported is ignored.",
		killedBy("identity/public/filter-unsupported", "identity/all/filter-unsupported"),
		ignoreBadParameter(onPeople, "filters", always),
	},
	{
		"identity-filter-by-name-taken", rule.IdentityFilterSupported,
		"Public identities are filtered by name.",
		killedBy("identity/public/filter-unsupported"),
		ignoreBadParameter(on(publicPeople), "filters", func(value string) bool {
			return strings.HasPrefix(value, "name ")
		}),
	},
	{
		"identity-filter-of-unknown-with-simulated-taken", rule.IdentityFilterSupported,
		"A filter with an unknown field is not simulated if it has another such field.",
		killedBy("identity/public/filter-unsupported", "identity/all/filter-unsupported"),
		respondIf(onPeople, func() *response {
			return newError(http.StatusNotImplemented, "Not simulated.")
		}, func(x *exchange) bool {
			return strings.HasPrefix(x.query("filters"), "not (") &&
				strings.Contains(x.query("filters"), "colour")
		}),
	},
	{
		"identity-filter-syntax-ignored", rule.FilterSyntax,
		"A filter of identities with an upper-case operator is accepted.",
		killedBy("identity/public/filter-syntax", "identity/all/filter-syntax"),
		ignoreBadParameter(onPeople, "filters", func(value string) bool {
			return strings.Contains(value, " EQ ") || strings.Contains(value, " AND ")
		}),
	},
	{
		"identity-filter-open-string-taken", rule.FilterSyntax,
		"A string that is left open ends with the filter of identities.",
		killedBy("identity/public/filter-syntax", "identity/all/filter-syntax"),
		ignoreBadParameter(onPeople, "filters", func(value string) bool {
			return strings.Count(value, `"`)%2 == 1
		}),
	},
	{
		"identity-filter-without-quotes-taken", rule.IdentityFilterString,
		"A string in a filter of identities needs no quotes.",
		killedBy("identity/public/filter-needs-quotes", "identity/all/filter-needs-quotes"),
		ignoreBadParameter(onPeople, "filters", func(value string) bool {
			return !strings.Contains(value, `"`)
		}),
	},
	{
		"identity-filter-empty-rejected", rule.FilterEmpty,
		"An empty filter of identities is rejected.",
		killedBy("identity/public/empty-filter-is-none", "identity/all/empty-filter-is-none"),
		rejectIf(onPeople, func(x *exchange) bool {
			return x.r.URL.Query().Has("filters") && x.query("filters") == ""
		}),
	},
	{
		"identity-filter-or-binds-first", rule.FilterPrecedence,
		"or binds tighter than and in a filter of identities.",
		killedBy("identity/public/combines", "identity/all/combines"),
		rewriteIdentityFilter(groupOrFirst),
	},
	{
		"identity-filter-not-binds-last", rule.FilterPrecedence,
		"not has the lowest precedence in a filter of identities.",
		killedBy("identity/public/combines", "identity/all/combines"),
		rewriteIdentityFilter(negateAll),
	},
	{
		"identity-filter-parentheses-ignored", rule.FilterPrecedence,
		"Parentheses around comparisons of identities are ignored.",
		killedBy("identity/public/combines", "identity/all/combines"),
		rewriteIdentityFilter(func(text string) string {
			if strings.Contains(text, " in (") {
				return text
			}
			return strings.NewReplacer("(", "", ")", "").Replace(text)
		}),
	},
	{
		"identity-not-simulated-is-400", rule.NotSimulated,
		"A field that patmock does not simulate is 400.",
		killedBy("identity/public/not-simulated", "identity/all/not-simulated"),
		mutateResponse(onPeople, replaceStatus(http.StatusNotImplemented, badRequest)),
	},
	{
		"identity-not-simulated-is-ignored", rule.NotSimulated,
		"A filter by a field that patmock does not simulate is ignored.",
		killedBy("identity/public/not-simulated", "identity/all/not-simulated"),
		wrap(onPeople, func(x *exchange) *response {
			resp := x.forward()
			if resp.status == http.StatusNotImplemented {
				return x.peopleWith("filters", "", "sorters", "")
			}
			return resp
		}),
	},
	{
		"identity-not-simulated-without-name", rule.NotSimulated,
		"A 501 does not name the field.",
		killedBy("identity/public/not-simulated", "identity/all/not-simulated"),
		mutateResponse(onPeople, replaceStatus(http.StatusNotImplemented, func() *response {
			return newError(http.StatusNotImplemented, "Not simulated.")
		})),
	},
	{
		"identity-core-filters-ignored", rule.IdentityCoreFilters, "add-core-filters is ignored.",
		killedBy("identity/public/core-filters-of-all"),
		mutateRequest(on(publicPeople), func(x *exchange) {
			if x.query("add-core-filters") == "true" {
				x.setQuery("add-core-filters", "")
			}
		}),
	},
	{
		"identity-core-filters-by-default", rule.IdentityCoreFilters,
		"Public identities without an email are never listed.",
		killedBy("identity/public/core-filters-of-all"),
		mutateResponse(on(publicPeople), func(resp *response) {
			resp.keepIf(func(o object) bool { return o["email"] != nil })
		}),
	},
	{
		"identity-core-filters-keep-spadmin", rule.IdentityCoreFilters,
		"add-core-filters leaves out identities without an email only.",
		killedBy("identity/public/core-filters-of-all"),
		wrap(on(publicPeople), func(x *exchange) *response {
			if x.query("add-core-filters") != "true" {
				return x.forward()
			}
			resp := x.peopleWith("add-core-filters", "")
			resp.keepIf(func(o object) bool { return o["email"] != nil })
			return resp
		}),
	},
	{
		"identity-default-filter-hides", rule.IdentityDefaultFilter,
		"CORRELATED_ONLY leaves out an identity.", killedBy("identity/all/default-filter"),
		mutateResponseFor(on(people), func(x *exchange, resp *response) {
			n, err := strconv.Atoi(resp.header.Get(totalCount))
			if err == nil && x.query("defaultFilter") == "CORRELATED_ONLY" {
				resp.header.Set(totalCount, strconv.Itoa(n-1))
			}
		}),
	},
	{
		"identity-default-filter-of-none-rejected", rule.IdentityDefaultFilter,
		"defaultFilter=NONE is rejected.", killedBy("identity/all/default-filter"),
		rejectIf(on(people), func(x *exchange) bool { return x.query("defaultFilter") == "NONE" }),
	},
}

// identityProperties change the properties of identities.
var identityProperties = []Mutant{
	{
		"identity-name-is-alias", rule.IdentityFields, "The name of an identity is its alias.",
		killedBy("identity/public/properties", "identity/all/properties"),
		eachToken(onIdentities, func(o object) { o["name"] = o["alias"] }),
	},
	{
		"identity-alias-is-name", rule.IdentityFields,
		"The alias of an identity is its display name.",
		killedBy("identity/public/properties", "identity/all/properties"),
		eachToken(onIdentities, func(o object) { o["alias"] = o["name"] }),
	},
	{
		"identity-alias-with-domain", rule.IdentityFields, "An alias has a domain.",
		killedBy("identity/public/is-the-user-of-the-login",
			"identity/all/is-the-user-of-the-login"),
		eachToken(onIdentities, func(o object) { o["alias"] = text(o, "alias") + "@example.com" }),
	},
	{
		"identity-email-is-empty", rule.IdentityFields, "A missing email is empty.",
		killedBy("identity/public/properties", "identity/all/properties"),
		eachToken(onIdentities, func(o object) {
			for _, name := range []string{"email", "emailAddress"} {
				if value, present := o[name]; present && value == nil {
					o[name] = ""
				}
			}
		}),
	},
	{
		"identity-status-absent", rule.IdentityFields, "A public identity has no status.",
		killedBy("identity/public/properties"),
		eachToken(on(publicPeople), func(o object) { delete(o, "status") }),
	},
	{
		"identity-status-as-written", rule.IdentityFields,
		"identityStatus is the status as the fixture spells it.",
		killedBy("identity/all/properties"),
		eachToken(on(people, onePerson), func(o object) {
			if status := text(o, "identityStatus"); status != "" {
				o["identityStatus"] = status[:1] + strings.ToLower(status[1:])
			}
		}),
	},
	{
		"identity-differs-from-the-list", rule.IdentityFields,
		"An identity that is read by its id has no email.",
		killedBy("identity/all/properties"),
		eachToken(on(onePerson), func(o object) { o["emailAddress"] = nil }),
	},
	{
		"identity-has-fewer-properties", rule.IdentityFields,
		"An identity that is read by its id has no attributes.",
		killedBy("identity/one/equals-the-list"),
		eachToken(on(onePerson), func(o object) { delete(o, "attributes") }),
	},
	{
		"identity-id-with-dashes", rule.IdentityFields, "The id of an identity has dashes.",
		killedBy("identity/one/reads", "identity/one/reads-others"),
		eachToken(on(onePerson), func(o object) {
			if id := text(o, "id"); len(id) == 32 {
				o["id"] = fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20],
					id[20:])
			}
		}),
	},
	{
		"identity-unknown-is-another", rule.IdentityNotFound,
		"An unknown identity is the first of the list.",
		killedBy("identity/one/unknown-is-404"), wrap(on(onePerson),
			func(x *exchange) *response {
				resp := x.forward()
				if resp.status == http.StatusNotFound {
					resp = newResponse(http.StatusOK, object{"name": "nobody"})
				}
				return resp
			}),
	},
	{
		"identity-unknown-is-400", rule.IdentityNotFound, "An unknown identity is 400.",
		killedBy("identity/one/unknown-is-404"),
		mutateResponse(on(onePerson), replaceStatus(http.StatusNotFound, badRequest)),
	},
	{
		"identity-by-part-of-id", rule.IdentityNotFound,
		"Part of an id that is no id reads an identity.",
		killedBy("identity/one/unknown-is-404"),
		mutateRequest(on(onePerson), func(x *exchange) {
			if id := x.callerClaims().IdentityID; x.id != "" && strings.HasPrefix(id, x.id) {
				x.r.URL.Path = strings.TrimSuffix(x.r.URL.Path, x.id) + id
				x.r.URL.RawPath, x.r.RequestURI = "", ""
			}
		}),
	},
}

// identityRights change who may read identities.
var identityRights = []Mutant{
	{
		"identity-without-bearer", rule.BearerRequired,
		"A request for identities without a bearer is made as the first user.",
		killedBy("auth/no-header"), mutateRequest(onIdentities, func(x *exchange) {
			if x.r.Header.Get("Authorization") == "" {
				x.setUser("jane.doe")
			}
		}),
	},
	{
		"identity-scopes-unchecked", rule.OperationScopes, "Reading identities requires no scope.",
		killedBy("identity/all/scopes"), relogin(on(people, onePerson), callerName),
	},
	{
		"identity-read-rejected", rule.OperationScopes,
		"The scope to read identities does not permit it.", killedBy("identity/all/scopes"),
		forbidScope(on(people, onePerson), "idn:identity:read"),
	},
	{
		"identity-manage-rejected", rule.OperationScopes,
		"The scope to manage identities does not permit to read them.",
		killedBy("identity/all/scopes"), forbidScope(on(onePerson), "idn:identity:manage"),
	},
	{
		"public-identity-needs-a-scope", rule.OperationScopes,
		"sp:scopes:default does not permit the list of public identities.",
		killedBy("identity/public/scopes"), forbidScope(on(publicPeople), "sp:scopes:default"),
	},
	{
		"identity-of-api-client", rule.NoApplicationAuth,
		"An API client without a user reads identities.",
		killedBy("auth/api-client-is-rejected"), mutateRequest(onIdentities, func(x *exchange) {
			if c := x.callerClaims(); c.ClientID != "" && c.UserName == "" {
				x.setUser(admin)
			}
		}),
	},
	{
		"identity-for-administrators", rule.OperationScopes,
		"Only an administrator reads identities.",
		killedBy("identity/one/reads", "identity/one/reads-others", "identity/all/finds"),
		respondIf(on(people, onePerson), forbidden, func(x *exchange) bool {
			c := x.callerClaims()
			return c.UserName != "" && c.UserName != admin
		}),
	},
	{
		"identity-method-is-404", rule.MethodNotAllowed,
		"A method that the path of identities does not support is 404.",
		killedBy("identity/method-not-allowed"),
		mutateResponse(anyRequest, replaceStatus(http.StatusMethodNotAllowed, notFound)),
	},
}
