package mockserver_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/bench/bare"
)

// The benchmarks compare the mock with a bare server of net/http, encoding/json and a map. The bare
// server has no authentication, no validation and no journal. Both list ten tokens and create a
// token.

func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// sink is a response writer that discards the body, so that only the server is measured.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(p []byte) (int, error) {
	s.size += len(p)
	return len(p), nil
}

func (s *sink) reset() {
	clear(s.header)
	s.status, s.size = http.StatusOK, 0
}

// check expects a 200 with a body of at least size bytes as the last response.
func (s *sink) check(b *testing.B, size int) {
	if s.status != http.StatusOK || s.size < size {
		b.Fatalf("unexpected response: status %d, %d bytes", s.status, s.size)
	}
}

const benchPath = "/v2026/personal-access-tokens"

// benchMock returns a mock whose user jane.doe has ten tokens, and her access token.
func benchMock(tb testing.TB) (mock *mockserver.Server, bearer string) {
	tb.Helper()
	mock, err := mockserver.New(mockserver.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = mock.Close() })
	clients, err := mock.Control().Credentials(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, u := range clients.Users {
		if u.Name != "jane.doe" {
			continue
		}
		form := "grant_type=client_credentials&client_id=" + u.ClientID + "&client_secret=" +
			u.ClientSecret
		r, _ := http.NewRequest("POST", "http://mock/oauth/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := mock.Transport().RoundTrip(r)
		if err != nil {
			tb.Fatal(err)
		}
		var session struct {
			AccessToken string `json:"access_token"`
		}
		if err := errors.Join(json.NewDecoder(response.Body).Decode(&session),
			response.Body.Close()); err != nil {
			tb.Fatal(err)
		}
		bearer = "Bearer " + session.AccessToken
	}
	for len(benchTokens(tb, mock, bearer)) < 10 {
		s := &sink{header: http.Header{}}
		mock.ServeHTTP(s, benchCreate(bearer, random(8)))
		if s.status != http.StatusOK {
			tb.Fatalf("create: unexpected status: %d", s.status)
		}
	}
	return mock, bearer
}

func benchTokens(tb testing.TB, mock *mockserver.Server, bearer string) (tokens []bare.Token) {
	response, err := mock.Transport().RoundTrip(benchList(bearer))
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(json.NewDecoder(response.Body).Decode(&tokens),
		response.Body.Close()); err != nil {
		tb.Fatal(err)
	}
	return tokens
}

func benchList(bearer string) *http.Request {
	r, _ := http.NewRequest("GET", "http://mock"+benchPath+"?owner-id=me", http.NoBody)
	r.Header.Set("Authorization", bearer)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "SailPoint-SDK-Go/2.7.106")
	return r
}

func benchCreate(bearer, name string) *http.Request {
	body := `{"name":"` + name + `","scope":["sp:scopes:all"],"userAwareTokenNeverExpires":true}`
	r, _ := http.NewRequest("POST", "http://mock"+benchPath, strings.NewReader(body))
	r.Header.Set("Authorization", bearer)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "SailPoint-SDK-Go/2.7.106")
	return r
}

// compare reports the time of an operation as a multiple of the baseline. The first operation sets
// the baseline.
func compare(b *testing.B, baseline *float64) {
	each := float64(b.Elapsed()) / float64(b.N)
	if *baseline == 0 || strings.HasSuffix(b.Name(), "/bare") {
		*baseline = each
		return
	}
	b.ReportMetric(each / *baseline, "x-bare")
}

func BenchmarkList(b *testing.B) { benchBoth(b, listOf) }

func BenchmarkCreate(b *testing.B) { benchBoth(b, createOf) }

// benchBoth measures an operation on the bare server and on the mock.
func benchBoth(b *testing.B, newBench func(server http.Handler, bearer string) func(*testing.B)) {
	mock, bearer := benchMock(b)
	var baseline float64
	for _, server := range []struct {
		name    string
		handler http.Handler
	}{{"bare", bare.New()}, {"mock", mock}} {
		b.Run(server.name, func(b *testing.B) {
			newBench(server.handler, bearer)(b)
			compare(b, &baseline)
		})
	}
}

func listOf(server http.Handler, bearer string) func(*testing.B) {
	return func(b *testing.B) {
		r, s := benchList(bearer), &sink{header: http.Header{}}
		b.ReportAllocs()
		for b.Loop() {
			s.reset()
			server.ServeHTTP(s, r)
		}
		s.check(b, 2000)
	}
}

// createdNames numbers the names of created tokens, because a name is unique.
var createdNames int64

func createOf(server http.Handler, bearer string) func(*testing.B) {
	return func(b *testing.B) {
		r, s := benchCreate(bearer, ""), &sink{header: http.Header{}}
		body := []byte(`{"name":"00000000","scope":["sp:scopes:all"],` +
			`"userAwareTokenNeverExpires":true}`)
		r.ContentLength = int64(len(body))
		var reader bytes.Reader
		r.Body = io.NopCloser(&reader)
		b.ReportAllocs()
		for b.Loop() {
			s.reset()
			createdNames++
			copy(body[9:17], strconv.AppendInt(nil, 10_000_000+createdNames, 10))
			reader.Reset(body)
			server.ServeHTTP(s, r)
		}
		s.check(b, 200)
	}
}

// The limits leave little room: one more copy of a response exceeds them.
func TestAllocations(t *testing.T) {
	if raceEnabled() {
		t.Skip("the race detector distorts allocation counts; run without -race")
	}
	// Use a fixed number of requests: buffers grow in steps, so their share depends on the number.
	benchtime := flag.Lookup("test.benchtime").Value.String()
	if err := flag.Set("test.benchtime", "50000x"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("test.benchtime", benchtime) }() // restores the flag
	mock, bearer := benchMock(t)
	for _, tt := range []struct {
		name          string
		bench         func(*testing.B)
		allocs, bytes int64
	}{
		{"list of ten", listOf(mock, bearer), 15, 7500},
		{"create", createOf(mock, bearer), 44, 4450},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := testing.Benchmark(tt.bench)
			t.Logf("%d allocations, %d bytes", got.AllocsPerOp(), got.AllocedBytesPerOp())
			if got.AllocsPerOp() > tt.allocs || got.AllocedBytesPerOp() > tt.bytes {
				t.Errorf("%d allocations of %d bytes, want at most %d of %d", got.AllocsPerOp(),
					got.AllocedBytesPerOp(), tt.allocs, tt.bytes)
			}
		})
	}
}
