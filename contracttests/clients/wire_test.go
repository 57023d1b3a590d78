package clients_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// The files in testdata/wire have the bytes of clients on one connection, and the responses that
// the clients need. Evidence LIVE means observed on the wire, and READ means taken from the source.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %q, error %v", files, err)
	}
	for _, file := range files {
		c := readClient(t, file)
		for _, r := range c.Releases {
			t.Run(c.Name+" "+r.Release+" "+r.Evidence, func(t *testing.T) {
				for _, v := range r.versions() {
					t.Run(string(v), func(t *testing.T) { c.session(t, r, v, "").run() })
					t.Run(string(v)+" in a namespace", func(t *testing.T) {
						c.session(t, r, v, "/t/wire").run()
					})
				}
			})
		}
	}
}

// Proxies and load tests send a request before the response to the previous one. No SDK is known to
// do so.
func TestPipeline(t *testing.T) {
	c := readClient(t, "testdata/wire/go-sdk.txtar")
	for _, r := range c.Releases {
		for _, v := range r.Versions {
			t.Run(string(v), func(t *testing.T) {
				s := c.session(t, r, v, "")
				s.logIn("jane.doe")
				steps := []struct {
					name, method string
					status       int
				}{
					{"delete", "DELETE", 204}, {"list", "GET", 200}, {
						"delete what is not there", "DELETE", 404,
					},
				}
				var requests []byte
				for _, step := range steps {
					requests = append(requests, s.request(c.named(t, step.name), "jane.doe")...)
				}
				s.write(requests)
				for _, step := range steps {
					if resp := s.read(step.method); resp.status != step.status {
						t.Errorf("%s: status %d, want %d: %s", step.name, resp.status,
							step.status, resp.body)
					}
				}
			})
		}
	}
}

// session is a client with one connection to a mock.
type session struct {
	*testing.T
	client  *client
	release release
	version version.Version
	base    string // path of the base URL

	mock      *mockserver.TestServer
	conn      net.Conn
	responses *bufio.Reader
	bearers   map[string]string // by user
}

// now returns the time of the requests, so that their future dates are in the future.
func now() time.Time { return time.Date(2026, time.November, 22, 4, 0, 0, 0, time.UTC) }

// sessionTimeout limits the time of a session. It only prevents a hanging test.
const sessionTimeout = time.Minute

func (c *client) session(t *testing.T, r release, v version.Version, base string) *session {
	t.Helper()
	mock := mockserver.Start(t, mockserver.Config{Now: now, Log: slog.New(slog.DiscardHandler)})
	if name, ok := strings.CutPrefix(base, "/t/"); ok {
		mock = mock.Namespace(t, name)
	}
	address := strings.TrimPrefix(strings.TrimSuffix(mock.URL, base), "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(sessionTimeout, func() { _ = conn.Close() })
	t.Cleanup(func() {
		late.Stop()
		_ = conn.Close()
	})
	return &session{
		T: t, client: c, release: r, version: v, base: base,
		mock: mock, conn: conn, responses: bufio.NewReader(conn), bearers: map[string]string{},
	}
}

// run sends the requests of the client, each in the initial state of the mock.
func (s *session) run() {
	for _, w := range s.client.cases {
		if !w.runs(s.version) {
			continue
		}
		s.Run(strings.TrimSpace(w.name+" "+w.Evidence), func(t *testing.T) {
			here := *s
			here.T = t
			here.try(w)
		})
	}
}

func (s *session) try(w wire) {
	ctl := s.mock.Control()
	if s.logIn(w.user()); s.Failed() {
		return
	}
	if err := ctl.Reset(s.Context()); err != nil {
		s.Fatal(err)
	}
	if w.Fault != nil {
		if _, err := ctl.AddFault(s.Context(), *w.Fault); err != nil {
			s.Fatal(err)
		}
	}
	if w.Advance.Duration != 0 {
		if _, err := ctl.Advance(s.Context(), w.Advance.Duration); err != nil {
			s.Fatal(err)
		}
	}
	resp := s.exchange(s.request(w, w.user()))
	for _, wrong := range w.differences(resp, s.version) {
		s.Error(wrong)
	}
	s.checkJournal(w, resp)
	s.checkCauses(w, resp)
	if s.Failed() {
		s.Logf("status %d\n%s", resp.status, resp.body)
	}
}

// checkJournal compares the journal of the mock with the expected findings and rules.
func (s *session) checkJournal(w wire, resp wireResponse) {
	journal, err := s.mock.Control().Requests(s.Context(), control.Match{}, 0)
	if err != nil {
		s.Fatal(err)
	}
	if len(journal.Requests) != 1 {
		s.Fatalf("the journal has %d requests, want 1", len(journal.Requests))
	}
	entry := journal.Requests[0]
	if entry.ID != resp.header.Get("SLPT-Request-ID") || entry.Status != resp.status {
		s.Errorf("the journal has %s, status %d", entry.ID, entry.Status)
	}
	var kinds []string
	for _, f := range entry.Findings {
		kinds = append(kinds, f.Kind)
	}
	if diff := cmp.Diff(w.Findings, kinds); diff != "" {
		s.Errorf("findings (-want +got):\n%s%v", diff, entry.Findings)
	}
	if diff := cmp.Diff(w.Rules, entry.Rules, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("rules (-want +got):\n%s%v", diff, entry.Reasons)
	}
}

// checkCauses compares the causes of a rejected request with the golden file. They are the same in
// every version and namespace.
func (s *session) checkCauses(w wire, resp wireResponse) {
	var rejected struct{ Causes []struct{ Text string } }
	if json.Unmarshal(resp.body, &rejected) != nil || len(rejected.Causes) == 0 {
		return
	}
	var texts []string
	for _, cause := range rejected.Causes {
		texts = append(texts, cause.Text)
	}
	golden.Check(s, "testdata/causes.golden", s.client.Name+"/"+w.name, strings.Join(texts, "\n"))
}

// logIn requests a user's bearer like the client, once. A second login must not invalidate the
// first bearer, since some clients log in before each call.
func (s *session) logIn(user string) {
	if s.bearers[user] != "" {
		return
	}
	login := s.client.named(s.T, "login")
	var bearers [2]string
	for i := range bearers {
		resp := s.exchange(s.request(login, user))
		if bearers[i] = property(resp.body, "access_token"); bearers[i] == "" {
			s.Fatalf("%s cannot log in: status %d: %s", user, resp.status, resp.body)
		}
	}
	s.bearers[user] = bearers[0]
}

// request returns a request with the values of this session.
func (s *session) request(w wire, user string) []byte {
	id, secret := s.mock.Credentials(user)
	values := map[string]string{
		"host": s.conn.RemoteAddr().String(), "base": s.base, "tokens": s.version.CollectionPath(),
		"id":        laptop,
		"client_id": id, "client_secret": secret, "bearer": s.bearers[user],
	}
	for name, value := range s.release.Values {
		values[name] = value
	}
	return w.render(s.T, values)
}

// laptop is a token of jane.doe that expires in two days.
const laptop = "facedeadfacedeadfacedeadfacedead"

func (s *session) exchange(request []byte) wireResponse {
	s.Helper()
	s.write(request)
	method, _, _ := bytes.Cut(request, []byte(" "))
	resp := s.read(string(method))
	if s.responses.Buffered() > 0 {
		s.Fatalf("%d bytes follow the response", s.responses.Buffered())
	}
	return resp
}

func (s *session) write(requests []byte) {
	s.Helper()
	if _, err := s.conn.Write(requests); err != nil {
		s.Fatal(err)
	}
}

// read reads the response to a request of this method. The connection must stay open.
func (s *session) read(method string) wireResponse {
	s.Helper()
	resp, err := http.ReadResponse(s.responses, &http.Request{Method: method})
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if resp.Close {
		s.Error("the mock ends the connection, which the client wants to use again")
	}
	return wireResponse{resp.StatusCode, resp.Header, body}
}
