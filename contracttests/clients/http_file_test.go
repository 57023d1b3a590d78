package clients_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/patmock/spec/version"
)

// httpFile is a file of requests as REST Client of VS Code and Visual Studio read it: variables,
// and requests between lines that begin with ###.
//
// published: https://github.com/Huachao/vscode-restclient#usage
type httpFile struct {
	variables map[string]string
	requests  []httpFileRequest
}

// httpFileRequest is a request of a file, before its variables are replaced.
type httpFileRequest struct {
	title string
	// name is set by @name, and empty without it. Later requests use the response by that name.
	name   string
	method string
	url    string
	header []string
	body   string
}

func parseHTTPFile(t *testing.T, text string) httpFile {
	t.Helper()
	head, rest, found := strings.Cut(text, "\n### ")
	file := httpFile{variables: map[string]string{}}
	for line := range strings.Lines(head) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " = "); ok {
			file.variables[strings.TrimPrefix(name, "@")] = value
		}
	}
	for found {
		var section string
		section, rest, found = strings.Cut(rest, "\n### ")
		file.requests = append(file.requests, parseHTTPFileRequest(t, section))
	}
	return file
}

func parseHTTPFileRequest(t *testing.T, section string) httpFileRequest {
	t.Helper()
	var r httpFileRequest
	head, body, _ := strings.Cut(section, "\n\n")
	r.body = strings.TrimSpace(body)
	for i, line := range strings.Split(strings.TrimSpace(head), "\n") {
		switch {
		case i == 0:
			r.title = line
		case strings.HasPrefix(line, "# @name "):
			r.name = strings.TrimPrefix(line, "# @name ")
		case strings.HasPrefix(line, "#"):
		case r.method == "":
			r.method, r.url, _ = strings.Cut(line, " ")
		default:
			r.header = append(r.header, line)
		}
	}
	if r.title == "" || r.method == "" || r.url == "" {
		t.Fatalf("no request: %q", section)
	}
	return r
}

var placeholder = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// fill replaces the variables of a text: those of the file, and properties of earlier responses.
func (f httpFile) fill(t *testing.T, text string, responses map[string]map[string]any) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		expression := placeholder.FindStringSubmatch(match)[1]
		if value, ok := f.variables[expression]; ok {
			return f.fill(t, value, responses)
		}
		name, property, ok := strings.Cut(expression, ".response.body.$.")
		value, isText := responses[name][property].(string)
		if !ok || !isText {
			t.Fatalf("there is no variable %s", expression)
		}
		return value
	})
}

var statusOfTitle = regexp.MustCompile(`: (\d{3})\b`)

// Each request of the file returns the status in its title.
func TestRequests_Editor(t *testing.T) {
	t.Parallel()
	m := newRequestsMock(t)
	text, err := os.ReadFile(editorFile)
	if err != nil {
		t.Fatal(err)
	}
	file := parseHTTPFile(t, string(text))
	file.variables["base"] = m.URL
	file.variables["client_id"], file.variables["client_secret"] = m.id, m.secret
	responses := map[string]map[string]any{}
	for _, r := range file.requests {
		status, body := file.send(t, r, responses)
		if want := statusOfTitle.FindStringSubmatch(r.title); want == nil ||
			want[1] != strconv.Itoa(status) {
			t.Errorf("%s: status %d: %v", r.title, status, body)
		}
		responses[r.name] = body
	}
	m.check(version.V2026)
}

// send sends a request, and returns the status and the object in the body, if there is one.
func (f httpFile) send(
	t *testing.T, r httpFileRequest, responses map[string]map[string]any,
) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), r.method, f.fill(t, r.url, responses),
		strings.NewReader(f.fill(t, r.body, responses)))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range r.header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, f.fill(t, value, responses))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	_ = json.Unmarshal(text, &body) // a list is not used
	return response.StatusCode, body
}

func TestParseHTTPFile(t *testing.T) {
	file := parseHTTPFile(t, "# About\n@a = x\n@b = {{a}}/y\n\n### First: 200\n# @name first\n"+
		"POST {{b}}\nK: {{a}}\n\n{\"z\": 1}\n\n### Second: 204\nGET {{first.response.body.$.z}}\n")
	if len(file.requests) != 2 {
		t.Fatalf("requests %+v, want two", file.requests)
	}
	first := fmt.Sprintf("%+v", file.requests[0])
	if want := `{title:First: 200 name:first method:POST url:{{b}} header:[K: {{a}}] body:{"z": ` +
		`1}}`; first != want {
		t.Errorf("first request %s, want %s", first, want)
	}
	responses := map[string]map[string]any{"first": {"z": "v"}}
	if got := file.fill(t, "{{b}} "+file.requests[1].url, responses); got != "x/y v" {
		t.Errorf("filled text %q, want %q", got, "x/y v")
	}
}
