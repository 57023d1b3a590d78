package oauth

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// maxForm bounds, in bytes, what of a multipart form is kept in memory. Bodies are bounded
// before they get here, so that nothing of a form goes to disk.
const maxForm = 1 << 20

// parameters collects what a request says in its query, and in its body as an urlencoded or
// multipart form. Clients use each of them alone and split credentials between both. A body
// of another kind is not read.
func parameters(r *http.Request) (url.Values, error) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalidRequest("query: %s", redact.String(err.Error()))
	}
	form, err := parseForm(r)
	if sizeErr := (*http.MaxBytesError)(nil); errors.As(err, &sizeErr) {
		return nil, err
	}
	if err != nil {
		return nil, invalidRequest("body: %s", redact.String(err.Error()))
	}
	for name, values := range form {
		params[name] = append(params[name], values...)
	}
	return params, nil
}

// parseForm returns the form in the body of a request, nil if there is none.
func parseForm(r *http.Request) (url.Values, error) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil //nolint:nilerr // no content type that can be read: no form
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if charset := body.Charset(text); charset != "" {
			return nil, errors.New("expected a form in UTF-8, got " + charset)
		}
		return url.ParseQuery(string(text))
	case "multipart/form-data":
		form, err := multipart.NewReader(r.Body, params["boundary"]).ReadForm(maxForm)
		if sizeErr := (*http.MaxBytesError)(nil); errors.As(err, &sizeErr) {
			return nil, err
		}
		if err != nil { // whose text may hold a secret
			return nil, errors.New("expected a multipart form, got one that is broken")
		}
		return form.Value, nil
	}
	return nil, nil
}

// singleValue returns the value of a parameter. Repeating it is allowed as long as the values are
// the same (RFC 6749, section 3.2, forbids it altogether; assumed that a tenant is not as strict).
func singleValue(params url.Values, name string) (string, error) {
	values := params[name]
	if len(values) == 0 {
		return "", nil
	}
	if slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
		return "", invalidRequest("%s came %d times, with different values", name, len(values))
	}
	return values[0], nil
}

// invalidRequest returns the error of parameters that cannot be read.
func invalidRequest(format string, args ...any) error {
	return response.OAuthError(response.Invalid, fmt.Sprintf(format, args...),
		"send each parameter once, and credentials in one way", rule.TokenParameters)
}
