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

func TestMain(m *testing.M) { golden.Main(m) }

// What clients write that cannot be had everywhere, byte by byte on one connection, and what they
// need to get back: testdata/wire holds it, with the release it was taken from. LIVE was watched on
// the wire, READ was read in the source.
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
					t.Run(string(v), func(t *testing.T) { c.session(t, r, v, "").speak() })
					t.Run(string(v)+" in a namespace", func(t *testing.T) {
						c.session(t, r, v, "/t/wire").speak()
					})
				}
			})
		}
	}
}

// No client is known to send a request before the one in front of it was answered; proxies and load
// tests do.
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
					if answered := s.read(step.method); answered.status != step.status {
						t.Errorf("%s: status %d, want %d: %s", step.name, answered.status,
							step.status, answered.body)
					}
				}
			})
		}
	}
}

// session is a client that speaks to a mock over one connection.
type session struct {
	*testing.T
	client  *client
	release release
	version version.Version
	base    string // path of the base URL

	mock    *mockserver.TestServer
	conn    net.Conn
	answers *bufio.Reader
	bearers map[string]string // by user
}

// now is when the requests were written: what they call a date in the future is one.
func now() time.Time { return time.Date(2026, time.November, 22, 4, 0, 0, 0, time.UTC) }

// patience is how long a mock has for its answers to a session. It is there to fail, not to pass.
const patience = time.Minute

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
	late := time.AfterFunc(patience, func() { _ = conn.Close() })
	t.Cleanup(func() {
		late.Stop()
		_ = conn.Close()
	})
	return &session{
		T: t, client: c, release: r, version: v, base: base,
		mock: mock, conn: conn, answers: bufio.NewReader(conn), bearers: map[string]string{},
	}
}

// speak makes the requests of the client, each in the tenant that the mock starts with.
func (s *session) speak() {
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
	answered := s.exchange(s.request(w, w.user()))
	for _, wrong := range w.differences(answered, s.version) {
		s.Error(wrong)
	}
	s.checkJournal(w, answered)
	s.checkCauses(w, answered)
	if s.Failed() {
		s.Logf("status %d\n%s", answered.status, answered.body)
	}
}

// checkJournal holds what the mock tells of the request against what it is known to be.
func (s *session) checkJournal(w wire, answered answer) {
	journal, err := s.mock.Control().Requests(s.Context(), control.Match{}, 0)
	if err != nil {
		s.Fatal(err)
	}
	if len(journal.Requests) != 1 {
		s.Fatalf("the journal has %d requests, want 1", len(journal.Requests))
	}
	told := journal.Requests[0]
	if told.ID != answered.header.Get("SLPT-Request-ID") || told.Status != answered.status {
		s.Errorf("the journal tells of %s, status %d", told.ID, told.Status)
	}
	var kinds []string
	for _, f := range told.Findings {
		kinds = append(kinds, f.Kind)
	}
	if diff := cmp.Diff(w.Findings, kinds); diff != "" {
		s.Errorf("findings (-want +got):\n%s%v", diff, told.Findings)
	}
	if diff := cmp.Diff(w.Rules, told.Rules, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("rules (-want +got):\n%s%v", diff, told.Reasons)
	}
}

// checkCauses compares the causes of a rejected request with the golden file. They are the same in
// every version and namespace.
func (s *session) checkCauses(w wire, answered answer) {
	var rejected struct{ Causes []struct{ Text string } }
	if json.Unmarshal(answered.body, &rejected) != nil || len(rejected.Causes) == 0 {
		return
	}
	var texts []string
	for _, cause := range rejected.Causes {
		texts = append(texts, cause.Text)
	}
	golden.Check(s, "testdata/causes.golden", s.client.Name+"/"+w.name, strings.Join(texts, "\n"))
}

// logIn gets a user's bearer as the client does, once. A second login, which some clients make
// before each call, leaves the first bearer good.
func (s *session) logIn(user string) {
	if s.bearers[user] != "" {
		return
	}
	login := s.client.named(s.T, "login")
	var bearers [2]string
	for i := range bearers {
		answered := s.exchange(s.request(login, user))
		if bearers[i] = property(answered.body, "access_token"); bearers[i] == "" {
			s.Fatalf("%s cannot log in: status %d: %s", user, answered.status, answered.body)
		}
	}
	s.bearers[user] = bearers[0]
}

// request fills in what a request of this session has.
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

func (s *session) exchange(request []byte) answer {
	s.Helper()
	s.write(request)
	method, _, _ := bytes.Cut(request, []byte(" "))
	answered := s.read(string(method))
	if s.answers.Buffered() > 0 {
		s.Fatalf("%d bytes stand behind the answer", s.answers.Buffered())
	}
	return answered
}

func (s *session) write(requests []byte) {
	s.Helper()
	if _, err := s.conn.Write(requests); err != nil {
		s.Fatal(err)
	}
}

// read takes the answer to a request of this method from the connection, which has to stay open.
func (s *session) read(method string) answer {
	s.Helper()
	answered, err := http.ReadResponse(s.answers, &http.Request{Method: method})
	if err != nil {
		s.Fatal(err)
	}
	defer answered.Body.Close() //nolint:errcheck // it was read to its end
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		s.Fatal(err)
	}
	if answered.Close {
		s.Error("the mock ends the connection, which the client wants to use again")
	}
	return answer{answered.StatusCode, answered.Header, body}
}
