package clients_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// interceptDir has programs with the address of a tenant built in, as patmock exec --intercept runs
// them.
const interceptDir = "testdata/intercept"

// An interceptedProgram is a row of the table in docs/intercept.md.
type interceptedProgram struct {
	// name is the program in the table, and needs what it needs there.
	name, needs string
	driver      driver
	command     string
	// want is the expected output. Empty means that requests do not reach the mock.
	want string
}

var interceptedPrograms = []interceptedProgram{
	{
		"curl", "the proxy variables, `CURL_CA_BUNDLE`",
		driver{needs: []string{"curl"}},
		`curl -sS -o /dev/null -w '%{http_code} ' -d grant_type=client_credentials ` +
			`-d "client_id=$SAIL_CLIENT_ID" -d "client_secret=$SAIL_CLIENT_SECRET" ` +
			`https://acme.login.sailpoint.com/oauth/token && ` +
			`curl -sS -o /dev/null -w '%{http_code}\n' https://acme.identitynow.com/oauth/info`,
		"200 200",
	},
	{
		"wget", "the proxy variables, `WGETRC` if it is built with GnuTLS",
		driver{needs: []string{"wget"}},
		`wget -nv -O - https://acme.api.identitynow.com/oauth/info | grep -c tokenEndpoint`, "1",
	},
	{
		"Python, requests", "the proxy variables, `REQUESTS_CA_BUNDLE`",
		driver{dir: "schemathesis", needs: []string{".venv/bin/python"}, get: "./install"},
		".venv/bin/python ../testdata/intercept/requests_client.py", "200 200",
	},
	{
		"Python, urllib", "the proxy variables, `SSL_CERT_FILE`",
		driver{needs: []string{"python3"}},
		"python3 testdata/intercept/urllib_client.py", "200 200",
	},
	{
		"Python, urllib3's `PoolManager`", "not reached: use `ProxyManager`",
		driver{dir: "python", needs: []string{".venv-1/bin/python"}, get: "./install"},
		".venv-1/bin/python ../testdata/intercept/urllib3_client.py", "",
	},
	{
		"Python, SailPoint's SDK", "not reached: it reads `SAIL_BASE_URL`",
		driver{dir: "python", needs: []string{".venv-1/bin/python"}, get: "./install"},
		".venv-1/bin/python ../testdata/intercept/sdk_client.py", "",
	},
	{
		"Python, SailPoint's SDK with `configuration.proxy`", "`SSL_CERT_FILE`",
		driver{dir: "python", needs: []string{".venv-1/bin/python"}, get: "./install"},
		".venv-1/bin/python ../testdata/intercept/sdk_client.py proxy", "200",
	},
	{
		"Node 20, axios", "the proxy variables",
		driver{
			dir: "typescript", needs: []string{"node", "node_modules/axios"}, get: "npm ci",
		},
		"node ../testdata/intercept/axios_client.cjs", "200 200 200",
	},
	{
		"Node 20, fetch", "a preload in `NODE_OPTIONS`, `NODE_EXTRA_CA_CERTS`",
		driver{needs: []string{"node"}},
		"node testdata/intercept/fetch_client.mjs", "200 200 200",
	},
	{
		"Node 20, https and http", "a preload in `NODE_OPTIONS`, `NODE_EXTRA_CA_CERTS`",
		driver{needs: []string{"node"}},
		"node testdata/intercept/https_client.cjs", "200 200 200 200 200 200 true",
	},
	{
		"Java 17, `HttpClient` and `HttpURLConnection`", "`JAVA_TOOL_OPTIONS`",
		driver{needs: []string{"java"}},
		"java testdata/intercept/Client.java", "200 200 200",
	},
	{
		"Java 17 without `JAVA_TOOL_OPTIONS`", "not reached",
		driver{needs: []string{"java"}},
		"env -u JAVA_TOOL_OPTIONS java testdata/intercept/Ignoring.java", "",
	},
	{
		"Go on Linux", "the proxy variables, `SSL_CERT_FILE`",
		driver{needs: []string{"go"}},
		`"$GO_CLIENT"`, "200 200",
	},
}

// unusedNote is the end of exec if no request came through the proxy.
const unusedNote = "use it; it"

func TestIntercept(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the table is for Linux")
	}
	binary := buildPatmock(t)
	goClient := filepath.Join(t.TempDir(), "client")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", goClient,
		"./"+interceptDir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, p := range interceptedPrograms {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.driver.require(t)
			cmd := exec.CommandContext(t.Context(), binary, "exec", "--intercept",
				"--intercept-hosts", p.hosts(), "--check", "--", "sh", "-c", p.command)
			var stderr strings.Builder
			cmd.Dir, cmd.Stderr = p.driver.dir, &stderr
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GO_CLIENT=" + goClient,
			}
			out, err := cmd.Output()
			got := strings.TrimSpace(string(out))
			if p.want != "" && (got != p.want || err != nil) {
				t.Errorf("got %q, %v, want %q, standard error:\n%s", got, err, p.want, &stderr)
			}
			if unused := strings.Contains(stderr.String(), unusedNote); unused != (p.want == "") ||
				unused && err == nil {
				t.Errorf("the note about an unused proxy is wrong, %v, standard error:\n%s", err,
					&stderr)
			}
		})
	}
}

// hosts returns the hosts to intercept. Programs that ignore the proxy use a host that no DNS has.
func (p interceptedProgram) hosts() string {
	if p.want == "" || strings.Contains(p.command, "sdk_client") {
		return "*.api.identitynow.invalid"
	}
	return "*.api.identitynow.com,*.identitynow.com,*.login.sailpoint.com"
}

// The rows of docs/intercept.md are those of TestIntercept.
func TestInterceptPage_ListsPrograms(t *testing.T) {
	page, err := os.ReadFile("../../docs/intercept.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range interceptedPrograms {
		reached := "yes"
		if p.want == "" {
			reached = "no"
		}
		row := fmt.Sprintf("\n| %s | %s | %s |", p.name, reached, p.needs)
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/intercept.md lacks the row%s", row)
		}
	}
}

// clockTime matches the time of a line of the log.
var clockTime = regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`)

// The commands of docs/intercept.md run as they are, and have the output under them.
func TestInterceptPage_CommandRuns(t *testing.T) {
	page, err := os.ReadFile("../../docs/intercept.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```console\n\\$ (.*?)\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) < 3 {
		t.Fatalf("docs/intercept.md has %d commands", len(blocks))
	}
	binary := buildPatmock(t)
	for _, block := range blocks {
		command := string(block[1])
		t.Run(command, func(t *testing.T) {
			driver{needs: []string{"curl"}}.require(t)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", command+" 2>&1")
			cmd.Env = []string{
				"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
			}
			out, _ := cmd.CombinedOutput() // the page shows commands that fail, too
			got := clockTime.ReplaceAllString(string(out), "12:00:00")
			if strings.TrimSpace(got) != strings.TrimSpace(string(block[2])) {
				t.Errorf("got\n%swant\n%s", got, block[2])
			}
		})
	}
}
