package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/version"
)

// owner is the published PatOwner.
type owner struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

func ownerOf(t *pat.Token) owner { return owner{"IDENTITY", t.Owner.ID, t.Owner.Name} }

// createJSON is the published response to create, with exactly the eight published keys.
type createJSON struct {
	ID                         string   `json:"id"`
	Secret                     string   `json:"secret"`
	Scope                      []string `json:"scope"`
	Name                       string   `json:"name"`
	Owner                      owner    `json:"owner"`
	Created                    string   `json:"created"`
	AccessTokenValiditySeconds int      `json:"accessTokenValiditySeconds"`
	ExpirationDate             *string  `json:"expirationDate"`
	// UserAwareTokenNeverExpires is present if the dialect says so.
	UserAwareTokenNeverExpires *bool `json:"userAwareTokenNeverExpires,omitempty"`
}

// createJSONNoDate is createJSON without a date.
type createJSONNoDate struct {
	createJSON
	// always nil; hides the embedded field, because that is encoded even if it is null
	ExpirationDate *string `json:"expirationDate,omitempty"`
}

// tokenJSON is a token in the responses to list and patch.
type tokenJSON struct {
	ID                         string   `json:"id"`
	Name                       string   `json:"name"`
	Scope                      []string `json:"scope"`
	Owner                      owner    `json:"owner"`
	Created                    string   `json:"created"`
	LastUsed                   *string  `json:"lastUsed"`
	Managed                    bool     `json:"managed"`
	AccessTokenValiditySeconds int      `json:"accessTokenValiditySeconds"`
	ExpirationDate             *string  `json:"expirationDate"`
	// UserAwareTokenNeverExpires is present only in the current versions.
	UserAwareTokenNeverExpires *bool `json:"userAwareTokenNeverExpires,omitempty"`
}

// farDate means never in responses to create, for clients that reject null.
const farDate = "9999-12-31T23:59:59.000Z"

func (a *API) createResponse(t *pat.Token) (*response.Response, error) {
	c := createJSON{
		ID: t.ID, Secret: t.Secret, Scope: t.Scope, Name: t.Name, Owner: ownerOf(t),
		Created:                    pat.FormatDate(t.Created),
		AccessTokenValiditySeconds: t.AccessTokenValiditySeconds,
		ExpirationDate:             nullableDate(t.ExpirationDate),
	}
	if c.ExpirationDate != nil {
		return response.JSON(http.StatusOK, c)
	}
	if a.neverExpires.Flag == dialect.Present {
		c.UserAwareTokenNeverExpires = &t.UserAwareTokenNeverExpires
	}
	switch a.neverExpires.Value {
	case dialect.Absent:
		return response.JSON(http.StatusOK, createJSONNoDate{createJSON: c})
	case dialect.FarDate:
		c.ExpirationDate = new(farDate)
	}
	return response.JSON(http.StatusOK, c)
}

func nullableDate(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := pat.FormatDate(t)
	return &s
}

// encode returns a token in the shape of a version, validated against all documents of that shape.
// It encodes a revision only once. Lists concatenate the encoded tokens: the published array limits
// neither the number of tokens nor their combination.
func (a *API) encode(shape pat.Shape, t *pat.Token) ([]byte, error) {
	if body := t.JSON(shape); body != nil {
		return body, nil
	}
	s := tokenJSON{
		ID: t.ID, Name: t.Name, Scope: t.Scope, Owner: ownerOf(t),
		Created: pat.FormatDate(t.Created), LastUsed: nullableDate(t.LastUsed), Managed: t.Managed,
		AccessTokenValiditySeconds: t.AccessTokenValiditySeconds,
		ExpirationDate:             nullableDate(t.ExpirationDate),
	}
	if shape == pat.Current {
		s.UserAwareTokenNeverExpires = &t.UserAwareTokenNeverExpires
	}
	body, err := json.Marshal(s)
	if err == nil {
		err = a.validateToken(shape, body)
	}
	if err != nil {
		return nil, err
	}
	t.SetJSON(shape, body)
	return body, nil
}

// validateToken validates an encoded token against the responses to list and patch in all documents
// of a shape.
func (a *API) validateToken(shape pat.Shape, token []byte) error {
	for _, v := range version.All() {
		document := a.config.Documents[v]
		if document == nil || pat.PolicyFor(v).Shape != shape {
			continue
		}
		for _, c := range []struct {
			operation string
			body      []byte
		}{
			{"listPersonalAccessTokens", slices.Concat([]byte{'['}, token, []byte{']'})},
			{"patchPersonalAccessToken", token},
		} {
			resp := &response.Response{Status: http.StatusOK, Body: c.body}
			if err := a.config.Writer.Validate(resp,
				document.Operation(c.operation).ValidateResponse); err != nil {
				return err
			}
		}
	}
	return nil
}

// listResponse concatenates tokens that were validated individually.
func (a *API) listResponse(shape pat.Shape, tokens []*pat.Token) (*response.Response, error) {
	size := len("[]") + len(tokens) // a comma for each
	for _, t := range tokens {
		encoded, err := a.encode(shape, t)
		if err != nil {
			return nil, err
		}
		size += len(encoded)
	}
	body := append(make([]byte, 0, size), '[')
	for i, t := range tokens {
		encoded, err := a.encode(shape, t) // cached by the loop above
		if err != nil {
			return nil, err
		}
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, encoded...)
	}
	return &response.Response{Status: http.StatusOK, Body: append(body, ']'), Validated: true}, nil
}
