package mockserver_test

import (
	"fmt"
	"strings"
)

// growthCase is a request that is wrong, or large, n times over.
type growthCase struct {
	name, method, path, contentType string
	// n is the smaller size, of which twice is measured as well.
	n int
	// body, query and authorization of size n. Nil means none, and for authorization the usual one.
	body, query, authorization func(n int) string
}

// growthSize is large enough for what grows with the square to be most of the cost.
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

// items returns n elements with commas between them. An element may name its number as %[1]d.
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

// repeated is a text n times.
func repeated(text string) func(n int) string {
	return func(n int) string { return strings.Repeat(text, n) }
}

// inside puts text around what another function returns.
func inside(before string, middle func(n int) string, after string) func(n int) string {
	return func(n int) string { return before + middle(n) + after }
}

// nested opens something n times, and closes it as often.
func nested(before, open, middle, end, after string) func(n int) string {
	return func(n int) string {
		return before + strings.Repeat(open, n) + middle + strings.Repeat(end, n) + after
	}
}

// growthCases has each operation that reads anything, with each way to be wrong or large.
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
		{"scope all wrong", inside(`{"name":"x","scope":[`, items("1"), `]}`)},
		{"scope half wrong", inside(`{"name":"x","scope":[`, items(`"a",1`), `]}`)},
		{"scope of objects", inside(`{"name":"x","scope":[`, items(`{"a":1}`), `]}`)},
		{"scope valid", inside(`{"name":"x","scope":[`, items(`"a%[1]d"`), `]}`)},
		{
			"scopes that are nearly named",
			inside(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":[`,
				items(`"sp:my-personal-acces-token:read"`), `]}`),
		},
		{
			"scopes that are not nearly named",
			inside(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":[`,
				items(`"xp:my-personal-access-toxxxx:read"`), `]}`),
		},
		{
			"a long scope that is nearly named",
			inside(`{"name":"x","expirationDate":"2099-01-01T00:00:00Z","scope":["sp:my-`,
				repeated("personal-"), `access-tokens:read"]}`),
		},
		{"halves of characters", inside(`{"name":["`, repeated(`\ud800`), `"]}`)},
		{"strings with halves of characters", inside(`{"name":"x","a":[`, items(`"\ud800"`), `]}`)},
		{"keys twice", inside(`{"name":"x","a":[`, items(`{"k%[1]d":1,"k%[1]d":2}`), `]}`)},
		{"deep keys twice", nested(`{"name":"x","a":`, `{"a":1,"a":`, `1`, `}`, `}`)},
		{"many unknown keys", inside(`{"name":"x",`, items(`"k%[1]d":1`), `}`)},
		{"many unknown keys and no name", inside(`{`, items(`"k%[1]d":1`), `}`)},
		{"name an object of many keys", inside(`{"name":{`, items(`"k%[1]d":1`), `}}`)},
		{"name a list", inside(`{"name":[`, items(`"a"`), `]}`)},
		{"the same key", inside(`{`, items(`"name":1`), `}`)},
		{"secrets", inside(`{"name":[`, items(`{"client_secret":"x"}`), `]}`)},
		{"a long name", inside(`{"name":"`, repeated("abcdefgh"), `"}`)},
		{"a long name of escapes", inside(`{"name":"`, repeated(`\"\\\u0001`), `"}`)},
		{"a long key", inside(`{"`, repeated("abcdefgh"), `":1}`)},
		{"a long date", inside(`{"name":"x","expirationDate":"`, repeated("2030"), `"}`)},
		{"a long number", inside(`{"name":"x","accessTokenValiditySeconds":1`, repeated("0"), `}`)},
		{"deep and wrong", nested(`{"name":`, `{"a":`, `1`, `}`, `}`)},
		{"deep and unknown", nested(`{"name":"x","a":`, `[`, ``, `]`, `}`)},
		{"no JSON at the end", inside(`{"name":"x","scope":[`, items(`"a"`), `,}`)},
		{"lines", inside(`{"name":1,`, repeated("\n"), `"scope":1}`)},
		{"hexadecimal digits", inside(`{"name":["`, repeated("0123456789abcdef"), `"]}`)},
		{"parameters", inside(`{"name":["`, repeated("a=b&%3D"), `"]}`)},
		{"quotes of JSON in JSON", inside(`{"name":["`, repeated(`{\"token\":\"x\"}`), `"]}`)},
	} {
		add("create/"+kind.name, "POST", tokensPath, jsonType, kind.body)
	}
	for _, kind := range []struct {
		name string
		body func(n int) string
	}{
		{"many operations", inside("[", items(aOperation), "]")},
		{"operations all wrong", inside("[", items(`{}`), "]")},
		{"operations half wrong", inside("[", items(aOperation+`,{"op":1}`), "]")},
		{"operations of numbers", inside("[", items(`1`), "]")},
		{
			"operations with unknown keys",
			inside(`[{"op":"replace","path":"/name","value":"x",`, items(`"k%[1]d":1`), `}]`),
		},
		{
			"a value all wrong",
			inside(`[{"op":"replace","path":"/scope","value":[`, items("null"), `]}]`),
		},
		{
			"a value half wrong",
			inside(`[{"op":"replace","path":"/scope","value":[`, items(`"a",1`), `]}]`),
		},
		{
			"a value of objects",
			inside(`[{"op":"replace","path":"/scope","value":{`, items(`"k%[1]d":1`), `}}]`),
		},
		{"a deep value", nested(`[{"op":"replace","path":"/scope","value":`, `[`, ``, `]`, `}]`)},
		{"a long path", inside(`[{"op":"replace","path":"`, repeated("/name"), `","value":1}]`)},
		{
			"a path of digits",
			inside(`[{"op":"replace","path":"/scope/`, repeated("1"), `","value":"x"}]`),
		},
		{"a long operation", inside(`[{"op":"`, repeated("replace"), `","path":"/name"}]`)},
		{"an object", inside(`{`, items(`"k%[1]d":1`), `}`)},
	} {
		add("patch/"+kind.name, "PATCH", onePath, patchType, kind.body)
	}
	for _, kind := range []struct {
		name string
		body func(n int) string
	}{
		{"many ids", inside(`{"ids":[`, items(`"%[1]d"`), `],"patch":[`+aOperation+`]}`)},
		{"the same id", inside(`{"ids":[`, items(`"a"`), `],"patch":[`+aOperation+`]}`)},
		{"ids all wrong", inside(`{"ids":[`, items(`1`), `],"patch":[]}`)},
		{"ids half wrong", inside(`{"ids":[`, items(`"a",1`), `],"patch":[]}`)},
		{"operations", inside(`{"ids":["a"],"patch":[`, items(aOperation), `]}`)},
		{"operations all wrong", inside(`{"ids":["a"],"patch":[`, items(`{"op":1}`), `]}`)},
		{
			"unknown keys",
			inside(`{"ids":["a"],"patch":[`+aOperation+`],`, items(`"k%[1]d":1`), `}`),
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
			inside("filters=lastUsed+isnull", repeated("+and+lastUsed+isnull"), ""),
		},
		{
			"filters with many dates",
			inside("filters=lastUsed+isnull", repeated("+or+lastUsed+le+2030-01-01T00:00:00Z"), ""),
		},
		{"filters with a wrong end", inside("filters=", repeated("lastUsed+isnull+or+"), "")},
		{"filters with many nots", inside("filters=", repeated("not+"), "lastUsed+isnull")},
		{"filters with many parentheses", nested("filters=", "(", "lastUsed+isnull", ")", "")},
		{"filters with a long list", inside("filters=id+in+(", items(`"a"`), ")")},
		{"filters with a long word", inside("filters=", repeated("lastUsed"), "")},
		{"filters with a long date", inside("filters=lastUsed+le+", repeated("2030"), "")},
		{
			"filters without the closing quote",
			inside("filters=lastUsed+le+%22", repeated("a%5C"), ""),
		},
		{"a long owner", inside("owner-id=", repeated("me"), "")},
		{"many parameters", func(n int) string {
			return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&")
		}},
		{"nearly known parameters", func(n int) string {
			return strings.ReplaceAll(items("ownerId%[1]d=1")(n), ",", "&")
		}},
		{"the same parameter", inside("owner-id=me", repeated("&owner-id=me"), "")},
		{"secrets", inside("client_secret=x", repeated("&client_secret=x"), "")},
		{"escapes", inside("owner-id=", repeated("%25%3D"), "")},
		{"no escape", inside("owner-id=", repeated("%41"), "%")},
	} {
		add("list/"+kind.name, "GET", tokensPath, "", nil).query = kind.query
	}
	add("list/a long path", "GET", tokensPath, "", nil).query = nil
	all[len(all)-1].authorization = inside("Bearer ", repeated("abc."), "")
	all[len(all)-1].name = "list/a long bearer"
	add("token/a long Basic", "POST", "/oauth/token", formType,
		func(int) string {
			return "grant_type=client_credentials"
		}).authorization = inside("Basic ", repeated("YWJj"), "")
	for _, path := range []string{"/oauth/token", "/oauth/check_token"} {
		for _, kind := range []struct {
			name, contentType string
			body              func(n int) string
		}{
			{"many fields", formType, func(n int) string {
				return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&")
			}},
			{"the same field", formType, repeated("client_id=a&")},
			{"a repeated grant", formType, repeated("grant_type=client_credentials&grant_type=x&")},
			{
				"a long field", formType,
				inside("grant_type=client_credentials&client_id=a&token=a&client_secret=",
					repeated("secret"), ""),
			},
			{"a long grant", formType, inside("grant_type=", repeated("refresh"), "")},
			{"a token of dots", formType, inside("token=", repeated("eyJ."), "")},
			{"escapes", formType, inside("token=", repeated("%25"), "&client_id=a")},
			{"no escape", formType, inside("token=", repeated("%25"), "%")},
			{
				"many parts", partsType,
				inside("",
					repeated("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"),
					"--b--\r\n"),
			},
			{
				"a long part", partsType,
				inside("--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\n",
					repeated("secret"), "\r\n--b--\r\n"),
			},
			{
				"a part without an end", partsType,
				inside("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", repeated("--b"),
					""),
			},
			{
				"JSON", jsonType,
				inside(`{"grant_type":"client_credentials",`, items(`"k%[1]d":1`), `}`),
			},
		} {
			add(path[len("/oauth/"):]+"/"+kind.name, "POST", path, kind.contentType, kind.body)
		}
	}
	add("unmatched/a long path", "GET", "/v1/nothing", "", nil)
	add("unmatched/a body", "POST", "/v1/nothing", jsonType, inside(`[`, items(`{}`), `]`))
	all = append(all, controlGrowthCases()...)
	for i := range all {
		all[i].n = growthSize
		if n := growthSizes[all[i].name]; n > 0 {
			all[i].n = n
		}
	}
	return all
}

// growthSizes are those of cases in which small sizes cost less than in proportion: the standard
// library doubles small buffers.
var growthSizes = map[string]int{
	"patch/a value half wrong": 16_000,
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
		{"empty tokens", inside(stateStart+`"tokens":[`, items("{}"), `]}`)},
		{
			"tokens half wrong",
			inside(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t%[1]d"},{}`), `]}`),
		},
		{"tokens of numbers", inside(stateStart+`"tokens":[`, items("1"), `]}`)},
		{"tokens with unknown keys", inside(stateStart+`"tokens":[`, items(`{"nam":1}`), `]}`)},
		{
			"tokens of one name",
			inside(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t"}`), `]}`),
		},
		{
			"tokens of unknown owners",
			inside(stateStart+`"tokens":[`, items(`{"owner":"admn","name":"t%[1]d"}`), `]}`),
		},
		{
			"tokens valid",
			inside(stateStart+`"tokens":[`, items(`{"owner":"admin","name":"t%[1]d"}`), `]}`),
		},
		{
			"a token with a long scope",
			inside(stateStart+`"tokens":[{"owner":"admin","name":"t","scope":[`, items(`""`),
				`]}]}`),
		},
		{
			"a token with a long name",
			inside(stateStart+`"tokens":[{"owner":"admin","name":"`, repeated("abcdefgh"),
				`"},{"owner":"x"}]}`),
		},
		{
			"dates",
			inside(stateStart+`"tokens":[`,
				items(`{"owner":"admin","name":"t%[1]d","created":"x","expirationDate":"+1d"}`),
				`]}`),
		},
		{"many unknown keys", inside(stateStart, items(`"k%[1]d":1`), `}`)},
		{"the same key", inside(`{`, items(`"identities":[]`), `}`)},
		{"a long key", inside(stateStart+`"`, repeated("abcdefgh"), `":1}`)},
		{"identities of one name", inside(`{"identities":[`, items(`{"name":"admin"}`), `]}`)},
		{"identities and unknown owners", func(n int) string {
			return `{"identities":[` + items(`{"name":"user %[1]d"}`)(n) + `],"tokens":[` +
				items(`{"owner":"usr %[1]d","name":"t"}`)(n) + `]}`
		}},
		{
			"user levels all wrong",
			inside(`{"identities":[{"name":"admin","userLevels":[`, items(`"USR"`), `]}]}`),
		},
		{"many user levels", inside(stateStart+`"userLevels":{`, items(`"L%[1]d":["x"]`), `}}`)},
		{"a long user level with many rights", func(n int) string {
			return stateStart + `"userLevels":{"` + strings.Repeat("L", n) + `":[` +
				items(`"x"`)(n) + `]}}`
		}},
		{"a long id of the tenant and many tokens", func(n int) string {
			return stateStart + `"id":"` + strings.Repeat("a", n) + `","tokens":[` +
				items(`{"owner":"admin","name":"t%[1]d"}`)(n) + `]}`
		}},
		{
			"scope sets",
			inside(stateStart+`"scopeSets":[`, items(`{"hash":"x","scope":["a"]}`), `]}`),
		},
		{"deep", nested(stateStart+`"tokens":`, `[`, ``, `]`, `}`)},
		{"no JSON", inside(stateStart+`"tokens":[`, items(`{}`), `}`)},
	}
	for _, s := range states {
		add("put state/"+s.name, "PUT", "/_mock/state", jsonType, s.body)
		add("put namespace/"+s.name, "PUT", "/_mock/namespace", jsonType,
			inside(`{"tenant":`, s.body, `}`))
	}
	for _, s := range []struct {
		name string
		body func(n int) string
	}{
		{"empty tokens", inside(stateYAML+"tokens:\n", repeated("- {}\n"), "")},
		{
			"unknown keys",
			inside(stateYAML,
				func(n int) string {
					return strings.ReplaceAll(items("k%[1]d: 1\n")(n), ",", "")
				}, ""),
		},
		{"the same key", inside(stateYAML, repeated("name: a\n"), "")},
		{"a flow", inside(stateYAML+"tokens: [", items("{}"), "]\n")},
		{"brackets without an end", inside(stateYAML+"tokens: ", repeated("[\n"), "")},
		{"deep by dashes", inside("", repeated("- "), "a\n")},
		{"deep by lines", func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < 4*n; i++ { // lines that are indented grow with the square
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}},
		{"a flow of keys", inside(stateYAML+"userLevels: {", items("k%[1]d: 1"), "}\n")},
		{
			"lists of keys",
			inside(stateYAML+"tokens:\n", repeated("- owner: admin\n  name: a\n"), ""),
		},
		{"aliases", inside("a: &a [x]\nb:\n", repeated("- *a\n"), "")},
		{"aliases of aliases", func(n int) string {
			var b strings.Builder
			b.WriteString("a0: &a0 [x]\n")
			for i := range n {
				fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
			}
			return b.String()
		}},
		{"merge keys", inside("a: &a {x: y}\nb:\n", repeated("- <<: *a\n"), "")},
		{"anchors", inside("b:\n", repeated("- &a x\n"), "")},
		{"a long text", inside(stateYAML+"name: ", repeated("abcdefgh "), "\n")},
		{"a text of lines", inside(stateYAML+"name: |\n", repeated("  line\n"), "")},
		{"a quoted text of lines", inside(stateYAML+"name: \"a\n", repeated("  line\n"), "\"\n")},
		{"a plain text of lines", inside(stateYAML+"name: a\n", repeated("  line\n"), "")},
		{"comments", inside(stateYAML, repeated("# c\n"), "")},
		{"empty lines", inside(stateYAML, repeated("\n"), "")},
		{"documents", repeated("---\n")},
		{"question marks", repeated("? a\n")},
		{"tags", inside("a:\n", repeated("- !!str x\n"), "")},
		{"carriage returns", inside(stateYAML, repeated("\r\n"), "")},
		{"quotes", inside(stateYAML+"name: '", repeated("''"), "'\n")},
		{"escapes", inside(stateYAML+`name: "`, repeated(`\n`), "\"\n")},
	} {
		add("put state as YAML/"+s.name, "PUT", "/_mock/state", yamlType, s.body)
	}
	for _, o := range []struct {
		name, method, path string
		bodies             map[string]func(n int) string
	}{
		{"identity", "POST", "/_mock/identities", map[string]func(n int) string{
			"user levels all wrong":  inside(`{"name":"x","userLevels":[`, items(`"USR"`), `]}`),
			"user levels of numbers": inside(`{"name":"x","userLevels":[`, items(`1`), `]}`),
			"a long name": inside(`{"name":"`, repeated("abcdefgh"),
				`","userLevels":1}`),
		}},
		{"token", "POST", "/_mock/tokens", map[string]func(n int) string{
			"scope all wrong": inside(`{"owner":"admin","name":"x","scope":[`, items(`1`), `]}`),
			"scope half wrong": inside(`{"owner":"admin","name":"x","scope":[`, items(`"",1`),
				`]}`),
			"scope blank":  inside(`{"owner":"admin","name":"x","scope":[`, items(`""`), `]}`),
			"a long owner": inside(`{"name":"x","owner":"`, repeated("admin"), `"}`),
			"a long date": inside(`{"owner":"admin","name":"x","created":"`, repeated("2030"),
				`"}`),
		}},
		{"fault", "POST", "/_mock/faults", map[string]func(n int) string{
			"headers all wrong": inside(`{"status":429,"header":{`, items(`"k%[1]d":1`), `}}`),
			"headers half wrong": inside(`{"status":429,"header":{`,
				items(`"k%[1]d":1,"v%[1]d":"x"`), `}}`),
			"headers valid": inside(`{"operation":"list","status":429,"rate":2,"header":{`,
				items(`"k%[1]d":"x"`), `}}`),
			"a long operation": inside(`{"status":429,"operation":"`, repeated("list"), `"}`),
			"a long duration":  inside(`{"status":429,"retryAfter":"`, repeated("1s"), `"}`),
		}},
		{"verify", "POST", "/_mock/verify", map[string]func(n int) string{
			"expectations all wrong": inside(`{"expect":[`, items(`{"times":-1}`), `]}`),
			"expectations half wrong": inside(`{"expect":[`, items(expectation+`,{"match":1}`),
				`]}`),
			"expectations of numbers": inside(`{"expect":[`, items(`1`), `]}`),
			"contradictions": inside(`{"expect":[`,
				items(`{"match":{},"atLeast":2,"atMost":1}`), `]}`),
			"expectations that fail": inside(`{"expect":[`, items(expectation), `]}`),
			"a body of many keys": inside(`{"expect":[{"match":{"body":{`, items(`"k%[1]d":1`),
				`}}}]}`),
			"headers": inside(`{"expect":[{"match":{"header":{`,
				items(`"k%[1]d":"x"`), `}}}]}`),
			"a deep body": nested(`{"expect":[{"match":{"body":`, `[`, ``, `]`, `}}]}`),
		}},
		{"clock", "PUT", "/_mock/clock", map[string]func(n int) string{
			"a long moment": inside(`{"now":"`, repeated("2030"), `"}`),
		}},
		{"advance", "POST", "/_mock/clock/advance", map[string]func(n int) string{
			"a long duration": inside(`{"by":"`, repeated("1h"), `"}`),
		}},
	} {
		o.bodies["unknown keys"] = inside(`{`, items(`"k%[1]d":1`), `}`)
		o.bodies["the same key"] = inside(`{`, items(`"a":1`), `}`)
		o.bodies["a long key"] = inside(`{"`, repeated("abcdefgh"), `":1}`)
		o.bodies["a list"] = inside(`[`, items(`{}`), `]`)
		o.bodies["deep"] = nested(`{"a":`, `{"a":`, `1`, `}`, `}`)
		o.bodies["no JSON"] = inside(`{`, items(`"k%[1]d":1`), `]`)
		for name, body := range o.bodies {
			add(o.name+"/"+name, o.method, o.path, jsonType, body)
		}
	}
	all = append(all, growthCase{
		name: "journal/many parameters", method: "GET", path: "/_mock/requests",
		query: func(n int) string { return strings.ReplaceAll(items("k%[1]d=1")(n), ",", "&") },
	}, growthCase{
		name: "journal/a long operation", method: "GET", path: "/_mock/requests",
		query: inside("operation=", repeated("list"), ""),
	})
	return all
}
