package scenarios

import (
	"net/http"
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// oversizedBody exceeds the size limit of request bodies.
var oversizedBody = strings.Repeat(" ", 1<<20+1)

// errorStatuses lists scenarios about error statuses, both undeclared and declared ones.
var errorStatuses = []contract.Scenario{
	{
		ID: "errors/unknown-path", Promise: "An unknown path is 404, with an error.",
		Sources: []string{"errata unknown-path"}, Evidence: evidence.Assumed,
		Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.UnmatchedPath},
		Run: func(t *contract.T) {
			for _, path := range []string{"/no-such-path", "/oauth/no-such-path", "/oauth"} {
				t.Owner().Send(get(path)).ExpectError(http.StatusNotFound)
			}
		},
	},
	{
		ID:      "errors/method-not-allowed",
		Promise: "An unsupported method of a path is 405, and Allow has the supported methods.",
		Sources: []string{"errata method-not-allowed"}, Features: writes(contract.DisposableTokens),
		Rules: []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			collection := t.CollectionPath()
			expectMethodNotAllowed(t, t.Owner(), collection, []string{
				http.MethodPut, http.MethodPatch, http.MethodDelete,
			}, http.MethodGet, http.MethodHead, http.MethodPost)
			expectMethodNotAllowed(t, t.Owner(), collection+"/"+unknownID, []string{
				http.MethodGet, http.MethodPut, http.MethodPost,
			}, http.MethodDelete, http.MethodPatch)
		},
	},
	{
		ID:       "errors/get-of-one-token",
		Promise:  "A GET of one token is 405, and Allow has the supported methods.",
		Sources:  []string{"errata method-not-allowed", "#no-get-by-id"},
		Features: reads(), Rules: []rule.ID{rule.NoGetByID, rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			for _, id := range []string{ownerCredentials(t).ClientID, unknownID} {
				expectMethodNotAllowed(t, t.Owner(), t.CollectionPath()+"/"+id, []string{
					http.MethodGet,
				},
					http.MethodDelete, http.MethodPatch)
			}
		},
	},
	{
		ID: "errors/no-get-of-the-token-endpoint",
		Promise: "The token endpoint and check_token support only POST: GET is 405, and Allow " +
			"has POST.",
		Sources: []string{"errata method-not-allowed"}, Versions: contract.Unversioned,
		Features: reads(), Rules: []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			expectMethodNotAllowed(t, t.Anonymous(), loginPath, []string{http.MethodGet},
				http.MethodPost)
			expectMethodNotAllowed(t, t.Anonymous(), "/oauth/check_token", []string{http.MethodGet},
				http.MethodPost)
		},
	},
	{
		ID: "errors/method-not-allowed-of-the-token-endpoint",
		Promise: "The token endpoint, check_token and /oauth/info reject an unsupported method " +
			"with 405, and Allow has the supported methods.",
		Sources: []string{"errata method-not-allowed"}, Versions: contract.Unversioned,
		Rules: []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			expectMethodNotAllowed(t, t.Anonymous(), loginPath, []string{
				http.MethodGet, http.MethodPut,
			},
				http.MethodPost)
			expectMethodNotAllowed(t, t.Anonymous(), "/oauth/check_token", []string{http.MethodGet},
				http.MethodPost)
			expectMethodNotAllowed(t, t.Anonymous(), "/oauth/info", []string{http.MethodPost},
				http.MethodGet, http.MethodHead)
		},
	},
	{
		ID:      "errors/no-get-and-no-put-of-one-token",
		Promise: "One token cannot be read or replaced by its id.",
		Sources: []string{"v2026 #/paths/~1personal-access-tokens~1{id}", "#no-get-by-id"},
		Rules:   []rule.ID{"no-get-by-id"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			for _, method := range []string{http.MethodGet, http.MethodPut} {
				r := t.Owner().Send(contract.Request{
					Method: method, Path: t.CollectionPath() + "/" + token.ID,
				})
				if r.StatusCode() < 400 {
					t.Errorf("%s: status is %d, expected an error", method, r.StatusCode())
				}
			}
		},
	},
	{
		ID:      "errors/content-too-large",
		Promise: "Every operation rejects a body of more than 1 MiB with 413, and changes nothing.",
		Sources: []string{"errata content-too-large"}, Features: writes(contract.Faults),
		Rules: []rule.ID{rule.ContentTooLarge},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate()
			before := c.ListOwn().ExpectStatus(http.StatusOK).Text()
			requests := []contract.Request{
				get(t.CollectionPath()), c.CreateRequest(c.NewTokenBody()),
				c.PatchRequest(token.ID, renameOps(t)...), c.DeleteRequest(token.ID),
			}
			if t.Version() == version.V1 {
				byPatch := c.BulkRequest([]string{token.ID}, laterExpiry(t))
				byPost := byPatch
				byPost.Method = http.MethodPost
				requests = append(requests, byPatch, byPost)
			}
			for _, path := range identityPaths(t) {
				requests = append(requests, get(path))
			}
			for _, request := range requests {
				request.Body += oversizedBody
				c.Send(request).ExpectError(http.StatusRequestEntityTooLarge)
			}
			t.Equal("tokens", before, c.ListOwn().ExpectStatus(http.StatusOK).Text())
		},
	},
	{
		ID: "errors/content-too-large-for-the-token-endpoint",
		Promise: "The token endpoint, check_token and /oauth/info reject a body of more than 1 " +
			"MiB with 413.",
		Sources: []string{"errata content-too-large"}, Features: reads(contract.Faults),
		Versions: contract.Unversioned,
		Rules:    []rule.ID{rule.ContentTooLarge},
		Run: func(t *contract.T) {
			padding := strings.Repeat("x", 1<<20)
			padded := t.Anonymous().ExpectInvalid("/padding")
			for _, r := range []*contract.Response{
				postLogin(padded, nil, urlencoded,
					loginForm(ownerCredentials(t)).Encode()+"&padding="+padding),
				padded.PostForm("/oauth/check_token", "token", t.Owner().Bearer(), "padding",
					padding),
				t.Anonymous().Send(contract.Request{
					Method: http.MethodGet, Path: "/oauth/info", Body: oversizedBody,
				}),
			} {
				r.ExpectError(http.StatusRequestEntityTooLarge)
			}
		},
	},
	{
		ID: "errors/a-mebibyte-is-not-too-large", Promise: "A body of exactly 1 MiB is accepted.",
		Sources: []string{"errata content-too-large"}, Features: reads(contract.Faults),
		Versions: contract.Unversioned,
		Rules:    []rule.ID{rule.ContentTooLarge},
		Run: func(t *contract.T) {
			form := loginForm(ownerCredentials(t)).Encode() + "&padding="
			expectLogin(t,
				postLogin(t.Anonymous().ExpectInvalid("/padding"), nil, urlencoded,
					form+strings.Repeat("x", 1<<20-len(form))))
		},
	},
	{
		ID: "errors/unsupported-media-type",
		Promise: "A body with an unsupported content type is rejected with 415, and nothing " +
			"changes.",
		Sources: []string{"errata unsupported-media-type", "#unsupported-media-type-is-415"},
		Rules:   []rule.ID{rule.WrongContentType, rule.CreateContentType, rule.PatchContentType},
		Run: func(t *contract.T) {
			c := t.Owner()
			invalid := c.ExpectInvalid("header Content-Type")
			token := c.MustCreate()
			before := ownTokens(c)
			for _, contentType := range []string{"text/plain", "application/xml", urlencoded, ""} {
				send := func(method, path, body string) {
					invalid.Send(contract.Request{
						Method: method, Path: path, ContentType: contentType, Body: body,
					}).ExpectError(http.StatusUnsupportedMediaType)
				}
				send(http.MethodPost, t.CollectionPath(), jsonText(c.NewTokenBody()))
				send(http.MethodPatch, t.CollectionPath()+"/"+token.ID, jsonText(renameOps(t)))
				if t.Version() == version.V1 {
					send(http.MethodPatch, bulkPath, bulkBody([]string{token.ID}, laterExpiry(t)))
					send(http.MethodPost, bulkPath, bulkBody([]string{token.ID}, laterExpiry(t)))
				}
			}
			patchRaw(t, invalid, token.ID, jsonType,
				jsonText(renameOps(t))).ExpectError(http.StatusUnsupportedMediaType)
			t.Equal("tokens", before, ownTokens(c))
		},
	},
	{
		ID: "errors/not-simulated",
		Promise: "A path of a tenant that patmock does not implement is 501, so that clients do " +
			"not mistake it for missing data.",
		Sources:  []string{"errata not-simulated", "#not-simulated-is-501"},
		Features: reads(contract.Faults), Versions: contract.Unversioned,
		Rules: []rule.ID{rule.NotSimulated},
		Run: func(t *contract.T) {
			for _, v := range version.All() {
				path := "/" + string(v) + "/accounts"
				if v == version.V1 {
					path = "/accounts/v1"
				}
				t.Owner().Send(get(path)).ExpectError(http.StatusNotImplemented)
			}
			for _, path := range []string{
				version.Beta.Path("public-identities"), version.V3.Path("identities"),
				version.V3.Path("identities") + "/" + unknownID,
			} {
				t.Owner().Send(get(path)).ExpectError(http.StatusNotImplemented)
			}
		},
	},
	{
		ID:       "errors/retry-after",
		Promise:  "A response with 429 or 503 may have Retry-After in seconds.",
		Sources:  []string{"v2026 #/components/responses/429", "errata service-unavailable"},
		Evidence: evidence.Assumed,
		Features: writes(contract.Faults), Rules: []rule.ID{rule.Error429, rule.InjectedFault},
		Run: func(t *contract.T) {
			for _, status := range []int{
				http.StatusTooManyRequests, http.StatusServiceUnavailable,
			} {
				for _, op := range operations(t) {
					name, _, _ := strings.Cut(op.name, " ")
					t.InjectFault(control.Fault{
						Operation: name, Status: status, RetryAfter: "3s", Times: 1,
					})
					r := op.call(t.Owner())
					checkStatus(t, op.name, r, status)
					t.Equal("Retry-After of "+op.name, "3", r.Header("Retry-After"))
				}
			}
		},
	},
	{
		ID: "errors/rejected-create-makes-nothing",
		Promise: "A create that fails with a server error or a rate limit creates nothing, and a " +
			"retry succeeds.",
		Sources: []string{"errata service-unavailable"}, Evidence: evidence.Assumed,
		Features: writes(contract.Faults),
		Rules:    []rule.ID{rule.InjectedFault},
		Run: func(t *contract.T) {
			c := t.Owner()
			body := c.NewTokenBody()
			for _, status := range []int{
				http.StatusTooManyRequests, http.StatusInternalServerError,
				http.StatusServiceUnavailable,
			} {
				t.InjectFault(control.Fault{Operation: "create", Status: status})
				c.Create(body).ExpectStatus(status)
			}
			c.Create(body).ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:      "errors/declared-statuses-have-their-form",
		Promise: "Each declared error status of an operation has the error body of its status.",
		Sources: []string{
			"v2026 #/components/responses/400", "v2026 #/components/responses/401",
			"v2026 #/components/responses/403", "v2026 #/components/responses/404",
			"v2026 #/components/responses/429", "v2026 #/components/responses/500",
		},
		Features: writes(contract.Faults), Rules: []rule.ID{"error-dto", "error-401", "error-429"},
		Run: func(t *contract.T) {
			expectInjectedErrors(t, func(status int) bool {
				return !slices.Contains(undeclared, status)
			})
		},
	},
	{
		ID:      "errors/undeclared-statuses-have-their-form",
		Promise: "An undeclared error status, such as 503, has the error body of the other errors.",
		Sources: []string{
			"errata service-unavailable", "errata content-too-large",
			"errata unsupported-media-type",
		},
		Features: writes(contract.Faults),
		Rules:    []rule.ID{rule.ErrorUndeclared},
		Run: func(t *contract.T) {
			expectInjectedErrors(t, func(status int) bool {
				return slices.Contains(undeclared, status)
			})
		},
	},
	{
		ID:       "errors/statuses-of-the-token-endpoint",
		Promise:  "Each error of the token endpoint except 429 has an error code of RFC 6749.",
		Sources:  []string{"#token-endpoint-errors", "errata service-unavailable"},
		Features: reads(contract.Faults), Versions: contract.Unversioned,
		Rules: []rule.ID{rule.OAuthError},
		Run: func(t *contract.T) {
			for _, status := range []int{400, 401, 413, 429, 500, 503} {
				t.InjectFault(control.Fault{Operation: "token", Status: status})
				r := t.Anonymous().RequestToken(ownerCredentials(t)).ExpectStatus(status)
				if status == http.StatusTooManyRequests {
					expectRateLimitForm(t, r)
					continue
				}
				r.ExpectError(status)
			}
			mustLogin(t, ownerCredentials(t))
		},
	},
}

// undeclared are the statuses that no published document declares.
var undeclared = []int{
	http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	http.StatusNotImplemented, http.StatusServiceUnavailable,
}

// expectInjectedErrors injects the included error statuses of each operation, and expects their
// error bodies.
func expectInjectedErrors(t *contract.T, include func(status int) bool) {
	document, err := spec.Load(string(t.Version()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	names := map[string]string{
		"list": "listPersonalAccessTokens", "create": "createPersonalAccessToken",
		"patch": "patchPersonalAccessToken", "delete": "deletePersonalAccessToken",
		"bulk":             "updateBulkPersonalAccessTokens",
		"bulk by POST":     "updateBulkPersonalAccessTokensPost",
		"publicIdentities": "getPublicIdentities", "identities": "listIdentities",
		"identity": "getIdentity",
	}
	for _, op := range slices.Concat(operations(t), identityOperations(t)) {
		declared := document.Operation(names[op.name])
		for _, status := range declared.Statuses() {
			if status < 400 || !include(status) {
				continue
			}
			name, _, _ := strings.Cut(op.name, " ")
			t.InjectFault(control.Fault{
				Operation: name, Version: string(t.Version()), Status: status,
			})
			r := op.call(t.Owner())
			checkStatus(t, op.name, r, status)
			if r.StatusCode() == status {
				expectFormOfStatus(t, r)
			}
		}
	}
}

// expectMethodNotAllowed expects a 405 with the allowed methods for each method.
func expectMethodNotAllowed(
	t *contract.T, c *contract.Client, path string, methods []string, allowed ...string,
) {
	for _, method := range methods {
		r := c.Send(contract.Request{
			Method: method, Path: path,
		}).ExpectError(http.StatusMethodNotAllowed)
		got := strings.FieldsFunc(r.Header("Allow"), func(c rune) bool {
			return c == ',' || c == ' '
		})
		slices.Sort(got)
		t.Equal("Allow of "+path, allowed, got)
	}
}

func renameOps(t *contract.T) []contract.Op {
	return []contract.Op{replace("/name", t.UniqueName())}
}
