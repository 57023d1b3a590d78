package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/redact"
)

const (
	hexSecret = "cafefacecafefacecafefacecafefacecafefacecafefacecafefacecafeface"
	bearer    = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
)

// redactTest is a text and its redacted form.
type redactTest struct {
	name string
	text string
	want string
}

func runRedactTests(t *testing.T, tests []redactTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := redact.Body(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, redact.Body(got)); diff != "" {
				t.Errorf("text changes again (-once +twice):\n%s", diff)
			}
		})
	}
}

func TestBody_NamesOfProperties(t *testing.T) {
	for _, name := range []string{
		"secret", "client_secret", "clientSecret", "access_token", "accessToken", "refresh_token",
		"refreshToken", "token", "password",
		"assertion", "client_assertion", "code", "SECRET", "Access_Token", "ſecret", `\u0073ecret`,
		`secre\u0074`, `client\u005Fsecret`,
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"a":"b","` + name + `":"hunter2","c":[1]}`
			if diff := cmp.Diff(`{"a":"b","`+name+`":"[redacted]","c":[1]}`,
				redact.Body(text)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBody_Properties(t *testing.T) {
	runRedactTests(t, []redactTest{
		{
			"blanks around the colon", "{\"secret\" \t\r\n:\n \"hunter2\" }",
			"{\"secret\" \t\r\n:\n \"[redacted]\" }",
		},
		{"quote in the value", `{"secret":"a\"hunter2","b":1}`, `{"secret":"[redacted]","b":1}`},
		{"backslash at the end", `{"secret":"hunter2\\","b":1}`, `{"secret":"[redacted]","b":1}`},
		{
			"backslashes and a quote", `{"secret":"a\\\"hunter2","b":1}`,
			`{"secret":"[redacted]","b":1}`,
		},
		{"cut off in the value", `{"secret":"hunt`, `{"secret":"[redacted]"`},
		{"cut off in an escape", `{"secret":"hunt\`, `{"secret":"[redacted]"`},
		{"cut off before the value", `{"secret": `, `{"secret": `},
		{"number", `{"code":123456,"b":1}`, `{"code":"[redacted]","b":1}`},
		{"number at the end", `{"code": 123456 }`, `{"code": "[redacted]" }`},
		{"number cut off", `{"code": 1234`, `{"code": "[redacted]"`},
		{"truth", `{"token":true}`, `{"token":"[redacted]"}`},
		{"list", `{"token":["a]",["b"]],"b":1}`, `{"token":"[redacted]","b":1}`},
		{"object", `{"token":{"a":"}\"}","b":{"c":2}},"b":1}`, `{"token":"[redacted]","b":1}`},
		{"object cut off", `{"token":{"a":"}`, `{"token":"[redacted]"`},
		{
			"null and empty hold none", `{"secret":null,"token":"","b":1}`,
			`{"secret":null,"token":"","b":1}`,
		},
		{
			"two in a row", `{"secret":"a","token":"b"}`,
			`{"secret":"[redacted]","token":"[redacted]"}`,
		},
		{"deep inside", `[{"a":[{"secret":"hunter2"}]}]`, `[{"a":[{"secret":"[redacted]"}]}]`},
		{
			"JSON in a string", `{"a":"{\"secret\":\"x\\\"hunter2\",\"b\":1}"}`,
			`{"a":"{\"secret\":\"[redacted]\",\"b\":1}"}`,
		},
		{
			"JSON in a string in a string", `"{\"a\":\"{\\\"secret\\\":\\\"hunter2\\\"}\"}"`,
			`"{\"a\":\"{\\\"secret\\\":\\\"[redacted]\\\"}\"}"`,
		},
		{
			"JSON in a string, cut off there", `{"a":"{\"secret\":\"hunter2","b":1}`,
			`{"a":"{\"secret\":\"[redacted]\"","b":1}`,
		},
		{
			"list in JSON in a string, cut off there", `{"a":"{\"secret\":[1,","b":1}`,
			`{"a":"{\"secret\":\"[redacted]\"","b":1}`,
		},
		{"not valid as JSON", `{"secret": hunter2}`, `{"secret": "[redacted]"}`},
		{"raw line end in the value", "{\"secret\":\"a\nhunter2\"}", `{"secret":"[redacted]"}`},
		{
			"other names",
			`{"secrets":"a","tokens":"b","detailCode":"c","codec":"d","my token":"e"}`,
			`{"secrets":"a","tokens":"b","detailCode":"c","codec":"d","my token":"e"}`,
		},
		{"name as a value", `["secret","token"]`, `["secret","token"]`},
	})
}

func TestBody_Parameters(t *testing.T) {
	runRedactTests(t, []redactTest{
		{
			"form", "grant_type=client_credentials&client_id=a&client_secret=hunter2",
			"grant_type=client_credentials&client_id=a&client_secret=[redacted]",
		},
		{"first", "client_secret=hunter2&client_id=a", "client_secret=[redacted]&client_id=a"},
		{"any case", "CLIENT_Secret=hunter2", "CLIENT_Secret=[redacted]"},
		{
			"percent-encoded name", "%63lient%5fsecret=hunter2&a=b",
			"%63lient%5fsecret=[redacted]&a=b",
		},
		{
			"wholly encoded name", "%70%61%73%73%77%6F%72%64=hunter2",
			"%70%61%73%73%77%6F%72%64=[redacted]",
		},
		{
			"value with all but an ampersand", "a=b&password=x y\"z\n;<=hunter2&c=d",
			"a=b&password=[redacted]&c=d",
		},
		{"empty", "client_secret=&a=b", "client_secret=&a=b"},
		{
			"URL in JSON", `{"next":"https://a/b?code=hunter2&c=d","e":1}`,
			`{"next":"https://a/b?code=[redacted]&c=d","e":1}`,
		},
		{
			"URL at the end of JSON", `{"next":"https://a/b?code=hunter2","e":1}`,
			`{"next":"https://a/b?code=[redacted]","e":1}`,
		},
		{
			"URL in a sentence", "see https://a/b?c=d&token=hunter2 for more",
			"see https://a/b?c=d&token=[redacted] for more",
		},
		{"fragment", "https://a/b#access_token=hunter2", "https://a/b#access_token=[redacted]"},
		{
			"other names", "tokens=a&x-token=b&secret[]=c&not_a_code=d&%zzsecret=e",
			"tokens=a&x-token=b&secret[]=c&not_a_code=d&%zzsecret=e",
		},
		{
			"encoded in a parameter", "a=client_secret%3Dhunter2&b=c",
			"a=client_secret%3D[redacted]&b=c",
		},
		{"encoded in a path", "/a/client_secret%3dhunter2 b", "/a/client_secret%3d[redacted] b"},
		{
			"encoded in a URL", "next=https%3A%2F%2Fa%2Fb%3Fx%3Dy%26code%3Dhunter2",
			"next=https%3A%2F%2Fa%2Fb%3Fx%3Dy%26code%3D[redacted]",
		},
		{"encoded, other names", "a=x%3Dy&tokens%3Dz&code%3D&%3", "a=x%3Dy&tokens%3Dz&code%3D&%3"},
		{"equals signs", "a==&=b&code", "a==&=b&code"},
	})
}

func part(header, body string) string { return "--X\r\n" + header + "\r\n\r\n" + body + "\r\n" }

func TestBody_Parts(t *testing.T) {
	const (
		plain = "Content-Disposition: form-data; name=\"client_id\""
		end   = "--X--\r\n"
	)
	secret := func(header string) redactTest {
		return redactTest{
			"", part(plain, "a") + part(header, "hunter2") + part(plain, "b") + end,
			part(plain, "a") + part(header, "[redacted]") + part(plain, "b") + end,
		}
	}
	tests := []redactTest{
		{
			"to the end of the text",
			part(plain, "a") + "--X\r\nContent-Disposition: form-data; name=secret\r\n\r\nhunt",
			part(plain, "a") +
				"--X\r\nContent-Disposition: form-data; name=secret\r\n\r\n[redacted]",
		},
		{
			"plain line ends",
			strings.ReplaceAll(part("Content-Disposition: form-data; name=secret", "hunter2")+end,
				"\r", ""),
			strings.ReplaceAll(part("Content-Disposition: form-data; name=secret", "[redacted]")+
				end, "\r", ""),
		},
		{
			"lines and dashes in the value",
			part("Content-Disposition: form-data; name=secret", "a\r\n--Y\r\n\r\nhunter2") + end,
			part("Content-Disposition: form-data; name=secret", "[redacted]") + end,
		},
		{
			"empty value", part("Content-Disposition: form-data; name=secret", "") + end,
			part("Content-Disposition: form-data; name=secret", "") + end,
		},
		{
			"preamble",
			"a\r\n--\r\n" + part("Content-Disposition: form-data; name=secret", "hunter2") + end,
			"a\r\n--\r\n" + part("Content-Disposition: form-data; name=secret", "[redacted]") + end,
		},
		{
			"name of a file",
			part("Content-Disposition: form-data; name=a; filename=secret", "b") + end,
			part("Content-Disposition: form-data; name=a; filename=secret", "b") + end,
		},
		{
			"no part at all", "-- \nContent-Type: a; name=secret\n\nb",
			"-- \nContent-Type: a; name=secret\n\nb",
		},
	}
	for name, header := range map[string]string{
		"quoted":    `Content-Disposition: form-data; name="client_secret"`,
		"unquoted":  `Content-Disposition: form-data; name=client_secret`,
		"any case":  `CONTENT-disposition: Form-Data; NAME="Client_Secret"`,
		"no blanks": `Content-Disposition:form-data;name=secret`,
		"behind another header": "Content-Type: text/plain\r\nContent-Disposition: " +
			"form-data; name=secret",
		"before another header": "Content-Disposition: form-data; name=secret\r\n" +
			"Content-Type: text/plain",
		"on a line of its own": "Content-Disposition: form-data;\r\n name=secret",
		"escaped":              `Content-Disposition: form-data; name="client\_secret"`,
		"percent-encoded":      `Content-Disposition: form-data; name="client%5Fsecret"`,
		"extended": `Content-Disposition: form-data; ` +
			`name*=utf-8''client%5fsecret`,
		"continued": `Content-Disposition: form-data; name*0="client_"; ` +
			`name*1="secret"`,
		"in a header that is no right": `Content-Disposition: form-data; name="secret`,
		"with a file name": `Content-Disposition: form-data; name=secret; ` +
			`filename="a.txt"`,
	} {
		test := secret(header)
		test.name = name
		tests = append(tests, test)
	}
	runRedactTests(t, tests)
}

func TestBody_FormsOfSecrets(t *testing.T) {
	short := hexSecret[:63]
	runRedactTests(t, []redactTest{
		{"64 digits", "a " + hexSecret + " b", "a [redacted] b"},
		{"63 digits", "a " + short + " b", "a " + short + " b"},
		{"more digits", "x" + hexSecret + "0123", "x[redacted]"},
		{"capitals", strings.ToUpper(hexSecret), "[redacted]"},
		{
			"two", hexSecret + " " + hexSecret + "\n" + hexSecret,
			"[redacted] [redacted]\n[redacted]",
		},
		{
			"in a property of another name", `{"description":"` + hexSecret + `"}`,
			`{"description":"[redacted]"}`,
		},
		{
			"behind escapes", `"\n` + hexSecret + `\b` + hexSecret + `\u00e9` + hexSecret + `"`,
			`"\n[redacted]\b[redacted]\u00e9[redacted]"`,
		},
		{
			"escape and 60 digits", `"\u00e9` + hexSecret[:60] + `"`,
			`"\u00e9` + hexSecret[:60] + `"`,
		},
		{"backslash before", `"\\b` + hexSecret[1:] + `"`, `"\\[redacted]"`},
		{"JWT", "a " + bearer + ", b", "a [redacted], b"},
		{"JWT without a signature", bearer[:strings.LastIndexByte(bearer, '.')+1], "[redacted]"},
		{
			"JWE", bearer + ".AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY",
			"[redacted]",
		},
		{
			"no JWT", "eyJhbGciOiJub25lIn0 eyJ.a.b eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0",
			"eyJhbGciOiJub25lIn0 eyJ.a.b eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0",
		},
	})
}

func TestBody_HexAtAnyPosition(t *testing.T) {
	for before := range 130 {
		for _, filler := range []string{"x", " 0", "f x"} {
			text := (strings.Repeat(filler, 130) + "x")[:before]
			if !strings.HasSuffix(text, "x") {
				text += "x"
			}
			if diff := cmp.Diff(text+"[redacted] "+text,
				redact.Body(text+hexSecret+" "+text)); diff != "" {
				t.Fatalf("%d bytes before (-want +got):\n%s", before, diff)
			}
		}
	}
}

func TestQuery(t *testing.T) {
	tests := []redactTest{
		{"nothing", "", ""},
		{
			"no secret", "owner-id=me&filters=lastUsed le 2026",
			"owner-id=me&filters=lastUsed le 2026",
		},
		{"secret", "client_secret=hunter2&grant_type=a", "client_secret=[redacted]&grant_type=a"},
		{"with blanks", "token=hunter 2&a=b", "token=[redacted]&a=b"},
		{"encoded name", "a=b&%74oken=hunter2", "a=b&%74oken=[redacted]"},
		{"secret of another name", "a=" + hexSecret + "&b=" + bearer, "a=[redacted]&b=[redacted]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, redact.Query(test.text)); diff != "" {
				t.Errorf("query (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"http://mock:17280", `"http://mock:17280"`},
		{"http://jane:hunter2@mock", `"http://[redacted]@mock"`},
		{"http://jane:hunt@er2@mock/x", `"http://[redacted]@mock/x"`},
		{"jane:hunter2@mock", `"[redacted]@mock"`},
		{"jane:hun://ter2@mock", `"[redacted]@mock"`},
		{"http://mock?client_secret=hunter2", `"http://mock?client_secret=[redacted]"`},
	} {
		if got := redact.Address(tt.text); got != tt.want {
			t.Errorf("Address(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}
