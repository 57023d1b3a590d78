package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// growthCase is a request with n errors, or of a size that grows with n.
type growthCase struct {
	name, method, path, contentType string
	// n is the smaller size. Twice that size is measured as well.
	n int
	// body, query and authorization return the input of size n. Without body or query, the request
	// has none. Without authorization, it has the bearer token of the test.
	body, query, authorization func(n int) string
}

// request builds the request for size n.
func (c growthCase) request(namespace, bearer string, n int) *http.Request {
	path, body := namespace+c.path, ""
	if c.name == "unmatched/long path" {
		path += strings.Repeat("/nothing", n)
	}
	if c.query != nil {
		path += "?" + c.query(n)
	}
	if c.body != nil {
		body = c.body(n)
	}
	r := httptest.NewRequest(c.method, namespace+c.path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	// Set the target directly, because NewRequest panics if it is not a valid URI.
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	if bearer != "" {
		r.Header.Set("Authorization", bearer)
	}
	if c.authorization != nil {
		r.Header.Set("Authorization", c.authorization(n))
	}
	return r
}

// growthSize is so large that quadratic growth dominates the cost.
const growthSize = 1_500

const (
	jsonType    = "application/json"
	patchType   = "application/json-patch+json"
	formType    = "application/x-www-form-urlencoded"
	yamlType    = "application/yaml"
	partsType   = "multipart/form-data; boundary=b"
	tokensPath  = "/personal-access-tokens/v1"
	onePath     = tokensPath + "/00000000000000000000000000000001"
	bulkV1      = tokensPath + "/bulk-update"
	stateYAML   = "identities:\n- name: admin\n"
	stateStart  = `{"identities":[{"name":"admin"}],`
	aOperation  = `{"op":"replace","path":"/name","value":"x"}`
	expectation = `{"match":{"operation":"list"},"times":1}`
)

// items returns n elements separated by commas. %[1]d in an element is its number.
func items(element string) func(n int) string {
	return func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			if strings.Contains(element, "%[1]d") {
				fmt.Fprintf(&b, element, i)
			} else {
				b.WriteString(element)
			}
		}
		return b.String()
	}
}

// repeatText returns a text n times.
func repeatText(text string) func(n int) string {
	return func(n int) string { return strings.Repeat(text, n) }
}

// surround returns a function that puts the result of middle between two texts.
func surround(before string, middle func(n int) string, after string) func(n int) string {
	return func(n int) string { return before + middle(n) + after }
}

// nested returns a function that returns before, open n times, middle, end n times, and after.
func nested(before, open, middle, end, after string) func(n int) string {
	return func(n int) string {
		return before + strings.Repeat(open, n) + middle + strings.Repeat(end, n) + after
	}
}

// growthCases returns the cases of all operations with input.
func growthCases() []growthCase {
	var all []growthCase
	add := func(name, method, path, contentType string, body func(n int) string) *growthCase {
		all = append(all, growthCase{
			name: name, method: method, path: path, contentType: contentType, body: body,
		})
		return &all[len(all)-1]
	}
	for _, kind := range []struct {
		name string
		body func(n int) string
	}{
		{"all scopes invalid", surround(`{"name":"x","scope":[`, items("1"), `]}`)},
		{"half the scopes invalid", surround(`{"name":"x","scope":[`, items(`"a",1`), `]}`)},
		{"scope of objects", surround(`{"name":"x","scope":[`, items(`{"a":1}`), `]}`)},
		{"valid scopes", surround(`{"name":"x","scope":[`, items(`"a%[1]d"`), `]}`)},
		{
			"scopes similar to known ones",
			surround(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":[`,
				items(`"sp:my-personal-acces-token:read"`), `]}`),
		},
		{
			"scopes unlike known ones",
			surround(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":[`,
				items(`"xp:my-personal-access-toxxxx:read"`), `]}`),
		},
		{
			"long scope similar to a known one",
			surround(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":["sp:my-`,
				repeatText("personal-"), `access-tokens:read"]}`),
		},
		{"lone surrogates", surround(`{"name":["`, repeatText(`\ud800`), `"]}`)},
		{
			"strings with lone surrogates",
			surround(`{"name":"x","a":[`, items(`"\ud800"`), `]}`),
		},
		{"duplicate keys", surround(`{"name":"x","a":[`, items(`{"k%[1]d":1,"k%[1]d":2}`), `]}`)},
		{"deep duplicate keys", nested(`{"name":"x","a":`, `{"a":1,"a":`, `1`, `}`, `}`)},
		{"many unknown keys", surround(`{"name":"x",`, items(`"k%[1]d":1`), `}`)},
		{"many unknown keys, missing name", surround(`{`, items(`"k%[1]d":1`), `}`)},
		{"name is an object with many keys", surround(`{"name":{`, items(`"k%[1]d":1`), `}}`)},
		{"name is an array", surround(`{"name":[`, items(`"a"`), `]}`)},
		{"repeated key", surround(`{`, items(`"name":1`), `}`)},
		{"secrets", surround(`{"name":[`, items(`{"client_secret":"x"}`), `]}`)},
		{"long name", surround(`{"name":"`, repeatText("abcdefgh"), `"}`)},
		{"long name of escapes", surround(`{"name":"`, repeatText(`\"\\\u0001`), `"}`)},
		{"long key", surround(`{"`, repeatText("abcdefgh"), `":1}`)},
		{"long date", surround(`{"name":"x","expirationDate":"`, repeatText("2030"), `"}`)},
		{
			"long number",
			surround(`{"name":"x","accessTokenValiditySeconds":1`, repeatText("0"), `}`),
		},
		{"deep and invalid", nested(`{"name":`, `{"a":`, `1`, `}`, `}`)},
		{"deep and unknown", nested(`{"name":"x","a":`, `[`, ``, `]`, `}`)},
		{"invalid JSON at the end", surround(`{"name":"x","scope":[`, items(`"a"`), `,}`)},
		{"lines", surround(`{"name":1,`, repeatText("\n"), `"scope":1}`)},
		{"hexadecimal digits", surround(`{"name":["`, repeatText("0123456789abcdef"), `"]}`)},
		{"parameters", surround(`{"name":["`, repeatText("a=b&%3D"), `"]}`)},
		{"quotes of JSON in JSON", surround(`{"name":["`, repeatText(`{\"token\":\"x\"}`), `"]}`)},
	} {
		add("create/"+kind.name, "POST", tokensPath, jsonType, kind.body)
	}
	for _, kind := range []struct {
		name string
		body func(n int) string
	}{
		{"many operations", surround("[", items(aOperation), "]")},
		{"all operations invalid", surround("[", items(`{}`), "]")},
		{"half the operations invalid", surround("[", items(aOperation+`,{"op":1}`), "]")},
		{"operations of numbers", surround("[", items(`1`), "]")},
		{
			"operations with unknown keys",
			surround(`[{"op":"replace","path":"/name","value":"x",`, items(`"k%[1]d":1`), `}]`),
		},
		{
			"all elements of the value invalid",
			surround(`[{"op":"replace","path":"/scope","value":[`, items("null"), `]}]`),
		},
		{
			"half the elements of the value invalid",
			surround(`[{"op":"replace","path":"/scope","value":[`, items(`"a",1`), `]}]`),
		},
		{
			"value of objects",
			surround(`[{"op":"replace","path":"/scope","value":{`, items(`"k%[1]d":1`), `}}]`),
		},
		{"deep value", nested(`[{"op":"replace","path":"/scope","value":`, `[`, ``, `]`, `}]`)},
		{
			"long path",
			surround(`[{"op":"replace","path":"`, repeatText("/name"), `","value":1}]`),
		},
		{
			"path of digits",
			surround(`[{"op":"replace","path":"/scope/`, repeatText("1"), `","value":"x"}]`),
		},
		{"long operation", surround(`[{"op":"`, repeatText("replace"), `","path":"/name"}]`)},
		{"object", surround(`{`, items(`"k%[1]d":1`), `}`)},
	} {
		add("patch/"+kind.name, "PATCH", onePath, patchType, kind.body)
	}
	for _, kind := range []struct {
		name string
		body func(n int) string
	}{
		{"many ids", surround(`{"ids":[`, items(`"%[1]d"`), `],"patch":[`+aOperation+`]}`)},
		{"repeated id", surround(`{"ids":[`, items(`"a"`), `],"patch":[`+aOperation+`]}`)},
		{"all ids invalid", surround(`{"ids":[`, items(`1`), `],"patch":[]}`)},
		{"half the ids invalid", surround(`{"ids":[`, items(`"a",1`), `],"patch":[]}`)},
		{"operations", surround(`{"ids":["a"],"patch":[`, items(aOperation), `]}`)},
		{"all operations invalid", surround(`{"ids":["a"],"patch":[`, items(`{"op":1}`), `]}`)},
		{
			"unknown keys",
			surround(`{"ids":["a"],"patch":[`+aOperation+`],`, items(`"k%[1]d":1`), `}`),
		},
	} {
		add("bulk/"+kind.name, "POST", bulkV1, jsonType, kind.body)
	}
	for _, kind := range []struct {
		name  string
		query func(n int) string
	}{
		{
			"filters with many operands",
			surround("filters=lastUsed+isnull", repeatText("+and+lastUsed+isnull"), ""),
		},
		{
			"filters with many dates",
			surround("filters=lastUsed+isnull", repeatText("+or+lastUsed+le+2030-01-01T00:00:00Z"),
				""),
		},
		{
			"filters with an invalid end",
			surround("filters=", repeatText("lastUsed+isnull+or+"), ""),
		},
		{"filters with many nots", surround("filters=", repeatText("not+"), "lastUsed+isnull")},
		{"filters with many parentheses", nested("filters=", "(", "lastUsed+isnull", ")", "")},
		{"filters with a long list", surround("filters=id+in+(", items(`"a"`), ")")},
		{"filters with a long word", surround("filters=", repeatText("lastUsed"), "")},
		{"filters with a long date", surround("filters=lastUsed+le+", repeatText("2030"), "")},
		{
			"filters without the closing quote",
			surround("filters=lastUsed+le+%22", repeatText("a%5C"), ""),
		},
		{"long owner", surround("owner-id=", repeatText("me"), "")},
		{"many parameters", func(n int) string {
			return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&")
		}},
		{"parameters similar to known ones", func(n int) string {
			return strings.ReplaceAll(items("ownerId%[1]d=1")(n), ",", "&")
		}},
		{"repeated parameter", surround("owner-id=me", repeatText("&owner-id=me"), "")},
		{"secrets", surround("client_secret=x", repeatText("&client_secret=x"), "")},
		{"escapes", surround("owner-id=", repeatText("%25%3D"), "")},
		{"incomplete escape", surround("owner-id=", repeatText("%41"), "%")},
	} {
		add("list/"+kind.name, "GET", tokensPath, "", nil).query = kind.query
	}
	for _, kind := range []struct {
		name  string
		query func(n int) string
	}{
		{"long list of ids", surround("filters=id+in+(", items(`"a%[1]d"`), ")")},
		{
			"many operands",
			surround("filters=name+sw+\"a\"", repeatText("+or+not+alias+eq+\"b\""), ""),
		},
		{"long prefix", surround(`filters=email+sw+"`, repeatText("jane.doe"), `"`)},
		{
			"many fields that are not simulated",
			surround("filters=protected+eq+true", repeatText("+or+firstname+eq+\"a\""), ""),
		},
		{"long unpublished field", surround("filters=", repeatText("name"), `+eq+"x"`)},
		{"many values without quotes", surround("filters=id+in+(", items("a%[1]d"), ")")},
		{"many sorters", surround("sorters=name", repeatText(",-alias"), "")},
		{"many sorters that are not simulated", surround("sorters=name", repeatText(",cloudStatus"),
			"")},
		{"long sorter", surround("sorters=", repeatText("name"), "")},
		{"long limit", surround("limit=", repeatText("9"), "")},
		{"repeated parameter", surround("limit=1", repeatText("&limit=1"), "")},
		{"many parameters", func(n int) string {
			return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&")
		}},
	} {
		add("identities/"+kind.name, "GET", "/identities/v1", "", nil).query = kind.query
	}
	add("list/long path", "GET", tokensPath, "", nil).query = nil
	all[len(all)-1].authorization = surround("Bearer ", repeatText("abc."), "")
	all[len(all)-1].name = "list/long bearer"
	add("token/long Basic", "POST", "/oauth/token", formType,
		func(int) string {
			return "grant_type=client_credentials"
		}).authorization = surround("Basic ", repeatText("YWJj"), "")
	for _, path := range []string{"/oauth/token", "/oauth/check_token"} {
		for _, kind := range []struct {
			name, contentType string
			body              func(n int) string
		}{
			{"many fields", formType, func(n int) string {
				return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&")
			}},
			{"repeated field", formType, repeatText("client_id=a&")},
			{
				"repeated grant", formType,
				repeatText("grant_type=client_credentials&grant_type=x&"),
			},
			{
				"long field", formType,
				surround("grant_type=client_credentials&client_id=a&token=a&client_secret=",
					repeatText("secret"), ""),
			},
			{"long grant", formType, surround("grant_type=", repeatText("refresh"), "")},
			{"token of dots", formType, surround("token=", repeatText("eyJ."), "")},
			{"escapes", formType, surround("token=", repeatText("%25"), "&client_id=a")},
			{"incomplete escape", formType, surround("token=", repeatText("%25"), "%")},
			{
				"many parts", partsType,
				surround("",
					repeatText("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"),
					"--b--\r\n"),
			},
			{
				"long part", partsType,
				surround("--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\n",
					repeatText("secret"), "\r\n--b--\r\n"),
			},
			{
				"part without an end", partsType,
				surround("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
					repeatText("--b"), ""),
			},
			{
				"JSON", jsonType,
				surround(`{"grant_type":"client_credentials",`, items(`"k%[1]d":1`), `}`),
			},
		} {
			add(path[len("/oauth/"):]+"/"+kind.name, "POST", path, kind.contentType, kind.body)
		}
	}
	add("unmatched/long path", "GET", "/v1/nothing", "", nil)
	add("unmatched/body", "POST", "/v1/nothing", jsonType, surround(`[`, items(`{}`), `]`))
	all = append(all, controlGrowthCases()...)
	for i := range all {
		all[i].n = growthSize
		if n := growthSizes[all[i].name]; n > 0 {
			all[i].n = n
		}
	}
	return all
}

// growthSizes are the sizes of cases whose cost grows faster than their size if they are small: the
// standard library doubles small buffers.
var growthSizes = map[string]int{
	"patch/half the elements of the value invalid": 16_000,
}

func controlGrowthCases() []growthCase {
	var all []growthCase
	add := func(name, method, path, contentType string, body func(n int) string) {
		all = append(all, growthCase{
			name: name, method: method, path: path, contentType: contentType, body: body,
		})
	}
	states := []struct {
		name string
		body func(n int) string
	}{
		{"empty tokens", surround(stateStart+`"tokens":[`, items("{}"), `]}`)},
		{
			"half the tokens invalid",
			surround(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t%[1]d"},{}`), `]}`),
		},
		{"tokens of numbers", surround(stateStart+`"tokens":[`, items("1"), `]}`)},
		{"tokens with unknown keys", surround(stateStart+`"tokens":[`, items(`{"nam":1}`), `]}`)},
		{
			"tokens of one name",
			surround(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t"}`), `]}`),
		},
		{
			"tokens of unknown owners",
			surround(stateStart+`"tokens":[`, items(`{"owner":"admn","name":"t%[1]d"}`), `]}`),
		},
		{
			"valid tokens",
			surround(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t%[1]d"}`), `]}`),
		},
		{
			"token with a long scope",
			surround(stateStart+`"tokens":[{"owner":"admin","name":"t","scope":[`, items(`""`),
				`]}]}`),
		},
		{
			"token with a long name",
			surround(stateStart+`"tokens":[{"owner":"admin","name":"`, repeatText("abcdefgh"),
				`"},{"owner":"x"}]}`),
		},
		{
			"dates",
			surround(stateStart+`"tokens":[`,
				items(`{"owner":"admin","name":"t%[1]d","created":"x","expirationDate":"+1d"}`),
				`]}`),
		},
		{"many unknown keys", surround(stateStart, items(`"k%[1]d":1`), `}`)},
		{"repeated key", surround(`{`, items(`"identities":[]`), `}`)},
		{"long key", surround(stateStart+`"`, repeatText("abcdefgh"), `":1}`)},
		{"identities of one name", surround(`{"identities":[`, items(`{"name":"admin"}`), `]}`)},
		{"identities and unknown owners", func(n int) string {
			return `{"identities":[` + items(`{"name":"user %[1]d"}`)(n) + `],"tokens":[` +
				items(`{"owner":"usr %[1]d","name":"t"}`)(n) + `]}`
		}},
		{
			"all user levels invalid",
			surround(`{"identities":[{"name":"admin","userLevels":[`, items(`"USR"`), `]}]}`),
		},
		{"many user levels", surround(stateStart+`"userLevels":{`, items(`"L%[1]d":["x"]`), `}}`)},
		{"long user level with many rights", func(n int) string {
			return stateStart + `"userLevels":{"` + strings.Repeat("L", n) + `":[` +
				items(`"x"`)(n) + `]}}`
		}},
		{"long id of the tenant and many tokens", func(n int) string {
			return stateStart + `"id":"` + strings.Repeat("a", n) + `","tokens":[` +
				items(`{"owner":"admin","name":"t%[1]d"}`)(n) + `]}`
		}},
		{
			"scope sets",
			surround(stateStart+`"scopeSets":[`, items(`{"hash":"x","scope":["a"]}`), `]}`),
		},
		{"stubs", surround(stateStart+`"stubs":[`, items(`{"path":"/**"}`), `]}`)},
		{
			"stub with many headers",
			surround(stateStart+`"stubs":[{"path":"/a","header":{`, items(`"x y%[1]d":"a"`),
				`}}]}`),
		},
		{"deep", nested(stateStart+`"tokens":`, `[`, ``, `]`, `}`)},
		{"invalid JSON", surround(stateStart+`"tokens":[`, items(`{}`), `}`)},
	}
	for _, s := range states {
		add("put state/"+s.name, "PUT", "/_mock/state", jsonType, s.body)
		add("put namespace/"+s.name, "PUT", "/_mock/namespace", jsonType,
			surround(`{"tenant":`, s.body, `}`))
	}
	for _, s := range []struct {
		name string
		body func(n int) string
	}{
		{"empty tokens", surround(stateYAML+"tokens:\n", repeatText("- {}\n"), "")},
		{
			"unknown keys",
			surround(stateYAML,
				func(n int) string {
					return strings.ReplaceAll(items("k%[1]d: 1\n")(n), ",", "")
				}, ""),
		},
		{"repeated key", surround(stateYAML, repeatText("name: a\n"), "")},
		{"flow", surround(stateYAML+"tokens: [", items("{}"), "]\n")},
		{"brackets without an end", surround(stateYAML+"tokens: ", repeatText("[\n"), "")},
		{"deep by dashes", surround("", repeatText("- "), "a\n")},
		{"deep by lines", func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < 4*n; i++ { // indentation grows with the square
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}},
		{"flow of keys", surround(stateYAML+"userLevels: {", items("k%[1]d: 1"), "}\n")},
		{
			"lists of keys",
			surround(stateYAML+"tokens:\n", repeatText("- owner: admin\n  name: a\n"), ""),
		},
		{"aliases", surround("a: &a [x]\nb:\n", repeatText("- *a\n"), "")},
		{"aliases of aliases", func(n int) string {
			var b strings.Builder
			b.WriteString("a0: &a0 [x]\n")
			for i := range n {
				fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
			}
			return b.String()
		}},
		{"merge keys", surround("a: &a {x: y}\nb:\n", repeatText("- <<: *a\n"), "")},
		{"anchors", surround("b:\n", repeatText("- &a x\n"), "")},
		{"long text", surround(stateYAML+"name: ", repeatText("abcdefgh "), "\n")},
		{"text of lines", surround(stateYAML+"name: |\n", repeatText("  line\n"), "")},
		{
			"quoted text of lines",
			surround(stateYAML+"name: \"a\n", repeatText("  line\n"), "\"\n"),
		},
		{"plain text of lines", surround(stateYAML+"name: a\n", repeatText("  line\n"), "")},
		{"comments", surround(stateYAML, repeatText("# c\n"), "")},
		{"empty lines", surround(stateYAML, repeatText("\n"), "")},
		{"documents", repeatText("---\n")},
		{"question marks", repeatText("? a\n")},
		{"tags", surround("a:\n", repeatText("- !!str x\n"), "")},
		{"carriage returns", surround(stateYAML, repeatText("\r\n"), "")},
		{"quotes", surround(stateYAML+"name: '", repeatText("''"), "'\n")},
		{"escapes", surround(stateYAML+`name: "`, repeatText(`\n`), "\"\n")},
	} {
		add("put state as YAML/"+s.name, "PUT", "/_mock/state", yamlType, s.body)
	}
	for _, o := range []struct {
		name, method, path string
		bodies             map[string]func(n int) string
	}{
		{"identity", "POST", "/_mock/identities", map[string]func(n int) string{
			"all user levels invalid": surround(`{"name":"x","userLevels":[`, items(`"USR"`), `]}`),
			"user levels of numbers":  surround(`{"name":"x","userLevels":[`, items(`1`), `]}`),
			"long name": surround(`{"name":"`, repeatText("abcdefgh"),
				`","userLevels":1}`),
		}},
		{"token", "POST", "/_mock/tokens", map[string]func(n int) string{
			"all scopes invalid": surround(`{"owner":"admin","name":"x","scope":[`, items(`1`),
				`]}`),
			"half the scopes invalid": surround(`{"owner":"admin","name":"x","scope":[`,
				items(`"",1`), `]}`),
			"empty scopes": surround(`{"owner":"admin","name":"x","scope":[`, items(`""`), `]}`),
			"long owner":   surround(`{"name":"x","owner":"`, repeatText("admin"), `"}`),
			"long date": surround(`{"owner":"admin","name":"x","created":"`, repeatText("2030"),
				`"}`),
		}},
		{"stub", "POST", "/_mock/stubs", map[string]func(n int) string{
			"all headers invalid": surround(`{"path":"/a","header":{`, items(`"x y%[1]d":"a"`),
				`}}`),
			"many stars":  surround(`{"path":"/a`, repeatText("*a"), `"}`),
			"many scopes": surround(`{"path":"/a","scope":[`, items(`" "`), `]}`),
			"deep body":   nested(`{"path":"/a","status":204,"body":"`, `[`, ``, `]`, `"}`),
			"long id":     surround(`{"path":"/a","id":"`, repeatText("a"), `"}`),
		}},
		{"fault", "POST", "/_mock/faults", map[string]func(n int) string{
			"all headers invalid": surround(`{"status":429,"header":{`, items(`"k%[1]d":1`), `}}`),
			"half the headers invalid": surround(`{"status":429,"header":{`,
				items(`"k%[1]d":1,"v%[1]d":"x"`), `}}`),
			"valid headers": surround(`{"operation":"list","status":429,"rate":2,"header":{`,
				items(`"k%[1]d":"x"`), `}}`),
			"long operation": surround(`{"status":429,"operation":"`, repeatText("list"), `"}`),
			"long duration":  surround(`{"status":429,"retryAfter":"`, repeatText("1s"), `"}`),
		}},
		{"verify", "POST", "/_mock/verify", map[string]func(n int) string{
			"all expectations invalid": surround(`{"expect":[`, items(`{"times":-1}`), `]}`),
			"half the expectations invalid": surround(`{"expect":[`,
				items(expectation+`,{"match":1}`), `]}`),
			"expectations of numbers": surround(`{"expect":[`, items(`1`), `]}`),
			"contradictions": surround(`{"expect":[`,
				items(`{"match":{},"atLeast":2,"atMost":1}`), `]}`),
			"expectations that fail": surround(`{"expect":[`, items(expectation), `]}`),
			"body of many keys": surround(`{"expect":[{"match":{"body":{`, items(`"k%[1]d":1`),
				`}}}]}`),
			"headers": surround(`{"expect":[{"match":{"header":{`, items(`"k%[1]d":"x"`),
				`}}}]}`),
			"deep body": nested(`{"expect":[{"match":{"body":`, `[`, ``, `]`, `}}]}`),
		}},
		{"clock", "PUT", "/_mock/clock", map[string]func(n int) string{
			"long moment": surround(`{"now":"`, repeatText("2030"), `"}`),
		}},
		{"advance", "POST", "/_mock/clock/advance", map[string]func(n int) string{
			"long duration": surround(`{"by":"`, repeatText("1h"), `"}`),
		}},
	} {
		o.bodies["unknown keys"] = surround(`{`, items(`"k%[1]d":1`), `}`)
		o.bodies["repeated key"] = surround(`{`, items(`"a":1`), `}`)
		o.bodies["long key"] = surround(`{"`, repeatText("abcdefgh"), `":1}`)
		o.bodies["array"] = surround(`[`, items(`{}`), `]`)
		o.bodies["deep"] = nested(`{"a":`, `{"a":`, `1`, `}`, `}`)
		o.bodies["invalid JSON"] = surround(`{`, items(`"k%[1]d":1`), `]`)
		for name, body := range o.bodies {
			add(o.name+"/"+name, o.method, o.path, jsonType, body)
		}
	}
	all = append(all, growthCase{
		name: "journal/many parameters", method: "GET", path: "/_mock/requests",
		query: func(n int) string { return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&") },
	}, growthCase{
		name: "journal/long operation", method: "GET", path: "/_mock/requests",
		query: surround("operation=", repeatText("list"), ""),
	})
	return all
}
