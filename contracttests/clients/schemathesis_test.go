package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// schemathesis describes the directory of schemathesis, which has no driver.
var schemathesis = driver{
	dir: "schemathesis", needs: []string{".venv/installed.txt"}, get: "./install",
}

// A fuzzed document is the source of generated requests. Their responses are validated by it.
type fuzzed struct {
	// set is effective for a document of the mock, or published. Name is the name in package spec.
	set, name string
	// base is the path of its server, and links has the required links between operations.
	base  string
	links []string
	// open documents have no operation that needs a bearer.
	open bool
}

func (f fuzzed) String() string { return f.set + "/" + f.name }

func fuzzedDocuments() []fuzzed {
	documents := []fuzzed{{
		set: "effective", name: spec.OAuth, links: []string{
			"POST /oauth/token -> POST /oauth/check_token",
		}, open: true,
	}}
	for _, v := range version.All() {
		base, _, _ := strings.Cut(v.CollectionPath(), "/personal-access-tokens")
		collection := strings.TrimPrefix(v.CollectionPath(), base)
		links := []string{
			"POST " + collection + " -> GET " + collection,
			"POST " + collection + " -> PATCH " + collection + "/{id}",
			"POST " + collection + " -> DELETE " + collection + "/{id}",
		}
		for _, set := range []string{"effective", "published"} {
			documents = append(documents, fuzzed{
				set: set, name: string(v), base: base, links: links,
			})
		}
	}
	return documents
}

func TestSchemathesis(t *testing.T) {
	schemathesis.require(t)
	for _, document := range fuzzedDocuments() {
		t.Run(document.String(), func(t *testing.T) {
			t.Parallel()
			run := document.fuzz(t, nil)
			run.complete(t, document)
			for _, operation := range slices.Sorted(maps.Keys(run.operations)) {
				t.Run(operation, func(t *testing.T) { run.judge(t, operation) })
			}
			for _, finding := range run.unused {
				t.Errorf("a finding of findings.yaml did not occur: %s", finding)
			}
		})
	}
}

// A fuzzRun is the outcome of a run.
type fuzzRun struct {
	*fuzzReport
	// unused has the findings of findings.yaml that did not occur.
	unused []string
	// output is the output of schemathesis, and status its exit code: 1 for findings.
	output string
	status int
}

// fuzz runs schemathesis with the document against a namespace of a mock, maybe with a middleware.
// Time and random values of the mock and of schemathesis are fixed.
func (f fuzzed) fuzz(
	t *testing.T, around func(http.Handler) http.Handler, variables ...string,
) fuzzRun {
	t.Helper()
	location := f.published(t)
	mock := mockserver.Start(t, mockserver.Config{
		// To schemathesis the simplest date is the first of January 2000: it has to be ahead, by
		// less than six months.
		Now: func() time.Time {
			return time.Date(1999, time.December, 1, 0, 0, 0, 0, time.UTC)
		},
		RandomSeed: new(uint64(17280)), Log: slog.New(slog.DiscardHandler),
	})
	tenant := mock.Namespace(t, f.set+"-"+f.name)
	address := tenant.URL
	if around != nil {
		server := httptest.NewServer(around(mock.Server))
		t.Cleanup(server.Close)
		address = strings.Replace(address, mock.URL, server.URL, 1)
	}
	if f.set == "effective" {
		location = address + "/_mock/spec/" + f.name
	}
	login := clientcredentials.Config{
		TokenURL: tenant.URL + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams,
	}
	login.ClientID, login.ClientSecret = tenant.Credentials("admin")
	token, err := login.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	work := t.TempDir()
	events, unused := filepath.Join(work, "events.ndjson"), filepath.Join(work, "unused.json")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, ".venv/bin/st", "--no-color", "--config-file",
		"schemathesis.toml", "run", location, "--url", address+f.base, "--checks", "all",
		"--phases", "examples,coverage,fuzzing,stateful", "--report", "ndjson",
		"--report-ndjson-path", events)
	cmd.Dir, cmd.WaitDelay = schemathesis.dir, 5*time.Second
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + work, "HYPOTHESIS_STORAGE_DIRECTORY=" + work,
		"PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1",
		"PATMOCK_BEARER=" + token.AccessToken, "PATMOCK_DOCUMENT=" + f.String(),
		"PATMOCK_UNUSED=" + unused,
	}, variables...)
	output, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil &&
		(!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("schemathesis: %v, after it wrote\n%s", err, output)
	}
	run := fuzzRun{
		fuzzReport: readFuzzReport(t, events), output: string(output),
		status: cmd.ProcessState.ExitCode(),
	}
	text, err := os.ReadFile(unused)
	if err == nil {
		err = json.Unmarshal(text, &run.unused)
	}
	if err != nil {
		t.Fatalf("%v, after schemathesis wrote\n%s", err, output)
	}
	return run
}

// published returns the file of a published document, empty for other documents. It skips the test
// if the file is missing.
func (f fuzzed) published(t *testing.T) string {
	t.Helper()
	if f.set != "published" {
		return ""
	}
	dir := os.Getenv("PATMOCK_PUBLISHED_DIR")
	if dir == "" {
		t.Skip("PATMOCK_PUBLISHED_DIR is not set: there are no published documents")
	}
	file, err := filepath.Abs(filepath.Join(dir, f.name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%v: this published document is not there", err)
	}
	return file
}

// fuzzChecks has all checks of this version of schemathesis, and its time limit. Two checks have no
// effect: no document declares a response header, and no operation reads one object.
var fuzzChecks = []string{
	"allow_header_conformance", "content_type_conformance", "ensure_resource_availability",
	"ignored_auth", "max_response_time",
	"missing_required_header", "negative_data_rejection", "not_a_server_error",
	"object_level_authorization", "positive_data_acceptance",
	"response_headers_conformance", "response_schema_conformance", "status_code_conformance",
	"unsupported_method", "use_after_free",
}

// complete fails the test if the run is incomplete.
func (r fuzzRun) complete(t *testing.T, document fuzzed) {
	t.Helper()
	for _, trouble := range r.errors {
		t.Errorf("schemathesis could not do something: %s", trouble)
	}
	if r.stopped != "completed" || r.status != 0 && len(r.failures) == 0 {
		t.Errorf("schemathesis stopped with %d, %q, after it wrote\n%s", r.status, r.stopped,
			r.output)
	}
	for operation, failures := range r.failures {
		if !r.operations[operation] {
			t.Errorf("not of an operation, but of %q: %v", operation, failures)
		}
	}
	if diff := cmp.Diff([]string{"coverage", "examples", "fuzzing", "stateful"},
		slices.Sorted(maps.Keys(r.cases))); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	checks := slices.DeleteFunc(slices.Clone(fuzzChecks), func(check string) bool {
		return check == "ignored_auth" && document.open
	})
	if diff := cmp.Diff(checks, slices.Sorted(maps.Keys(r.checks))); diff != "" {
		t.Errorf("checks that judged something (-want +got):\n%s", diff)
	}
	for _, link := range document.links {
		if r.linked[link] == 0 {
			t.Errorf("it never came to %s", link)
		}
	}
	t.Logf("requests: %v; 2xx responses: %v; of those by links: %v", r.cases, r.accepted, r.linked)
}

// judge reports the failures of an operation, with their requests.
func (r fuzzRun) judge(t *testing.T, operation string) {
	if r.accepted[operation] == 0 {
		t.Error("no 2xx response")
	}
	const most = 3 // that a person reads
	source := map[string]int{}
	for _, failure := range r.failures[operation] {
		if source[failure.check]++; source[failure.check] <= most {
			t.Error(failure.text)
		}
	}
	for check, n := range source {
		if n > most {
			t.Errorf("%s: %d more", check, n-most)
		}
	}
}
