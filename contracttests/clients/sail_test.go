package clients_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec/version"
)

// sailName is the name of a link to the test program that runs it as sail.
const sailName = "sail"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == sailName {
		if err := sail(os.Args[1:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "Error:", err)
			os.Exit(1)
		}
		return
	}
	golden.Main(m)
}

// sail does what sail api of sailpoint-cli 2.2.10 does, which cannot be installed from a registry.
// It makes the same calls of net/http, and succeeds whatever the status is.
//
// observed: sailpoint-oss/sailpoint-cli 2.2.10, cmd/api and internal/client/client.go
func sail(arguments []string, out io.Writer) error {
	if len(arguments) < 3 || arguments[0] != "api" {
		return fmt.Errorf("expected api METHOD PATH, got %q", arguments)
	}
	var headers, query texts
	flags := flag.NewFlagSet(sailName, flag.ContinueOnError)
	flags.Var(&headers, "H", "")
	flags.Var(&query, "q", "")
	body := flags.String("b", "", "")
	method := strings.ToUpper(arguments[1])
	defaultType := map[string]string{"PATCH": "application/json-patch+json"}[method]
	contentType := flags.String("c", defaultType, "")
	if err := flags.Parse(arguments[3:]); err != nil {
		return err
	}
	target := "/" + strings.TrimPrefix(arguments[2], "/")
	if len(query) > 0 {
		values := url.Values{}
		for _, pair := range query {
			name, value, _ := strings.Cut(pair, "=")
			values.Add(name, value)
		}
		target += "?" + values.Encode()
	}
	var reader io.Reader
	if *body != "" {
		reader = strings.NewReader(*body)
	}
	bearer, err := sailLogin()
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, os.Getenv("SAIL_BASE_URL")+target, reader)
	if err != nil {
		return err
	}
	request.Header.Add("Authorization", "Bearer "+bearer)
	request.Header.Add("Accept", "application/json")
	if reader != nil {
		if *contentType == "" {
			*contentType = "application/json"
		}
		request.Header.Add("Content-Type", *contentType)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\nStatus: %s\n", text, response.Status)
	return err
}

// sailLogin sends the grant type in the query, and the credentials as a form.
func sailLogin() (bearer string, err error) {
	form := url.Values{
		"client_id":     {os.Getenv("SAIL_CLIENT_ID")},
		"client_secret": {os.Getenv("SAIL_CLIENT_SECRET")},
	}
	response, err := http.PostForm(
		os.Getenv("SAIL_BASE_URL")+"/oauth/token?grant_type=client_credentials", form)
	if err != nil {
		return "", err
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", errors.New("failed to retrieve access token. status " + response.Status)
	}
	return property(text, "access_token"), nil
}

// texts is a flag that can be given more than once.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

// newPath returns a PATH with patmock, sail and the programs of npm.
func newPath(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(buildPatmock(t))
	if err := os.Symlink(self, filepath.Join(dir, sailName)); err != nil {
		t.Fatal(err)
	}
	installed, err := filepath.Abs("tools/node_modules/.bin")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join([]string{dir, installed, os.Getenv("PATH")}, string(os.PathListSeparator))
}

// The forms in testdata/wire are the bytes of the calls that the source makes.
func TestSail_SendsWireForms(t *testing.T) {
	c := readClient(t, "testdata/wire/cli.txtar")
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			_, _ = io.WriteString(w, `{"access_token":"BEARER"}`)
			return
		}
		got, _ = httputil.DumpRequest(r, true)
	}))
	t.Cleanup(server.Close)
	t.Setenv("SAIL_BASE_URL", server.URL)
	tokens := version.V1.CollectionPath()
	date := `"2026-12-22T04:02:13Z"`
	patch := `[{"op":"replace","path":"/name","value":"by the cli"}]`
	bulk := `{"ids":["` + laptop + `"],"patch":[{"op":"replace","path":"/expirationDate","value":` +
		date + `}]}`
	create := `{"name":"cli","expirationDate":` + date + `}`
	for name, arguments := range map[string][]string{
		"api get -q owner-id=me": {"get", tokens, "-q", "owner-id=me"},
		"api get -q owner-id=me -q 'filters=lastUsed isnull'": {
			"get", tokens, "-q", "owner-id=me", "-q", "filters=lastUsed isnull",
		},
		"api get of one token": {"get", tokens + "/" + laptop},
		"api post -H 'Content-Type: application/json'": {
			"post", tokens, "-b", create, "-H", "Content-Type: application/json",
		},
		"api post without a name": {"post", tokens, "-b", `{"title":"cli"}`},
		"api patch":               {"patch", tokens + "/" + laptop, "-b", patch},
		"api patch -c application/json": {
			"patch", tokens + "/" + laptop, "-b", patch, "-c", "application/json",
		},
		"api patch -c application/json, in bulk": {
			"patch", tokens + "/bulk-update", "-b", bulk, "-c", "application/json",
		},
		"api post, in bulk": {"post", tokens + "/bulk-update", "-b", bulk},
		"api put":           {"put", tokens + "/" + laptop, "-b", `{"name":"by the cli"}`},
		"api delete":        {"delete", tokens + "/" + laptop},
	} {
		t.Run(name, func(t *testing.T) {
			if err := sail(append([]string{"api"}, arguments...), io.Discard); err != nil {
				t.Fatal(err)
			}
			want := c.named(t, name).render(t, map[string]string{
				"base": "", "tokens": tokens, "id": laptop, "bearer": "BEARER",
				"host": strings.TrimPrefix(server.URL, "http://"),
			})
			if diff := cmp.Diff(headerLines(want), headerLines(got)); diff != "" {
				t.Errorf("bytes (-wire +sail):\n%s", diff)
			}
		})
	}
}

// headerLines returns the lines of a request with the header sorted, since DumpRequest sorts it.
func headerLines(request []byte) []string {
	head, body, _ := bytes.Cut(request, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	slices.Sort(lines[1:])
	return append(lines, string(body))
}

// Since sail ends with 0 for every status, exec --check has to fail when it breaks a rule. Errors
// that a client may meet are counted by control verify.
func TestSail_Check(t *testing.T) {
	path := newPath(t)
	const tokens = "/v2026/personal-access-tokens"
	unknown := tokens + "/00000000000000000000000000000000"
	fault := "patmock " + "control fault add --status 500 --operation list >/dev/null && "
	for _, test := range []struct {
		name, command string
		status, want  int
	}{
		{"list", "sail api get " + tokens + " -q owner-id=me", 200, 0},
		{"unknown property", "sail api post " + tokens +
			` -b '{"name":"x","expirationDate":"2099-01-01T00:00:00Z","expires":1}'`, 200, 1},
		{"missing property", "sail api post " + tokens + " -b '{}'", 400, 1},
		{"date in the past", "sail api post " + tokens +
			` -b '{"name":"x","expirationDate":"2001-01-01T00:00:00Z"}'`, 400, 0},
		{"unknown token", "sail api delete " + unknown, 404, 0},
		{"wrong method", "sail api get " + unknown, 405, 1},
		{"wrong content type", "sail api patch " + unknown + " -b [] -c application/json", 415, 1},
		{"fault", fault + "sail api get " + tokens + " -q owner-id=me", 500, 0},
		{"another API", "sail api get /v3/accounts", 501, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			status := strconv.Itoa(test.status)
			out, code := runShell(t, path, "patmock exec -- sh -c \"$COMMAND\"",
				"COMMAND="+test.command)
			if code != 0 || !strings.Contains(out, "Status: "+status) {
				t.Errorf("without a check: exit code %d, %s, want 0 and status %s", code, out,
					status)
			}
			out, code = runShell(t, path, "patmock exec --check -- sh -c \"$COMMAND\"",
				"COMMAND="+test.command)
			if code != test.want {
				t.Errorf("with a check: exit code %d, want %d: %s", code, test.want, out)
			}
			out, code = runShell(t, path, "patmock exec -- sh -c \"$COMMAND\"",
				"COMMAND="+test.command+" && patmock control verify --times 0 --status "+status)
			if code != 1 {
				t.Errorf("with control verify: exit code %d, want 1: %s", code, out)
			}
		})
	}
}

// runShell runs a command, and returns its output and exit code.
func runShell(
	t *testing.T, path, command string, variables ...string,
) (out string, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", command)
	c.Dir = "../.."
	c.Env = slices.Concat([]string{"PATH=" + path, "HOME=" + t.TempDir()}, variables)
	text, err := c.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return string(text), c.ProcessState.ExitCode()
}
