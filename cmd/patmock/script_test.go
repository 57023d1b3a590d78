package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
	"example.com/patmock/cmd/patmock/internal/job"
	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) {
	if code, ok := job.Helper(os.Args[1:]); ok { // of an exec in this process
		os.Exit(code)
	}
	// Many tests mostly wait. The parallel flag must be set before it is parsed.
	if err := flag.Set("test.parallel", strconv.Itoa(max(6, 3*runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	testscript.Main(finishing{m}, map[string]func(){
		"patmock": patmock, "get": get, "create": create,
	})
}

// finishing writes golden files after the tests, and removes what they built.
type finishing struct{ m *testing.M }

// Run implements testscript.TestingM.
func (f finishing) Run() int {
	defer removeProgram()
	return golden.Finish(f.m.Run())
}

func TestScripts(t *testing.T) {
	t.Parallel() // it mostly waits
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"wait-for": waitFor, "fetch": fetch, "hold": hold, "exits": exits, "json": checkJSON,
			"message": func(ts *testscript.TestScript, neg bool, args []string) {
				compareMessage(t, ts, neg, args)
			},
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// patience limits the wait of a script for a process.
const patience = time.Minute

// waitFor waits until a file matches a regular expression, and sets a variable to its first group:
// wait-for FILE REGEXP NAME. A background process writes the file.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: wait-for FILE REGEXP NAME")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	deadline := time.Now().Add(patience)
	for {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if found := pattern.FindSubmatch(text); err == nil && found != nil {
			ts.Setenv(args[2], string(found[1]))
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no %s in %s after %s: %s", args[1], args[0], patience, text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// fetch gets a URL, checks the status and prints the body: fetch STATUS URL [CA]. CA is the only
// authority to trust.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: fetch STATUS URL [CA]")
	}
	client := http.DefaultClient
	if len(args) == 3 {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(ts.ReadFile(args[2]))) {
			ts.Fatalf("%s has no certificate", args[2])
		}
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
		}
		ts.Defer(transport.CloseIdleConnections)
		client = &http.Client{Transport: transport}
	}
	resp, err := client.Get(args[1])
	ts.Check(err)
	defer resp.Body.Close() //nolint:errcheck // it is read to its end
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s: status %d, want %s: %s", args[1], resp.StatusCode, args[0], body)
	}
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
}

// hold opens a connection and sends nothing on it until the script ends: hold ADDRESS.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold ADDRESS")
	}
	connection, err := net.Dial("tcp", args[0])
	ts.Check(err)
	ts.Defer(func() { _ = connection.Close() }) // the mock may have closed it
}

// get is a command that gets a URL after expanding variables in it.
func get() {
	resp, err := http.Get(os.ExpandEnv(os.Args[1]))
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = resp.Body.Close()
}

// subjectFile is the variable with the file for the subject of a command's error.
const subjectFile = "SUBJECT_FILE"

// patmock is the command under test, which also writes the subject of its error for exits.
func patmock() {
	env := cli.ProcessEnv()
	env.ErrorColumns = 0 // golden messages replace paths of different lengths
	code, err := root.Run(context.Background(), os.Args[1:], env)
	if file := os.Getenv(subjectFile); file != "" {
		if err := os.WriteFile(file, []byte(subject(err)), 0o600); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

// exits runs patmock and checks its exit code and the subject of its error: exits CODE[:SUBJECT]
// ARGUMENT...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE[:SUBJECT] ARGUMENT...")
	}
	file := ts.MkAbs(".subject")
	ts.Setenv(subjectFile, file)
	err := ts.Exec("patmock", args[1:]...)
	ts.Setenv(subjectFile, "")
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	about, err := os.ReadFile(file)
	ts.Check(err)
	ts.Check(os.Remove(file))
	if len(about) > 0 {
		got += ":" + string(about)
	}
	if got != args[0] {
		line := strings.Join(args[1:], " ")
		ts.Fatalf("patmock %s: exit code and subject are %s, want %s", line, got, args[0])
	}
}

// compareMessage compares the standard error of the last command, or another file, with the golden
// file: message [FILE] KEY.
func compareMessage(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: message [FILE] KEY")
	}
	file, key := "stderr", args[len(args)-1]
	if len(args) == 2 {
		file = args[0]
	}
	text := strings.ReplaceAll(ts.ReadFile(file), ts.Getenv("WORK"), "$WORK")
	if strings.TrimSpace(text) == "" {
		ts.Fatalf("%s is empty", file)
	}
	checkMessage(scriptT{t, ts}, "script/"+ts.Name()+"/"+key, text)
}

// scriptT adapts a script to testing.TB.
type scriptT struct {
	*testing.T
	ts *testscript.TestScript
}

// Errorf implements testing.TB.
func (t scriptT) Errorf(format string, args ...any) { t.ts.Fatalf(format, args...) }

// Fatal implements testing.TB.
func (t scriptT) Fatal(args ...any) { t.ts.Fatalf("%s", fmt.Sprint(args...)) }

// checkJSON checks a value in a JSON document or in lines of JSON: json FILE POINTER VALUE. In the
// pointer * is any element and length their number. A value that begins with ~ is a regular
// expression. Strings are compared without quotation marks. A missing value is an error, even if
// the check is negated.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: [!] json FILE POINTER VALUE")
	}
	var all []any
	for decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0]))); ; {
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			ts.Fatalf("%s: %v", args[0], err)
		}
		all = append(all, value)
	}
	var root any = all
	if len(all) == 1 {
		root = all[0]
	}
	var got []string
	for _, value := range valuesAt(root, strings.Split(args[1], "/")[1:]) {
		text, ok := value.(string)
		if !ok {
			encoded, err := json.Marshal(value)
			ts.Check(err)
			text = string(encoded)
		}
		got = append(got, text)
	}
	matches := func(text string) bool { return text == args[2] }
	if pattern, found := strings.CutPrefix(args[2], "~"); found {
		expression, err := regexp.Compile(pattern)
		ts.Check(err)
		matches = expression.MatchString
	}
	if len(got) == 0 || slices.ContainsFunc(got, matches) == neg {
		ts.Fatalf("%s has %q at %s, want %s (negated: %t)", args[0], got, args[1], args[2], neg)
	}
}

// valuesAt returns the values at a position of a JSON value.
func valuesAt(value any, pointer []string) []any {
	if len(pointer) == 0 {
		return []any{value}
	}
	var elements []any
	switch value := value.(type) {
	case []any:
		elements = value
		if i, err := strconv.Atoi(pointer[0]); err == nil && i < len(elements) {
			return valuesAt(elements[i], pointer[1:])
		}
	case map[string]any:
		elements = slices.Collect(maps.Values(value))
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(pointer[0])
		if member, ok := value[name]; ok {
			return valuesAt(member, pointer[1:])
		}
	}
	var all []any
	switch pointer[0] {
	case "length":
		all = []any{len(elements)}
	case "*":
		for _, element := range elements {
			all = append(all, valuesAt(element, pointer[1:])...)
		}
	}
	return all
}
