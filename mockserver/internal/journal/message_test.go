package journal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
)

const (
	hexSecret = "cafefacecafefacecafefacecafefacecafefacecafefacecafefacecafeface"
	bearer    = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
)

func TestRedact_CopiesArguments(t *testing.T) {
	header := http.Header{"Accept": {"application/json", "*/*"}, "X-Request": {"1"}}
	body := []byte(`{"name":"a"}`)
	got := journal.Redact(header, body, len(body))
	header["Accept"][0] = "changed"
	header.Set("X-New", "1")
	copy(body, "changed!")
	want := &control.Message{
		Header: map[string][]string{"Accept": {"application/json", "*/*"}, "X-Request": {"1"}},
		Body:   `{"name":"a"}`, Size: 12,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestRedact_Empty(t *testing.T) {
	want := &control.Message{Header: map[string][]string{}}
	if diff := cmp.Diff(want, journal.Redact(nil, nil, 0)); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestRedact_Headers(t *testing.T) {
	tests := []struct {
		name  string
		value string
		want  string // "" if it is left out
	}{
		{"Accept-Encoding", "gzip", "gzip"},
		{"Date", "Sat, 31 Jan 2026 00:00:00 GMT", ""},
		{"Content-Length", "12", ""},
		{"Connection", "close", ""},
		{"Transfer-Encoding", "chunked", ""},
		{"Content-Type", "application/json", "application/json"},
		{"Authorization", "Bearer " + bearer, "Bearer [redacted]"},
		{"Authorization", "bearer  opaque", "Bearer [redacted]"},
		{"Authorization", "Basic YTpi", "Basic [redacted]"},
		{"Authorization", "BASIC", "Basic [redacted]"},
		{"Authorization", "Digest username=a", "[redacted]"},
		{"Authorization", "hunter2", "[redacted]"},
		{"authorization", "hunter2", "[redacted]"},
		{"Cookie", "a=b", "[redacted]"},
		{"Set-Cookie", "a=b; Path=/", "[redacted]"},
		{"Proxy-Authorization", "Basic YTpi", "[redacted]"},
		{"X-Api-Key", "hunter2", "[redacted]"},
		{"X-Client-Secret", "hunter2", "[redacted]"},
		{"x-access-TOKEN", "hunter2", "[redacted]"},
		{"X-Passwords", "hunter2", "[redacted]"},
		{"X-Broken-Mytoken", "hunter2", "[redacted]"},
		{"X-Broken", "hunter2", "hunter2"},
		{"Referer", "https://a/b?code=hunter2&c=d", "https://a/b?code=[redacted]&c=d"},
		{"X-Other", hexSecret, "[redacted]"},
		{"X-Other", "a " + bearer, "a [redacted]"},
		{"X-Other", "J\xfcrg", "J\ufffdrg"},
		{"X-Sailpoint-Experimental", "true", "true"},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.value, func(t *testing.T) {
			want := map[string][]string{test.name: {test.want}}
			if test.want == "" {
				want = map[string][]string{}
			}
			got := journal.Redact(http.Header{test.name: {test.value}}, nil, 0).Header
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRedact_Bodies(t *testing.T) {
	form := http.Header{"Content-Type": {" Application/x-www-form-urlencoded; charset=utf-8"}}
	tests := []struct {
		name   string
		header http.Header
		body   string
		size   int
		want   control.Message
	}{
		{
			"secret", nil, `{"secret":"hunter2"}`, 20, control.Message{
				Body: `{"secret":"[redacted]"}`, Size: 20,
			},
		},
		{
			"form by its header", form, " a=b&password=hunter 2&c=d", 26, control.Message{
				Body: " a=b&password=[redacted]&c=d", Size: 26,
			},
		},
		{
			"part of a larger one", nil, "abc", 100, control.Message{
				Body: "abc", Size: 100, Truncated: true,
			},
		},
		{"not UTF-8", nil, "a\xff\xfeb\xe4", 5, control.Message{Body: "a\ufffdb\ufffd", Size: 5}},
		{
			"binary", nil, "\x1f\x8b\x00\x01", 4, control.Message{
				Body: "\x1f\ufffd\x00\x01", Size: 4,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := journal.Redact(test.header, []byte(test.body), test.size)
			got.Header = nil
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

const limit = 64 << 10

func TestRedact_TruncatesAt64KiB(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("x", n) }
	// The mark is shorter than the secret in front, which leaves room at the end.
	room := func(n int) string { return hexSecret + strings.Repeat("x", n-len(hexSecret)) }
	const left = limit - len(hexSecret) + len("[redacted]")
	many := strings.Repeat(`{"code":1},`, 5_900) // the marks are longer than the secrets
	tests := []struct {
		name string
		body string
		end  string // of the stored body
		size int    // of the stored body
		cut  bool
	}{
		{"just not", fill(limit), "xxx", limit, false},
		{"by one", fill(limit + 1), "xxx", limit, true},
		{"in front of a character", fill(limit-1) + "é", "x", limit - 1, true},
		{"after a character", fill(limit-2) + "é" + "x", "xé", limit, true},
		{"in a character of four bytes", fill(limit-3) + "😀", "x", limit - 3, true},
		{"invalid UTF-8", room(limit-1) + "\xff\xff", "x\ufffd", left + 2, true},
		{"redacted text is too long", many + fill(limit-len(many)), "", limit, true},
		{"in a secret", fill(limit-40) + hexSecret, "x[redacted]", limit - 30, true},
		{"eight digits into a secret", fill(limit-8) + hexSecret, "xcafeface", limit, true},
		{"nine digits into a secret", room(limit-9) + hexSecret, "x[redacted]", left + 1, true},
		{
			"in a bearer", fill(limit-40) + " " + bearer + fill(40), " [redacted]",
			limit - 40 + 1 + 10, true,
		},
		{
			"in a property", room(limit-20) + `"secret":"hunter2 and more"`,
			`x"secret":"[redacted]"`, left + 1, true,
		},
		{
			"in a form", "a=" + room(limit-20) + "&password=hunter2 and more",
			"x&password=[redacted]", left + 2, true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := journal.Redact(nil, []byte(test.body), len(test.body))
			if !strings.HasSuffix(got.Body, test.end) {
				t.Errorf("body ends with %q, want %q", got.Body[max(0, len(got.Body)-40):],
					test.end)
			}
			if len(got.Body) != test.size || got.Truncated != test.cut ||
				got.Size != len(test.body) {
				t.Errorf("got %d bytes of %d, cut %v, want %d of %d, %v", len(got.Body), got.Size,
					got.Truncated, test.size, len(test.body), test.cut)
			}
			if !utf8.ValidString(got.Body) {
				t.Error("body is not UTF-8")
			}
		})
	}
}

// A truncation leaves at most eight characters of a secret.
func TestRedact_RemovesTruncatedSecrets(t *testing.T) {
	for name, form := range map[string]string{
		"alone": "%s", "in JSON": `{"name":"%s"}`,
		"in a secret property": `{"a":1,"secret" : "%s"}`, "in a form": "&client_secret=%s&",
		"after a scheme": "Bearer %s",
	} {
		for _, secret := range []string{hexSecret, bearer} {
			t.Run(name, func(t *testing.T) {
				text := fmt.Sprintf(form, secret)
				for into := range len(text) + 1 {
					// the caller may have truncated the body
					for _, size := range []int{limit + len(text), limit} {
						body := []byte(strings.Repeat("x", limit-into-1) + " " + text +
							strings.Repeat(" ", len(text)))
						got := journal.Redact(nil, body[:size], len(body)).Body
						if index := strings.Index(got, secret[:9]); index >= 0 {
							t.Fatalf("cut %d characters into %q leaves %q", into, text, got[index:])
						}
					}
				}
			})
		}
	}
}

func listBody(size int) []byte {
	const token = `{"id":"cafecafecafecafecafecafecafecafe","name":"token audit",` +
		`"scope":["sp:all-personal-access-tokens:read"],` +
		`"owner":{"type":"IDENTITY","id":"cafedadacafedadacafedadacafedada","name":"admin"},` +
		`"created":"2026-01-31T00:00:00.000Z",` +
		`"lastUsed":"2026-01-31T00:00:00.000Z","managed":false,` +
		`"accessTokenValiditySeconds":43200,` +
		`"expirationDate":null,` +
		`"userAwareTokenNeverExpires":true},`
	return []byte("[" + strings.Repeat(token, size/len(token)) + "{}]")
}

func BenchmarkRedact(b *testing.B) {
	header := http.Header{
		"Content-Type": {"application/json;charset=UTF-8"}, "Slpt-Request-Id": {
			"cafecafecafecafecafecafecafecafe",
		}, "X-Total-Count": {"12"},
		"Date": {"Sat, 31 Jan 2026 00:00:00 GMT"}, "Cache-Control": {"no-store"},
		"Content-Length": {"3000"},
	}
	request := http.Header{
		"Authorization": {"Bearer " + bearer}, "Accept": {"application/json"}, "User-Agent": {
			"Go-http-client/1.1",
		}, "Accept-Encoding": {"gzip"},
		"Content-Type": {"application/json"}, "Content-Length": {"100"},
	}
	secret := []byte(`{"id":"a","secret":"` + hexSecret + `","name":"b"}`)
	form := []byte("grant_type=client_credentials&client_id=cafecafecafecafecafecafecafecafe&" +
		"client_secret=" + hexSecret)
	for _, bench := range []struct {
		name   string
		header http.Header
		body   []byte
	}{
		{"list of 3 KB", header, listBody(3_000)},
		{"list of 64 KB", header, listBody(64_000)},
		{"no body", request, nil},
		{"secret", header, secret},
		{"form", request, form},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.body)))
			for b.Loop() {
				journal.Redact(bench.header, bench.body, len(bench.body))
			}
		})
	}
}
