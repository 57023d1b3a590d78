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

// maxForm is the maximum number of bytes of a multipart form in memory. The request body is limited
// earlier, so that no part of a form is written to disk.
const maxForm = 1 << 20

// parameters returns the parameters in the query and in an urlencoded or multipart form. Clients
// use either of them, or split the credentials between both. It does not read other bodies.
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

// parseForm returns the form in the body of a request, or nil if there is none.
func parseForm(r *http.Request) (url.Values, error) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil //nolint:nilerr // an invalid content type has no form
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
		if err != nil { // the text of err may contain a secret
			return nil, errors.New("expected a multipart form, got an invalid one")
		}
		return form.Value, nil
	}
	return nil, nil
}

// singleValue returns the value of a parameter. A repeated parameter is accepted if its values are
// equal. RFC 6749, section 3.2, forbids repetition; it is assumed that a tenant is less strict.
func singleValue(params url.Values, name string) (string, error) {
	values := params[name]
	if len(values) == 0 {
		return "", nil
	}
	if slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
		return "", invalidRequest("%s was sent %d times with different values", name, len(values))
	}
	return values[0], nil
}

// invalidRequest returns the error of invalid parameters.
func invalidRequest(format string, args ...any) error {
	return response.OAuthError(response.Invalid, fmt.Sprintf(format, args...),
		"send each parameter once, and credentials in one way", rule.TokenParameters)
}
