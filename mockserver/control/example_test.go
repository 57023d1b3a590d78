package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"example.com/patmock/mockserver/control"
)

// mock starts a server with one response for an example.
func mock(contentType, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		switch {
		case contentType == "application/problem+json":
			w.WriteHeader(http.StatusBadRequest)
		case r.Method == http.MethodPost && slices.Contains(
			[]string{"/_mock/faults", "/_mock/identities", "/_mock/stubs"}, r.URL.Path):
			w.WriteHeader(http.StatusCreated)
		}
		io.WriteString(w, body)
	}))
}

// A token with an expiration in 72 hours expires after an advance of 72 hours.
func ExampleClient_Advance() {
	server := mock("application/json",
		`{"now":"2027-02-03T00:00:00Z","frozen":false,"offset":"+72h0m0s"}`)
	defer server.Close()

	clock, err := control.New(control.Config{URL: server.URL}).Advance(context.Background(),
		72*time.Hour)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(clock.Now, clock.Offset)
	// Output: 2027-02-03 00:00:00 +0000 UTC +72h0m0s
}

// The next two lists have status 429.
func ExampleClient_AddFault() {
	server := mock("application/json",
		`{"id":"f1","operation":"list","status":429,"retryAfter":"3s","times":2}`)
	defer server.Close()

	rule, err := control.New(control.Config{URL: server.URL}).AddFault(context.Background(),
		control.Fault{
			Operation: "list", Status: http.StatusTooManyRequests, RetryAfter: "3s", Times: 2,
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rule.ID, rule.Status)
	// Output: f1 429
}

// A search, which the mock does not simulate, finds nothing.
func ExampleClient_AddStub() {
	server := mock("application/json",
		`{"id":"s1","method":"POST","path":"/v2025/search/*","status":200,`+
			`"contentType":"application/json","body":"[]"}`)
	defer server.Close()

	stub, err := control.New(control.Config{URL: server.URL}).AddStub(context.Background(),
		control.Stub{Method: http.MethodPost, Path: "/v2025/search/*", Body: "[]"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stub.ID, stub.Status, stub.ContentType)
	// Output: s1 200 application/json
}

// A test adds a user that is not in the fixture.
func ExampleClient_AddIdentity() {
	server := mock("application/json",
		`{"user":"ann","userLevels":["ORG_ADMIN"],"clientId":"cafe","clientSecret":"beef"}`)
	defer server.Close()

	user, err := control.New(control.Config{URL: server.URL}).AddIdentity(context.Background(),
		control.NewIdentity{
			Name: "ann", UserLevels: []string{"ORG_ADMIN"},
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.Name, user.ClientID)
	// Output: ann cafe
}

// A test verifies that the client has sent exactly one create. Each outcome has the most similar
// requests.
func ExampleClient_Verify() {
	server := mock("application/json",
		`{"verified":false,"outcomes":[{"verified":false,"expected":"create 1 time","actual":0,`+
			`"matched":[],`+
			`"nearMisses":[{"id":"r1","sequence":1,`+
			`"request":"POST /v3/personal-access-tokens 400",`+
			`"differences":[{"pointer":"/status","expected":200,"actual":400}]}]}]}`)
	defer server.Close()

	once := 1
	verdict, err := control.New(control.Config{URL: server.URL}).Verify(context.Background(),
		control.VerifyRequest{
			Expect: []control.Expectation{
				{Match: control.Match{Operation: "create", Status: 200}, Times: &once},
			},
			Timeout: "2s",
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, outcome := range verdict.Outcomes {
		fmt.Println(outcome.Expected, "but", outcome.Actual)
		for _, miss := range outcome.NearMisses {
			fmt.Println(miss.Request, miss.Differences)
		}
	}
	// Output:
	// create 1 time but 0
	// POST /v3/personal-access-tokens 400 [{/status 200 400}]
}

// Each test has its own tenant on the same server.
func ExampleClient_WithNamespace() {
	server := mock("application/json",
		`{"name":"test-7","baseUrl":"http://127.0.0.1:17280/t/test-7","fixture":"crowded",`+
			`"tokens":60,"requests":0,"idleSeconds":0}`)
	defer server.Close()

	client := control.New(control.Config{URL: server.URL})
	namespace, err := client.WithNamespace("test-7").PutNamespace(context.Background(),
		control.NewNamespace{Fixture: "crowded"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(namespace.BaseURL)
	// Output: http://127.0.0.1:17280/t/test-7
}

// A problem has the reason and the position of an error.
func ExampleProblem() {
	server := mock("application/problem+json",
		`{"type":"urn:problem-type:patmock:invalid-request","title":"Invalid request",`+
			`"status":400,`+
			`"detail":"the rule cannot be added","errors":[{"pointer":"/times","detail":"cannot `+
			`stand `+
			`beside rate"}]}`)
	defer server.Close()

	_, err := control.New(control.Config{URL: server.URL}).AddFault(context.Background(),
		control.Fault{Status: 503, Times: 2, Rate: 0.5})
	var problem *control.Problem
	if errors.As(err, &problem) {
		fmt.Println(problem.Status, problem.Detail)
		for _, e := range problem.Errors {
			fmt.Println(e.Pointer, e.Detail)
		}
	}
	// Output:
	// 400 the rule cannot be added
	// /times cannot stand beside rate
}
