package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"patmock": main, "get": get})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"wait-for": waitFor, "fetch": fetch, "hold": hold, "exits": exits,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// patience is how long a script waits for a process before it fails.
const patience = time.Minute

// waitFor waits until a file holds a match of a regular expression, whose first group it puts
// into a variable: wait-for FILE REGEXP NAME. A process in the background writes the file.
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

// fetch gets a URL and puts its status and body on standard output: fetch URL.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fetch URL")
	}
	answered, err := http.Get(args[0])
	ts.Check(err)
	defer answered.Body.Close() //nolint:errcheck // it is read to its end
	body, err := io.ReadAll(answered.Body)
	ts.Check(err)
	_, err = fmt.Fprintf(ts.Stdout(), "%d %s\n", answered.StatusCode, body)
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

// get is a command that gets a URL, in which variables stand for their values.
func get() {
	answered, err := http.Get(os.ExpandEnv(os.Args[1]))
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = answered.Body.Close()
}

// exits runs patmock and expects an exit code: exits CODE ARGUMENT...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGUMENT...")
	}
	err := ts.Exec("patmock", args[1:]...)
	got := "exit status 0"
	if err != nil {
		got = err.Error()
	}
	if !strings.HasSuffix(got, "exit status "+args[0]) {
		ts.Fatalf("patmock %s: %s, want exit status %s", strings.Join(args[1:], " "), got, args[0])
	}
}
