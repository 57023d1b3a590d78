package clients_test

import (
	"context"
	"encoding/json"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
)

// A tool is a common program that uses the mock like a tenant.
type tool struct {
	name string
	// needs has programs, or files of the folder if there is a slash.
	dir   string
	needs []string
	// command may use the variables of newEnv.
	command string
	// want is the expected output.
	want *regexp.Regexp
	// does describes the tool in the README.
	does string
	// env returns more variables for the command. It may be nil.
	env func(t *testing.T) []string
}

// statuses prints the statuses in the journal.
const statuses = `curl -s "$PATMOCK_URL/_mock/requests" | grep -o '"status":[0-9]*'`

// afterChallenge matches a login that is rejected first.
var afterChallenge = regexp.MustCompile(`(?s)"token_type":"bearer".*:401\s+"status":200\s*$`)

var tools = []tool{
	{
		"curl --anyauth", "tools",
		[]string{"curl"},
		`curl -sS --fail --anyauth -u "$SAIL_CLIENT_ID:$SAIL_CLIENT_SECRET" -d ` +
			`grant_type=client_credentials "$SAIL_BASE_URL/oauth/token" && ` + statuses,
		afterChallenge, "logs in after the challenge", nil,
	},
	{
		"wget --spider", "tools",
		[]string{"wget"},
		`wget --spider -nv --tries=1 "$SAIL_BASE_URL/_mock/health" 2>&1`,
		regexp.MustCompile(`200 OK`), "probes the health by HEAD", nil,
	},
	{
		"wget --user", "tools",
		[]string{"wget", "curl"},
		`wget -nv -O - --tries=1 --user "$SAIL_CLIENT_ID" --password "$SAIL_CLIENT_SECRET" ` +
			`--post-data grant_type=client_credentials "$SAIL_BASE_URL/oauth/token" && ` + statuses,
		afterChallenge, "logs in after the challenge", nil,
	},
	{
		"Python urllib", "tools",
		[]string{"python3"},
		`python3 basic.py`,
		regexp.MustCompile(`^200 bearer\s*$`), "logs in by `HTTPBasicAuthHandler`", nil,
	},
	{
		"Java HttpClient", "tools",
		[]string{"java"},
		`java Login.java`,
		regexp.MustCompile(`^200 401\s*$`), "logs in by an `Authenticator`, and reads a 401", nil,
	},
	{
		"wait-on", "tools",
		[]string{"node", "node_modules/wait-on/bin/wait-on"},
		`node node_modules/wait-on/bin/wait-on -t 60s "$SAIL_BASE_URL/_mock/health" && echo ready`,
		regexp.MustCompile(`ready\s*$`), "waits for the health by HEAD", nil,
	},
	{
		"start-server-and-test", "tools",
		[]string{"node", "node_modules/start-server-and-test/src/bin/start.js"},
		`node node_modules/start-server-and-test/src/bin/start.js ` +
			`"$PATMOCK serve --addr $ADDR --log-level error" "http://$ADDR/_mock/health" ` +
			`"$PATMOCK healthcheck --url http://$ADDR" && ` +
			`! "$PATMOCK" healthcheck --url "http://$ADDR" && echo stopped`,
		regexp.MustCompile(`stopped\s*$`), "starts `patmock serve`, waits for its health, stops it",
		serverEnv,
	},
	{
		"vitest, node", "typescript",
		[]string{"node", "node_modules/vitest/vitest.mjs"},
		`node node_modules/vitest/vitest.mjs run --environment node browser`,
		regexp.MustCompile(`Tests .*4 passed`), "runs the TypeScript SDK", nil,
	},
	{
		"vitest, happy-dom", "typescript",
		[]string{"node", "node_modules/vitest/vitest.mjs", "node_modules/happy-dom"},
		`node node_modules/vitest/vitest.mjs run --environment happy-dom browser`,
		regexp.MustCompile(`Tests .*4 passed`), "runs the TypeScript SDK as in a page, with CORS",
		nil,
	},
	{
		"vitest, jsdom", "typescript",
		[]string{"node", "node_modules/vitest/vitest.mjs", "node_modules/jsdom"},
		`node node_modules/vitest/vitest.mjs run --environment jsdom browser`,
		regexp.MustCompile(`Tests .*4 passed`), "runs the TypeScript SDK as in a page, with CORS",
		nil,
	},
}

func TestTools(t *testing.T) {
	for _, test := range tools {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := driver{
				dir: test.dir, needs: test.needs, get: "npm ci, or install the program",
			}
			d.require(t)
			variables := append(newEnv(t), "NO_COLOR=1", "CI=true")
			if test.env != nil {
				variables = append(variables, test.env(t)...)
			}
			out := d.run(t, []string{"sh", "-c", test.command}, variables...)
			if !test.want.MatchString(out) {
				t.Errorf("%s wrote %q, want a match of %s", test.name, out, test.want)
			}
		})
	}
}

// serverEnv has the path of patmock and a free address for it.
func serverEnv(t *testing.T) []string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return []string{"PATMOCK=" + buildPatmock(t), "ADDR=" + address}
}

// buildPatmock builds the command, and returns its path.
func buildPatmock(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "patmock")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary,
		"example.com/patmock/cmd/patmock").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

// In a DOM environment the SDK needs what browser/setup.js does, and the CORS headers of the mock.
func TestTools_DOMLimits(t *testing.T) {
	for _, test := range []struct {
		name, cors string
		env        []string
		want       *regexp.Regexp
	}{
		{
			"without the setup the login has no form", mockserver.CORSLoopback,
			[]string{"SDK_AS_IS=1"},
			regexp.MustCompile(`Tests .*3 failed \| 1 passed`),
		},
		{
			"without CORS no response is readable", mockserver.CORSOff,
			nil, regexp.MustCompile(`Tests .*4 failed`),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := driver{
				dir: "typescript", get: "npm ci", needs: []string{
					"node", "node_modules/vitest/vitest.mjs", "node_modules/jsdom",
				},
			}
			d.require(t)
			variables := append(newEnv(t, mockserver.Config{CORS: test.cors}), "NO_COLOR=1",
				"CI=true")
			out, err := d.output(t, []string{
				"node", "node_modules/vitest/vitest.mjs", "run", "--environment", "jsdom",
				"browser",
			}, append(variables, test.env...)...)
			if err == nil || !test.want.MatchString(out) {
				t.Errorf("error %v, output %s, want an error and a match of %s", err, out,
					test.want)
			}
		})
	}
}

// browsers has headless browsers in order of preference.
var browsers = []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"}

// A page in a browser can use the API, but not the control API.
func TestBrowser(t *testing.T) {
	var browser string
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	switch {
	case browser != "":
	case os.Getenv("CI") == "true":
		t.Fatalf("there is none of %s", strings.Join(browsers, ", "))
	default:
		t.Skipf("there is none of %s", strings.Join(browsers, ", "))
	}
	environment := map[string]string{}
	for _, pair := range newEnv(t) {
		name, value, _ := strings.Cut(pair, "=")
		environment[name] = value
	}
	site := httptest.NewServer(http.FileServer(http.Dir("tools")))
	t.Cleanup(site.Close)
	query := url.Values{
		"base": {environment["SAIL_BASE_URL"]}, "id": {environment["SAIL_CLIENT_ID"]}, "secret": {
			environment["SAIL_CLIENT_SECRET"],
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu",
		"--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--user-data-dir="+filepath.Join(t.TempDir(), "profile"),
		"--virtual-time-budget=30000", "--dump-dom", site.URL+"/page.html?"+query.Encode())
	cmd.WaitDelay = 5 * time.Second
	page, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, page)
	}
	found := regexp.MustCompile(`(?s)<pre id="outcome">(.*?)</pre>`).FindSubmatch(page)
	if found == nil {
		t.Fatalf("the page is %s", page)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(html.UnescapeString(string(found[1]))), &got); err != nil {
		t.Fatalf("%v: %s", err, found[1])
	}
	want := map[string]any{
		"login": 200.0, "create": 200.0, "list": 200.0, "named": true, "error": 400.0,
		"tracked": true, "unauthorized": 401.0,
		"control": "refused", "reset": "refused", "kept": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}
