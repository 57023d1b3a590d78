package mockserver_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// A prober sends the requests of one dialect entry in a version and in a namespace of its own.
type prober struct {
	*tenant
	v version.Version
}

func (a prober) jane() *client { return a.as("jane.doe") }

func (a prober) list(c *client, parameters ...string) testResponse {
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	return c.get(a.v.CollectionPath() + "?" + query.Encode())
}

// createToken creates a token for a user, with changes to the usual body.
func (a prober) createToken(c *client, changes ...object) object {
	return c.post(a.v.CollectionPath(), a.body(changes...)).is(http.StatusOK).object()
}

func (a prober) body(changes ...object) string {
	body := object{"name": "asked", "expirationDate": stamp(a.Now().AddDate(0, 1, 0))}
	for _, d := range changes {
		for name, value := range d {
			if body[name] = value; value == nil {
				delete(body, name)
			}
		}
	}
	return body.String()
}

func (a prober) path(token object) string {
	return a.v.CollectionPath() + "/" + token["id"].(string)
}

func (a prober) rename(c *client, token object, name string) testResponse {
	return c.patch(a.path(token), `[{"op":"replace","path":"/name","value":"`+name+`"}]`)
}

// withToken returns a client that is logged in with a token.
func (a prober) withToken(token object) *client {
	return a.withLogin(token["id"].(string), token["secret"].(string))
}

func (a prober) token(parameters ...string) testResponse {
	form := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	return a.anonymous().send("POST", "/oauth/token", "application/x-www-form-urlencoded",
		form.Encode())
}

// probes are the requests that show each entry of a dialect. All responses of an entry must be the
// same.
var probes = map[string]func(a prober) []testResponse{
	dialect.DuplicateName: func(a prober) []testResponse {
		c := a.jane()
		a.createToken(c)
		other := a.createToken(c, object{"name": "other"})
		return []testResponse{c.post(a.v.CollectionPath(), a.body()), a.rename(c, other, "asked")}
	},
	dialect.TokenLimit: func(a prober) []testResponse {
		c := a.as("john.roe")
		for n := len(c.names(listOwn)); n < tokenLimit; n++ {
			a.createToken(c, object{"name": fmt.Sprint("token ", n)})
		}
		return []testResponse{c.post(a.v.CollectionPath(), a.body())}
	},
	dialect.UnknownScope: func(a prober) []testResponse {
		c, scope := a.jane(), []string{"sp:scopes:default", "no:such:scope"}
		// as each may be
		token := a.createToken(c, object{"scope": []string{"idn:accounts:read"}})
		return []testResponse{
			c.post(a.v.CollectionPath(), a.body(object{"name": "other", "scope": scope})),
			c.patch(a.path(token), `[{"op":"add","path":"/scope/-","value":"no:such:scope"}]`),
		}
	},
	dialect.BadFilter: func(a prober) []testResponse {
		c := a.jane()
		return []testResponse{
			a.list(c, "owner-id", "me", "filters", `name eq "a"`),
			a.list(c, "owner-id", "me", "filters", "lastUsed le soon"),
			a.list(c, "owner-id", "me", "filters", "lastUsed"),
		}
	},
	dialect.PastDate: func(a prober) []testResponse {
		c, past := a.jane(), stamp(a.Now().Add(-time.Hour))
		all := []testResponse{c.post(a.v.CollectionPath(), a.body(object{"expirationDate": past}))}
		patch := `[{"op":"replace","path":"/expirationDate","value":"` + past + `"}]`
		token := a.createToken(c)
		if a.v.CollectionPath() == version.V1.CollectionPath() {
			bulk := fmt.Sprintf(`{"ids":[%q],"patch":%s}`, token["id"], patch)
			all = append(all,
				a.as("admin").send("PATCH", a.v.CollectionPath()+"/bulk-update", "application/json",
					bulk), a.as("admin").post(a.v.CollectionPath()+"/bulk-update", bulk))
		}
		if a.isCurrent() {
			all = append(all, c.patch(a.path(token), patch))
		}
		return all
	},
	dialect.UnknownOwner: func(a prober) []testResponse {
		return []testResponse{a.list(a.as("admin"), "owner-id", strings.Repeat("0", 32))}
	},
	dialect.UnpatchablePath: func(a prober) []testResponse {
		c := a.jane()
		return []testResponse{
			c.patch(a.path(a.createToken(c)),
				`[{"op":"replace","path":"/accessTokenValiditySeconds","value":900}]`),
		}
	},
	dialect.PatchContentType: func(a prober) []testResponse {
		c := a.jane()
		path := a.path(a.createToken(c))
		const rename = `[{"op":"replace","path":"/name","value":"renamed"}]`
		return []testResponse{
			c.send("PATCH", path, "application/json", rename),
			c.send("PATCH", path, "text/plain", rename),
		}
	},
	dialect.CreateContentType: func(a prober) []testResponse {
		return []testResponse{a.jane().send("POST", a.v.CollectionPath(), "text/plain", a.body())}
	},
	dialect.EmptyPatch: func(a prober) []testResponse {
		c := a.jane()
		return []testResponse{c.patch(a.path(a.createToken(c)), `[]`)}
	},
	dialect.LoginExpired: func(a prober) []testResponse {
		return []testResponse{
			a.login("cafeacedcafeacedcafeacedcafeaced",
				"cafeacedcafeacedcafeacedcafeacedcafeacedcafeacedcafeacedcafeaced"),
		}
	},
	dialect.LoginDeleted: func(a prober) []testResponse {
		c := a.jane()
		token := a.createToken(c)
		c.delete(a.path(token)).is(http.StatusNoContent)
		return []testResponse{a.login(token["id"].(string), token["secret"].(string))}
	},
	dialect.UnsupportedGrant: func(a prober) []testResponse {
		return []testResponse{
			a.token("client_id", janeID, "client_secret", janeSecret, "grant_type",
				"no_such_grant"),
		}
	},
	dialect.MissingGrant: func(a prober) []testResponse {
		return []testResponse{a.token("client_id", janeID, "client_secret", janeSecret)}
	},
	dialect.AccessTokenOfDeleted: func(a prober) []testResponse {
		c := a.jane()
		token := a.createToken(c)
		deleted := a.withToken(token)
		c.delete(a.path(token)).is(http.StatusNoContent)
		return []testResponse{
			a.list(deleted, "owner-id", "me"), deleted.post(a.v.CollectionPath(), a.body()),
			a.rename(deleted, c.get(listOwn).list()[0], "renamed"),
		}
	},
	dialect.HelpdeskListAll: func(a prober) []testResponse {
		return []testResponse{
			a.list(a.as("helpdesk")), a.list(a.as("helpdesk"), "owner-id", a.owner("jane.doe")),
		}
	},
	dialect.OwnIDWithMyRead: func(a prober) []testResponse {
		reader := a.withToken(a.createToken(a.jane(), object{
			"scope": []string{"sp:my-personal-access-tokens:read"},
		}))
		return []testResponse{
			a.list(reader, "owner-id", a.owner("jane.doe")),
			a.list(a.jane(), "owner-id", a.owner("jane.doe")),
		}
	},
	dialect.DeleteOfAnothers: func(a prober) []testResponse {
		return []testResponse{a.as("john.roe").delete(a.path(a.createToken(a.jane())))}
	},
	dialect.NeverExpiringResponse: func(a prober) []testResponse {
		if !a.isCurrent() {
			return nil
		}
		return []testResponse{
			a.jane().post(a.v.CollectionPath(),
				a.body(object{"expirationDate": nil, "userAwareTokenNeverExpires": true})),
		}
	},
	dialect.NeverUsedUnderLe: func(a prober) []testResponse {
		a.createToken(a.jane(), object{"name": unused})
		next := stamp(a.Now().AddDate(1, 0, 0))
		return []testResponse{
			a.list(a.jane(), "owner-id", "me", "filters", "lastUsed le "+next),
			a.list(a.as("admin"), "filters", "lastUsed le "+next), // uses an index
			a.list(a.as("admin"), "filters", "not (not lastUsed le "+next+")"),
		}
	},
	dialect.QuotedTimestamp: func(a prober) []testResponse {
		return []testResponse{
			a.list(a.jane(), "owner-id", "me", "filters", `lastUsed le "`+stamp(a.Now())+`"`),
		}
	},
	dialect.Limit251: func(a prober) []testResponse {
		a.list(a.jane(), "owner-id", "me", "limit", "250").is(http.StatusOK)
		a.list(a.jane(), "owner-id", "me", "limit", "many").is(http.StatusOK)
		return []testResponse{a.list(a.jane(), "owner-id", "me", "limit", "251")}
	},
	dialect.BulkFlag: func(a prober) []testResponse {
		if a.v != version.V1 {
			return nil
		}
		return a.bulkUpdate(a.createToken(a.jane()),
			`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]`)
	},
	dialect.ListPaging: func(a prober) []testResponse {
		for _, name := range []string{"one", "two", "three"} {
			a.createToken(a.jane(), object{"name": name})
		}
		return []testResponse{
			a.list(a.jane(), "owner-id", "me", "limit", "2"),
			a.list(a.jane(), "owner-id", "me", "limit", "2", "offset", "1", "count", "true"),
			a.list(a.as("admin"), "limit", "2"),
		}
	},
	dialect.NameCase: func(a prober) []testResponse {
		return a.createPair("My Token", "my token")
	},
	dialect.NameBlanks: func(a prober) []testResponse {
		return a.createPair("My Token", " My Token  ")
	},
	dialect.NameNormalization: func(a prober) []testResponse {
		return a.createPair("Caf\u00e9", "Cafe\u0301")
	},
	dialect.MaxNameLength: func(a prober) []testResponse {
		c := a.jane()
		token := a.createToken(c, object{"name": strings.Repeat("\u00e9", bound)})
		return []testResponse{
			c.post(a.v.CollectionPath(), a.body(object{"name": strings.Repeat("n", bound+1)})),
			a.rename(c, token, strings.Repeat("m", bound+1)),
		}
	},
	dialect.MaxScopeLength: func(a prober) []testResponse {
		c := a.jane()
		long := []string{"idn:" + strings.Repeat("n", bound-4)}
		token := a.createToken(c, object{"scope": long})
		return []testResponse{
			c.post(a.v.CollectionPath(),
				a.body(object{"name": "other", "scope": []string{long[0] + "n"}})),
			c.patch(a.path(token), `[{"op":"add","path":"/scope/-","value":"`+long[0]+`n"}]`),
		}
	},
	dialect.MaxScopes: func(a prober) []testResponse {
		c, many := a.jane(), []string{}
		for i := range bound {
			many = append(many, fmt.Sprint("idn:scope-", i))
		}
		token := a.createToken(c, object{"scope": many})
		return []testResponse{
			c.post(a.v.CollectionPath(),
				a.body(object{"name": "other", "scope": append(many, "idn:more")})),
			c.patch(a.path(token), `[{"op":"add","path":"/scope/-","value":"idn:more"}]`),
		}
	},
	dialect.EmptyDate: func(a prober) []testResponse {
		c, never := a.jane(), object{"expirationDate": "", "userAwareTokenNeverExpires": true}
		all := []testResponse{c.post(a.v.CollectionPath(), a.body(never))}
		const patch = `[{"op":"replace","path":"/expirationDate","value":""},{"op":"add",` +
			`"path":"/userAwareTokenNeverExpires","value":true}]`
		if a.isCurrent() {
			all = append(all, c.patch(a.path(a.createToken(c, object{"name": "other"})), patch))
		}
		if a.v == version.V1 {
			all = append(all,
				a.bulkUpdate(a.createToken(c, object{"name": "third"}),
					strings.Replace(patch, "add", "replace", 1))...)
		}
		return all
	},
	dialect.TestOfFixedField: func(a prober) []testResponse {
		c := a.jane()
		token := a.createToken(c)
		owner := token["owner"].(map[string]any)["id"].(string)
		var all []testResponse
		for _, test := range []string{
			`/id","value":"` + token["id"].(string) + `"`, `/owner/id","value":"` + owner + `"`,
			`/lastUsed","value":null`, `/accessTokenValiditySeconds","value":43200`,
		} {
			all = append(all, c.patch(a.path(token), `[{"op":"test","path":"`+test+`}]`))
		}
		return all
	},
	dialect.FlagAfterDate: func(a prober) []testResponse {
		if !a.isCurrent() {
			return nil
		}
		c, never := a.jane(), object{"expirationDate": nil, "userAwareTokenNeverExpires": true}
		date := `[{"op":"replace","path":"/expirationDate","value":"` +
			stamp(a.Now().AddDate(1, 0, 0)) + `"}]`
		all := []testResponse{c.patch(a.path(a.createToken(c, never)), date)}
		if a.v == version.V1 {
			token := a.createToken(c, never, object{"name": "other"})
			for _, updated := range a.bulkUpdate(token, date) {
				updated.is(http.StatusOK)
			}
			all = append(all, a.rename(c, token, "renamed"))
		}
		return all
	},
	dialect.PasswordGrant: func(a prober) []testResponse {
		return []testResponse{
			a.token("client_id", janeID, "client_secret", janeSecret, "grant_type", "password",
				"username", "jane.doe", "password", "secret"),
		}
	},
	dialect.ExperimentalHeader: func(a prober) []testResponse {
		return a.withHeader("X-SailPoint-Experimental", "false")
	},
}

// bound is the value of the numeric entries.
const bound = 40

// bulkUpdate updates one token in bulk, by PATCH and by POST.
func (a prober) bulkUpdate(token object, patch string) []testResponse {
	admin, path := a.as("admin"), a.v.CollectionPath()+"/bulk-update"
	body := fmt.Sprintf(`{"ids":[%q],"patch":%s}`, token["id"], patch)
	return []testResponse{
		admin.send("PATCH", path, "application/json", body), admin.post(path, body),
	}
}

// createPair creates a token with a name, and tries another name for a second token, by create and
// by rename.
func (a prober) createPair(name, other string) []testResponse {
	c := a.jane()
	a.createToken(c, object{"name": name})
	third := a.createToken(c, object{"name": "third"})
	created := c.post(a.v.CollectionPath(), a.body(object{"name": other}))
	if created.status == http.StatusOK {
		c.delete(a.path(created.object())).is(http.StatusNoContent)
	}
	return []testResponse{created, a.rename(c, third, other)}
}

const (
	tokenLimit = 8
	unused     = "never used"
)

func (a prober) isCurrent() bool {
	return slices.Contains(current, a.v)
}

func (a prober) owner(name string) string {
	for _, i := range a.seed.Identities {
		if i.Name == name {
			return i.ID
		}
	}
	a.Fatalf("no identity named %s", name)
	return ""
}

// withHeader sends a list and a create with a header.
func (a prober) withHeader(name, value string) []testResponse {
	var all []testResponse
	authorization := "Bearer " +
		a.login(janeID, janeSecret).is(http.StatusOK).object()["access_token"].(string)
	for _, method := range []string{"GET", "POST"} {
		r, err := http.NewRequest(method, a.url+a.v.CollectionPath()+"?owner-id=me",
			strings.NewReader(a.body()))
		if err != nil {
			a.Fatal(err)
		}
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(name, value)
		all = append(all, a.exchange(r))
	}
	return all
}

// describeResponse describes a response in the terms of a dialect.
func describeResponse(id string, r testResponse) string {
	e, _ := dialect.Find(id)
	switch {
	case slices.Contains(e.Values, dialect.Same):
		return map[int]string{
			http.StatusOK: dialect.Distinct, http.StatusBadRequest: dialect.Same,
		}[r.status]
	case e.Number:
		return map[int]string{
			http.StatusOK: dialect.None, http.StatusBadRequest: strconv.Itoa(bound),
		}[r.status]
	case r.status < 300 && id == dialect.BulkFlag:
		if strings.Contains(r.text, "userAwareTokenNeverExpires") {
			return dialect.Present
		}
		return dialect.Absent
	case r.status < 300 && id == dialect.FlagAfterDate:
		if r.object()["userAwareTokenNeverExpires"] == true {
			return dialect.Unchanged
		}
		return dialect.Cleared
	case r.status < 300 && id == dialect.ListPaging:
		if len(r.list()) == 2 {
			return dialect.Paged
		}
		return dialect.Complete
	case r.status < 300 && id == dialect.NeverUsedUnderLe:
		if strings.Contains(r.text, unused) {
			return dialect.Included
		}
		return dialect.Excluded
	case r.status < 300 && id == dialect.NeverExpiringResponse:
		date, present := r.object()["expirationDate"]
		_, flag := r.object()["userAwareTokenNeverExpires"]
		return fmt.Sprintf("date %v %t, flag %t", date, present, flag)
	case r.status < 300:
		return "200"
	}
	body := decode[struct {
		DetailCode       string
		Messages         []struct{ Text string }
		Error            string
		ErrorDescription string `json:"error_description"`
	}](r)
	text := body.ErrorDescription
	if len(body.Messages) > 0 {
		text = body.Messages[0].Text
	}
	return fmt.Sprintf("%d %s: %s", r.status, body.DetailCode+body.Error, text)
}

// describeSetting describes a setting in the same terms. The text after the colon is empty if the
// setting leaves it open.
func describeSetting(a dialect.Response) string {
	switch {
	case a.Flag != "":
		date := map[string]string{
			dialect.Null: "<nil> true", dialect.Absent: "<nil> false",
			dialect.FarDate: "9999-12-31T23:59:59.000Z true",
		}[a.Value]
		return fmt.Sprintf("date %s, flag %t", date, a.Flag == dialect.Present)
	case a.Value != "":
		return a.Value
	case a.Status == http.StatusOK:
		return "200"
	case a.Status == http.StatusUnauthorized && a.DetailCode+a.Error == "":
		return fmt.Sprintf("401 %s: ", a.Text)
	}
	return fmt.Sprintf("%d %s: %s", a.Status, a.DetailCode+a.Error, a.Text+a.Description)
}

// dialectResponses are responses that tenants may give, at least one for each entry.
var dialectResponses = map[string][]dialect.Response{
	dialect.DuplicateName: {
		{Status: 409, DetailCode: "409 Conflict", Text: "There is one already: 100 %s sure."},
		{
			Status: 400, DetailCode: "400.1.409 Reference conflict",
			Text: "A token with that name already exists.",
		},
		{Status: 500, DetailCode: "500.0 Internal fault", Text: "Something broke."},
	},
	dialect.TokenLimit: {{Status: 422, DetailCode: "422 Too many", Text: "Ten it is."}},
	dialect.UnknownScope: {
		{Status: 400, DetailCode: "400.1.3 Illegal value", Text: "No such scope."},
	},
	dialect.BadFilter: {{Status: 404, DetailCode: "404 Not found", Text: "No such field."}},
	dialect.PastDate: {
		{Status: 422, DetailCode: "422 Unprocessable", Text: "That is over."},
	},
	dialect.UnknownOwner: {{Status: 404, DetailCode: "404 Not found", Text: "No such owner."}},
	dialect.UnpatchablePath: {
		{Status: 405, DetailCode: "405 Not this", Text: "Illegal attempt to modify the field."},
	},
	dialect.PatchContentType: {
		{Status: 400, DetailCode: "400.0 Bad request syntax", Text: "Not of this type."}, {
			Status: 200,
		},
	},
	dialect.CreateContentType: {
		{Status: 406, DetailCode: "406 Not acceptable", Text: "Not like this."}, {Status: 200},
	},
	dialect.EmptyPatch: {
		{Status: 400, DetailCode: "400.1 Bad request content", Text: "Nothing to do."},
	},
	dialect.LoginExpired: {{Status: 403, Error: "token_expired", Description: "It is over"}},
	dialect.LoginDeleted: {
		{Status: 404, Error: "invalid_client", Description: "No such client"}, {
			Status: 400, Error: "gone", Description: "It went",
		},
	},
	dialect.UnsupportedGrant: {
		{Status: 401, Error: "unauthorized_client", Description: "Not that grant"},
	},
	dialect.MissingGrant: {{Status: 401, Error: "unauthorized", Description: "Log in first"}},
	dialect.AccessTokenOfDeleted: {
		{Status: 401, Text: "JWT validation failed: JWT is revoked"},
		{Status: 401, DetailCode: "401 Unauthorized", Text: "Unauthorized"},
		{Status: 410, DetailCode: "410 Gone", Text: "Gone"},
	},
	dialect.HelpdeskListAll: {
		{Status: 200}, {Status: 404, DetailCode: "404 Not found", Text: "Nothing here."},
	},
	dialect.OwnIDWithMyRead: {
		{Status: 200}, {Status: 400, DetailCode: "400.1 Bad request content", Text: "Say me."},
	},
	dialect.DeleteOfAnothers: {
		{Status: 404, DetailCode: "404 Not found", Text: "No such owner."},
	},
	dialect.NeverExpiringResponse: {
		{Value: dialect.Absent, Flag: dialect.Absent}, {
			Value: dialect.FarDate, Flag: dialect.Present,
		}, {Value: dialect.Absent, Flag: dialect.Present},
	},
	dialect.NeverUsedUnderLe: {{Value: dialect.Included}},
	dialect.QuotedTimestamp: {
		{Status: 400, DetailCode: "400.1.3 Illegal value", Text: "No quotes."},
	},
	dialect.Limit251: {
		{Status: 400, DetailCode: "400.1.3 Illegal value", Text: "Too many."},
	},
	dialect.BulkFlag:          {{Value: dialect.Present}},
	dialect.ListPaging:        {{Value: dialect.Paged}},
	dialect.NameCase:          {{Value: dialect.Same}},
	dialect.NameBlanks:        {{Value: dialect.Same}},
	dialect.NameNormalization: {{Value: dialect.Same}},
	dialect.MaxNameLength:     {{Value: strconv.Itoa(bound)}},
	dialect.MaxScopeLength:    {{Value: strconv.Itoa(bound)}},
	dialect.MaxScopes:         {{Value: strconv.Itoa(bound)}},
	dialect.EmptyDate: {
		{Status: 200}, {Status: 422, DetailCode: "422 Unprocessable", Text: "No date."},
	},
	dialect.TestOfFixedField: {
		{Status: 200}, {Status: 409, DetailCode: "409 Conflict", Text: "Not that field."},
	},
	dialect.FlagAfterDate: {{Value: dialect.Cleared}},
	dialect.PasswordGrant: {
		{Status: 400, Error: "invalid_grant", Description: "Bad Credentials"},
	},
	dialect.ExperimentalHeader: {
		{
			Status: 412, DetailCode: "412 Precondition failed",
			Text: "Send X-SailPoint-Experimental.",
		},
	},
}

// Each setting changes the responses of its entry in every affected version, and no others. The
// harness validates the responses against the documents of the mock.
func TestDialect_ChangesOnlyItsEntry(t *testing.T) {
	type telling struct {
		id     string
		number int
	}
	var all []telling
	for _, id := range dialect.IDs() {
		for i := range dialectResponses[id] {
			all = append(all, telling{id, i})
		}
		if len(dialectResponses[id]) == 0 {
			t.Errorf("%s has no setting", id)
		}
	}
	for _, chosen := range sample.Of(t, 20, all) {
		t.Run(fmt.Sprint(chosen.id, "/", chosen.number), func(t *testing.T) {
			setting := dialectResponses[chosen.id][chosen.number]
			m := startDialect(t, dialect.Dialect{chosen.id: setting})
			checkResponses(t, m, version.All(), chosen.id, setting)
			for _, other := range sample.Of(t, 4, dialect.IDs()) {
				// without the header, the operation is not found
				if other != chosen.id && chosen.id != dialect.ExperimentalHeader {
					e, _ := dialect.Find(other)
					checkResponses(t, m, []version.Version{version.V1}, other, e.Default)
				}
			}
		})
	}
}

// A mock without a dialect and a mock with all defaults respond alike.
func TestDialect_DefaultsChangeNothing(t *testing.T) {
	all := dialect.Dialect{}
	for _, e := range dialect.Entries() {
		all[e.ID] = e.Default
	}
	for name, setting := range map[string]dialect.Dialect{"nothing": nil, "defaults": all} {
		m := startDialect(t, setting)
		for id, a := range all {
			t.Run(name+"/"+id, func(t *testing.T) {
				checkResponses(t, m.forTest(t), version.All(), id, a)
			})
		}
	}
}

// startDialect starts a mock with a dialect. Its responses are validated against its own documents.
func startDialect(t *testing.T, setting dialect.Dialect) *tenant {
	t.Helper()
	m := startWith(t, "default", mockserver.Config{
		Dialect: setting, Profile: mockserver.Profile{TokenLimit: tokenLimit},
	})
	for i, d := range m.specs {
		served := m.anonymous().get("/_mock/spec/" + d.Name).is(http.StatusOK)
		own, err := spec.Parse(d.Name, []byte(served.text), nil)
		if err != nil {
			t.Fatal(err)
		}
		m.specs[i] = own
	}
	return m
}

// checkResponses sends the requests of an entry in each version and compares the responses.
func checkResponses(
	t *testing.T, m *tenant, versions []version.Version, id string, want dialect.Response,
) {
	t.Helper()
	for _, v := range versions {
		for i, r := range probes[id](prober{m.forTest(t).in("asks-" + id + "-" + string(v)), v}) {
			if got := describeResponse(id, r); got != describeSetting(want) &&
				(want.Text+want.Description != "" ||
					!strings.HasPrefix(got, describeSetting(want))) {
				t.Errorf("%s in %s, way %d: %s, want %s", id, v, i, got, describeSetting(want))
			}
		}
	}
}

// Fields that a setting leaves open take the default response's values, or the usual ones for the
// status.
func TestDialect_FillsInDefaults(t *testing.T) {
	for _, tt := range []struct {
		id     string
		source dialect.Response
		want   string
	}{
		{dialect.DuplicateName, dialect.Response{Status: 409}, "409 409 Conflict"},
		{
			dialect.DuplicateName,
			dialect.Response{Status: 400, Text: "Taken."},
			"400 400.1 Bad request content",
		},
		{dialect.DuplicateName, dialect.Response{Status: 404, Text: "Taken."}, "404 404 Not found"},
		{
			dialect.TokenLimit, dialect.Response{
				Status: 400, DetailCode: "400.1 Bad request content",
			}, "400 400.1 Bad request content",
		},
		{
			dialect.LoginDeleted,
			dialect.Response{Status: 400, Error: "invalid_grant"},
			"400 invalid_grant",
		},
		{dialect.UnsupportedGrant, dialect.Response{Status: 401}, "401 unsupported_grant_type"},
		{dialect.AccessTokenOfDeleted, dialect.Response{Status: 401}, "401 "},
		{dialect.UnknownOwner, dialect.Response{Status: 599}, "599 599"},
	} {
		t.Run(fmt.Sprint(tt.id, " ", tt.source.Status), func(t *testing.T) {
			m := startDialect(t, dialect.Dialect{tt.id: tt.source})
			for _, r := range probes[tt.id](prober{m, version.V2026}) {
				got := describeResponse(tt.id, r)
				if !strings.HasPrefix(got, tt.want) || !strings.HasSuffix(got, tt.source.Text) {
					t.Errorf("got %s, want %s and the text %q", got, tt.want, tt.source.Text)
				}
				golden.Check(t, rejectionTexts, golden.Key(t), got)
			}
		})
	}
}

// A dialect does not change the shared documents.
func TestDialect_KeepsSharedDocuments(t *testing.T) {
	startDialect(t, dialect.Dialect{
		dialect.DuplicateName: {Status: 409}, dialect.LoginExpired: {Status: 403},
		dialect.NeverExpiringResponse: {Value: dialect.Absent},
	})
	for _, name := range append([]string{spec.OAuth}, "v3", "v2026") {
		d, err := spec.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range d.Operations {
			if op.HasStatus(409) || name == spec.OAuth && op.HasStatus(403) {
				t.Errorf("%s %s has the status of a dialect", name, op.ID)
			}
		}
	}
	m := startWith(t, "default", mockserver.Config{})
	checkResponses(t, m, current, dialect.NeverExpiringResponse, dialect.Response{
		Value: dialect.Null, Flag: dialect.Absent,
	})
}

// A mock logs its differences from the defaults once. Without differences it logs nothing.
func TestDialect_IsLogged(t *testing.T) {
	for _, tt := range []struct {
		name   string
		source dialect.Dialect
		logged bool
	}{
		{"nothing", nil, false},
		{"the default", dialect.Dialect{dialect.DuplicateName: {Status: 400}}, false},
		{
			"two", dialect.Dialect{
				dialect.DuplicateName:    {Status: 409, DetailCode: "409 Conflict"},
				dialect.NeverUsedUnderLe: {Value: dialect.Included},
			}, true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := &records{}
			startWith(t, "default", mockserver.Config{Dialect: tt.source, Log: slog.New(log)})
			if (len(log.all) == 1) != tt.logged {
				t.Fatalf("logged %+v, want a record: %t", log.all, tt.logged)
			}
			if !tt.logged {
				return
			}
			if got := log.all[0]; got.level != slog.LevelInfo ||
				!strings.Contains(got.message, tt.source.String()) {
				t.Errorf("log %+v does not contain %s", got, tt.source)
			}
			golden.Check(t, configTexts, golden.Key(t), log.all[0].message)
		})
	}
}

// The profile and the dialect both have a setting for tokens that never expire. If both set it,
// they must agree.
func TestDialect_AgreesWithNeverExpiresAs(t *testing.T) {
	farDate := mockserver.Profile{NeverExpiresAs: mockserver.NeverExpiresAsFarDate}
	for _, tt := range []struct {
		name    string
		profile mockserver.Profile
		source  dialect.Response
		want    dialect.Response
	}{
		{
			"profile", farDate, dialect.Response{}, dialect.Response{
				Value: dialect.FarDate, Flag: dialect.Absent,
			},
		},
		{
			"profile, and the flag", farDate,
			dialect.Response{Flag: dialect.Present},
			dialect.Response{
				Value: dialect.FarDate, Flag: dialect.Present,
			},
		},
		{
			"both the same", farDate, dialect.Response{Value: dialect.FarDate}, dialect.Response{
				Value: dialect.FarDate, Flag: dialect.Absent,
			},
		},
		{
			"dialect",
			mockserver.Profile{},
			dialect.Response{Value: dialect.Absent},
			dialect.Response{
				Value: dialect.Absent, Flag: dialect.Absent,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tenant, err := fixtures.Load("default")
			if err != nil {
				t.Fatal(err)
			}
			config := mockserver.Config{
				Tenant: tenant, Profile: tt.profile, Dialect: dialect.Dialect{
					dialect.NeverExpiringResponse: tt.source,
				}, Log: slog.New(slog.DiscardHandler),
			}
			m := startWith(t, "default", config)
			// validated by the shared documents; TestDialect_ChangesOnlyItsEntry validates by the
			// mock's own
			m.skipValidation = true
			checkResponses(t, m, current, dialect.NeverExpiringResponse, tt.want)
			health := m.anonymous().get("/_mock/health").is(http.StatusOK).
				object()["profile"].(map[string]any)
			if health["neverExpiresAs"] != tt.want.Value {
				t.Errorf("health reports %v, want %s", health["neverExpiresAs"], tt.want.Value)
			}
		})
	}
}

// Start applies defaults before New does.
func TestStart_AppliesDialect(t *testing.T) {
	m := mockserver.Start(t, mockserver.Config{
		Dialect: dialect.Dialect{dialect.NeverExpiringResponse: {Value: dialect.Absent}},
		Log:     slog.New(slog.DiscardHandler),
	})
	body := strings.NewReader(`{"name":"ever","userAwareTokenNeverExpires":true}`)
	r, err := m.Client("jane.doe").Post(m.URL+"/v2026/personal-access-tokens", "application/json",
		body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close() //nolint:errcheck // the body is not read
	if r.StatusCode != http.StatusOK {
		t.Errorf("unexpected status: %d", r.StatusCode)
	}
}
