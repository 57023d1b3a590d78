package recording_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/contracttests/recording"
)

// forms returns the encodings of a secret that a text may contain.
func forms(secret string) map[string]string {
	return map[string]string{
		"plain": secret, "in capitals": strings.ToUpper(secret),
		"hexadecimal": hex.EncodeToString([]byte(secret)), "in a URL": url.QueryEscape(secret),
		"base64":            base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 behind one": base64.StdEncoding.EncodeToString([]byte("x" + secret)),
		"base64 behind two": base64.RawURLEncoding.EncodeToString([]byte("xy" + secret + "z")),
		"quoted":            string(mustJSON(secret)),
	}
}

// traces returns the parts of these encodings that must not appear. The neighbors of a secret
// change the ends of its base64.
func traces(secret string) []string {
	all := []string{}
	for _, form := range forms(secret) {
		form = strings.Trim(form, `"`)
		all = append(all, form[4:len(form)-6])
	}
	return all
}

// plantEverywhere returns traffic with a text in every place that a target or a scenario controls.
func plantEverywhere(text string) []recording.Exchange {
	quoted := string(mustJSON(text))
	header := http.Header{
		"X-Odd": {text}, "Content-Type": {"application/json; x=" + text}, "Www-Authenticate": {
			text,
		}, "Location": {text}, "Retry-After": {text}, "Slpt-Request-Id": {text}, "X-Sailpoint-A": {
			text,
		}, "Allow": {text},
	}
	body := `{"a":[` + quoted + `,{` + quoted + `:1}],"name":` + quoted + `,"id":` + quoted +
		`,"owner":{"name":` + quoted + `},"trackingId":` + quoted + `,"messages":[{"text":` +
		quoted + `}]}`
	return []recording.Exchange{
		{
			Method: "POST",
			URL: base + "/" + url.PathEscape(text) + "?a=" + url.QueryEscape(text) + "&" +
				url.QueryEscape(text) + "=b", Header: header, Body: body, Status: 200,
			ResponseHeader: header, ResponseBody: body,
		},
		{
			Method: "POST", URL: base + "/x?%zz" + url.QueryEscape(text), Header: http.Header{
				"Content-Type": {"text/plain"},
			}, Body: "before " + text + " after", Status: 400, ResponseHeader: http.Header{},
			ResponseBody: "<p>" + text + "</p>",
		},
		{
			Method: "GET", URL: base + tokens, Header: http.Header{}, Status: 200,
			ResponseHeader: http.Header{}, ResponseBody: "[" + body + "," + quoted + "]",
		},
	}
}

// undouble undoes the doubling of brackets in a text in normal form.
var undouble = strings.NewReplacer("⟨⟨", "⟨", "⟩⟩", "⟩")

// TestNormalize_RemovesSecrets plants secrets in every place and encoding.
func TestNormalize_RemovesSecrets(t *testing.T) {
	const odd = `Zq9"canary\of-a/tenant+end`
	jwt := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(`{"a":1}`)) + ".Zq9signature"
	for _, secret := range []string{secretHex, odd, jwt, "Zq9⟨canary⟩⟩of-a/tenant+end"} {
		login := exchange("POST", "/oauth/token", "", 200, `{"access_token":"another"}`)
		login.Body, login.Header = "client_id=x&client_secret="+url.QueryEscape(secret),
			http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		bearing := exchange("GET", tokens, "", 200, "[]")
		bearing.Header.Set("Authorization", "Bearer "+secret)
		for label, source := range map[string]recording.RawCase{
			"sent as client_secret": {Exchanges: []recording.Exchange{login}},
			"sent as bearer":        {Exchanges: []recording.Exchange{bearing}},
			"returned": {
				Exchanges: []recording.Exchange{
					exchange("POST", tokens, "{}", 200,
						`{"id":"1","secret":`+string(mustJSON(secret))+`}`),
				},
			},
			"of the target": {Secrets: []string{secret}},
		} {
			for form, text := range forms(secret) {
				source := source
				source.Exchanges = append(
					source.Exchanges[:len(source.Exchanges):len(source.Exchanges)],
					plantEverywhere(text)...)
				got := undouble.Replace(encodeIndented(t, recording.Normalize(source, base, false)))
				for _, trace := range traces(secret) {
					if index := strings.Index(got, trace); index >= 0 {
						t.Errorf("%.8s... %s, %s, shows: %s", secret, label, form,
							got[max(0, index-60):min(len(got), index+90)])
					}
				}
			}
		}
	}
}

// TestNormalize_SecretWithBrackets checks secrets whose brackets are doubled in normal form.
func TestNormalize_SecretWithBrackets(t *testing.T) {
	const secret = "zq9⟨canary⟩of-a-tenant"
	x := exchange("GET", tokens, "", 400, `{"text":"`+secret+` and `+strings.ToUpper(secret)+`"}`)
	all := recording.RawCase{Secrets: []string{secret}, Exchanges: []recording.Exchange{x}}
	got := recording.Normalize(all, base, true).Exchanges[0].Response.Body.Text("text")
	if want := "⟨secret-1: 22 characters⟩ and ⟨redacted⟩"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
}

// TestNormalize_KeepsOtherWords checks that the places of the canary are recorded, by a text that
// is not a secret.
func TestNormalize_KeepsOtherWords(t *testing.T) {
	got := encodeIndented(t,
		recording.Normalize(recording.RawCase{Exchanges: plantEverywhere("Zq9 is a word")}, base,
			false))
	if n := strings.Count(got, "user-1"); n < 20 {
		t.Errorf("it shows %d times:\n%s", n, got)
	}
}

// marks matches doubled brackets and placeholders.
var marks = regexp.MustCompile(`⟨⟨|⟩⟩|⟨[^⟨⟩]+⟩`)

// FuzzNormalize checks that the output of a target never looks like a placeholder.
func FuzzNormalize(f *testing.F) {
	f.Add(`{"id":"a","secret":"b"}`, "application/json", "/oauth/token?a=b")
	f.Add(`[{"id":1,"name":null},"x",[[]]]`, "multipart/form-data; boundary=b", "%zz")
	f.Add("\xff\x00", "application/x-www-form-urlencoded", "/t/a/b?%")
	f.Add(`{"id":"⟨a⟩b","name":"⟨id-1⟩⟩","secret":"⟨redacted⟩","text":"x⟨⟩ token=⟨⟨a b `+
		`https://⟨a⟩.b/ 2027-02-30⟩"}`, "text/⟨a⟩", "/⟨?⟨=⟩")
	f.Fuzz(func(t *testing.T, body, contentType, path string) {
		header := http.Header{
			"Content-Type": {contentType}, "Authorization": {"Basic " + body}, "Retry-After": {
				body,
			}, "Date": {body},
		}
		for _, method := range []string{"GET", "POST"} {
			x := recording.Exchange{
				Method: method, URL: base + path, Header: header, Body: body, Status: 200,
				ResponseHeader: header, ResponseBody: body,
			}
			got := recording.Normalize(recording.RawCase{Exchanges: []recording.Exchange{x, x}},
				base, true)
			text, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var again recording.Case
			if err := json.Unmarshal(text, &again); err != nil {
				t.Fatal(err)
			}
			if found := recording.Diff(got, got); len(found) > 0 {
				t.Errorf("the case differs from itself: %v", found)
			}
			if unmarked := marks.ReplaceAllString(string(text), ""); strings.ContainsAny(unmarked,
				"⟨⟩") {
				t.Errorf("a bracket is neither doubled nor part of a placeholder: %s", text)
			}
		}
	})
}
