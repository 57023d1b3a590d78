package redact_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/redact"
)

// quote returns JSON with as many escapes as the encoder of the body may add.
func quote(text string, heavy bool) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	if !heavy {
		return string(encoded)
	}
	var b strings.Builder
	for _, r := range text {
		if r > 0xffff {
			return string(encoded)
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return `"` + b.String() + `"`
}

// insertSecret returns a body of each kind with a secret between other values.
func insertSecret(name, secret, before, after string, heavy bool) map[string]string {
	form := url.Values{"a": {before}, name: {secret}, "z": {after}}.Encode()
	encoded := url.QueryEscape("a") + "=" + url.QueryEscape(before) + "&"
	for _, c := range []byte(name) {
		encoded += fmt.Sprintf("%%%02x", c)
	}
	encoded += "=" + url.QueryEscape(secret) + "&b=" + url.QueryEscape(after)
	object := `{"a":` + quote(before, false) + `,` + quote(name, heavy) + " : " +
		quote(secret, false) + `,"z":` + quote(after, false) + `}`
	var parts strings.Builder
	w := multipart.NewWriter(&parts)
	_ = w.WriteField("a", before)
	_ = w.WriteField(name, secret)
	_ = w.WriteField("z", after)
	_ = w.Close()
	return map[string]string{
		"form": form, "form with an encoded name": encoded, "JSON": object,
		"JSON in JSON": `{"text":` + quote(object, false) + `}`,
		"multipart":    parts.String(),
		"number": `{"a":` + quote(before, false) + `,"` + name + `":[` +
			quote(secret, false) + `]}`,
		"cut JSON": object[:strings.Index(object, " : ")+3+len(quote(secret, false))-1],
	}
}

// FuzzRedact inserts a secret into bodies of all kinds, and searches the redacted body for it. It
// also checks that other bodies remain unchanged, that JSON stays valid, and that redacting is
// idempotent.
func FuzzRedact(f *testing.F) {
	f.Add("client_secret", "hunter2", "before", "after", false, 0)
	f.Add("token", `a"b\c&d=e f`, `"{\`, "\r\n--x\r\n", true, 3)
	f.Add("PassWord", hexSecret, bearer, "=&%", true, 7)
	f.Add("code", "\\\"", "\\", "\\", false, 1)
	f.Fuzz(func(t *testing.T, name, secret, before, after string, heavy bool, at int) {
		checkAnyText(t, before)
		// The secret must not be a part of anything else, and the name must be a secret name.
		secret = "Zq9" + strings.ToValidUTF8(secret, "") + "Zq9"
		before, after = strings.ToValidUTF8(before, ""), strings.ToValidUTF8(after, "")
		if !isName(name) || strings.Contains(before+after, "Zq9") {
			return
		}
		for kind, text := range insertSecret(name, secret, before, after, heavy) {
			got := redact.Body(text)
			if strings.Contains(got, "Zq9") {
				t.Errorf("%s: %q, redacted from %q, contains the secret", kind, got, text)
			}
			if json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
				t.Errorf("%s: redacting the JSON %q returned %q, which is not JSON", kind,
					text, got)
			}
		}
		cut := min(len(before), max(0, at))
		for _, loose := range []string{hexSecret, bearer, strings.ToUpper(hexSecret) + "01"} {
			if got := redact.Body(before[:cut] + " " + loose + "/" +
				before[cut:]); strings.Contains(got, loose) {
				t.Errorf("%q is not redacted in %q", loose, got)
			}
		}
	})
}

func isName(name string) bool {
	for _, known := range []string{
		"secret", "client_secret", "clientSecret", "access_token", "accessToken", "refresh_token",
		"token", "password", "assertion", "code",
	} {
		if strings.EqualFold(name, known) && len(name) == len(known) {
			return true
		}
	}
	return false
}

// checkAnyText checks the properties of any redacted text.
func checkAnyText(t *testing.T, text string) {
	once := redact.Body(text)
	if twice := redact.Body(once); twice != once {
		t.Errorf("redacting %q returned %q, and redacting that returned %q", text, once, twice)
	}
	if json.Valid([]byte(text)) && !json.Valid([]byte(once)) && !strings.Contains(text, hexSecret) {
		t.Errorf("redacting the JSON %q returned %q, which is not JSON", text, once)
	}
}

// FuzzRedactKeepsTheRest checks that text without a secret remains unchanged.
func FuzzRedactKeepsTheRest(f *testing.F) {
	f.Add("name", "a\"b\\", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb")
	f.Add("detailCode", "secret", "token=")
	f.Add("a", "eyJ.a.b", hexSecret[:63])
	f.Fuzz(func(t *testing.T, name, value, text string) {
		text = strings.ToValidUTF8(text, "")
		if strings.Contains(name, "%") || mayHoldSecrets(name) || mayHoldSecrets(value) ||
			mayHoldSecrets(text) {
			return
		}
		var parts strings.Builder
		w := multipart.NewWriter(&parts)
		_ = w.WriteField("name", value)
		_ = w.Close()
		object := `{` + quote(name, false) + `:` + quote(value, false) + `}`
		for _, text := range []string{
			text, object, url.Values{name: {value}, "b": {text}}.Encode(),
			`{"a":` + quote(object, true) + `}`, parts.String(),
			mime.FormatMediaType("form-data", map[string]string{"a": value}),
		} {
			if diff := cmp.Diff(text, redact.Body(text)); diff != "" {
				t.Errorf("text changed (-want +got):\n%s", diff)
			}
		}
	})
}

// mayHoldSecrets reports whether a text may contain secrets. It errs on the safe side.
func mayHoldSecrets(text string) bool {
	folded := strings.ToLower(text)
	for _, word := range []string{
		"secret", "token", "password", "assertion", "code", "eyj", `\`, "%", "ſ", "\u212a",
		"content-disposition",
	} {
		if strings.Contains(folded, word) || strings.Contains(text, word) {
			return true
		}
	}
	digits := 0
	for _, c := range text {
		if digits++; !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			digits = 0
		}
		if digits >= 32 {
			return true
		}
	}
	return false
}
