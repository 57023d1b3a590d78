package contracttests

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/contracttests/recording"
)

// exchange is a request with its response.
type exchange recording.Exchange

// reportedHeaders are the headers that failures show, in this order.
var reportedHeaders = []string{
	"Authorization", "Content-Type", "Retry-After", "Allow", "Www-Authenticate", "Slpt-Request-Id",
	"X-Mock-Fault",
}

// text formats the exchange as on the wire, with the headers of reportedHeaders. redact removes
// secrets, and excerpt also limits the length.
func (x *exchange) text(redact func(string) string, excerpt func(string, int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", x.Method, x.URL)
	writeMessage(&b, x.Header, x.Body, excerpt)
	fmt.Fprintf(&b, "\n%d %s\n", x.Status, http.StatusText(x.Status))
	writeMessage(&b, x.ResponseHeader, x.ResponseBody, excerpt)
	return redact(b.String())
}

// maxBody is the number of bytes of a body that failures show.
const longest = 4000

func writeMessage(
	b *strings.Builder, header http.Header, body string, excerpt func(string, int) string,
) {
	for _, name := range reportedHeaders {
		for _, value := range header.Values(name) {
			fmt.Fprintf(b, "%s: %s\n", name, excerpt(value, maxHeader))
		}
	}
	if body = excerpt(body, longest); body != "" {
		fmt.Fprintf(b, "\n%s\n", body)
	}
}

// curl returns a shell command that repeats the request, with the access token in the variable
// TOKEN. redact removes secrets.
func (x *exchange) curl(redact func(string) string) string {
	parts := []string{"curl -i -X " + x.Method}
	if x.Method == http.MethodHead {
		parts = []string{"curl -I"} // with -X it would wait for a body
	}
	for _, name := range slices.Sorted(maps.Keys(x.Header)) {
		for _, value := range x.Header.Values(name) {
			if name == "Authorization" && strings.HasPrefix(value, "Bearer ") {
				parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
				continue
			}
			parts = append(parts, "-H "+shellQuote(redact(name+": "+value)))
		}
	}
	if x.Body != "" {
		parts = append(parts, "--data-binary "+shellQuote(redact(x.Body)))
	}
	return strings.Join(append(parts, shellQuote(redact(x.URL))), " ")
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// encodeForm encodes name and value pairs as a form.
func encodeForm(pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
