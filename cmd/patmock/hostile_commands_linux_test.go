package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// hostileVariable enables the slow targets, which take a quarter of an hour.
const hostileVariable = "PATMOCK_HOSTILE"

// measurement is the outcome of a command with its duration and memory.
type measurement struct {
	code     int
	took     time.Duration
	megabyte int // maximum resident memory
	output   string
}

// atHostile runs a command of the contract against a target and measures it.
func atHostile(t *testing.T, binary, dir, address string, args ...string) measurement {
	t.Helper()
	host := strings.TrimPrefix(address, "http://")
	c := exec.Command(binary,
		append([]string{"contract", args[0], "--target", address, "--allow-writes", host},
			args[1:]...)...)
	c.Dir = dir
	c.Env = []string{
		"HOME=" + dir, "SAIL_CLIENT_ID=facefacefacefacefacefacefaceface",
		"SAIL_CLIENT_SECRET=" + strings.Repeat("face", 16),
	}
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	started := time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Wait() // the exit code reports it
	}()
	m := measurement{}
	late := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Signal(syscall.SIGKILL) })
	defer late.Stop()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ended:
			tick.Stop()
			m.took, m.code, m.output = time.Since(started), c.ProcessState.ExitCode(),
				output.String()
			return m
		case <-tick.C:
			m.megabyte = max(m.megabyte, peakMemory(c.Process.Pid))
		}
	}
}

// peakMemory returns the maximum resident memory of a process in MB, or 0 if it has ended.
func peakMemory(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(kilobytes)
	return n / 1024
}

// TestContract_EndsAtHostileTargets runs commands against targets that hang, send garbage or flood.
// Each command ends within a minute and uses little memory. A list that is too long takes two
// seconds.
func TestContract_EndsAtHostileTargets(t *testing.T) {
	t.Parallel() // it mostly waits
	full := os.Getenv(hostileVariable) != ""
	binary := program(t)
	var leaked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		leaked.Add(1)
	}))
	defer other.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // it accepts no connection
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close() //nolint:errcheck // the test ends
	targets := append(hostileTargets(other.URL), hostileTarget{name: "no accept", slow: true})
	t.Run("target", func(t *testing.T) { // it ends when all subtests have ended
		for _, h := range targets {
			if h.slow && !full {
				continue
			}
			t.Run(h.name, func(t *testing.T) {
				if full {
					t.Parallel() // it mostly waits
				}
				address := "http://" + silent.Addr().String()
				if h.serve != nil {
					address = h.start(t)
				}
				checkAtHostile(t, binary, address, h)
			})
		}
	})
	if leaked.Load() > 0 {
		t.Errorf("%d requests went to another host", leaked.Load())
	}
}

// checkAtHostile runs the commands against a target and logs a row of the table for each.
func checkAtHostile(t *testing.T, binary, address string, h hostileTarget) {
	t.Helper()
	for _, command := range [][]string{
		{"run", "--report", "junit=report.xml", "--report", "text=report.txt"},
		{"doctor"},
		{"sweep"},
	} {
		dir := t.TempDir()
		m := atHostile(t, binary, dir, address, command...)
		t.Logf("%-48s %-7s exit %d %5.1f s %4d MB", h.name, command[0], m.code, m.took.Seconds(),
			m.megabyte)
		limit := time.Minute
		if strings.Contains(h.name, "400,000") {
			limit = 20 * time.Second // two on an idle machine
		}
		if m.code < cli.ExitFailed || m.took > limit || m.megabyte > 200 {
			t.Errorf("%s ends with %d after %s and %d MB: %s", command[0], m.code, m.took,
				m.megabyte, m.output)
		}
		if command[0] == "run" && junitCounts(t, filepath.Join(dir, "report.xml")) == "0/0/0" {
			t.Error("the report has no error")
		}
	}
}

// TestContractRun_EndsAtSignals sends signals to a run whose target hangs.
func TestContractRun_EndsAtSignals(t *testing.T) {
	t.Parallel() // it mostly waits
	binary := program(t)
	for _, test := range []struct {
		name, at string
		args     []string
		signals  []os.Signal
		within   time.Duration // since the last signal
	}{
		{
			"--timeout", "POST /oauth/token",
			[]string{"run", "--timeout", "1s"},
			nil,
			3 * time.Second,
		},
		{
			"Ctrl-C in the login", "POST /oauth/token",
			[]string{"run"},
			[]os.Signal{os.Interrupt},
			2 * time.Second,
		},
		{
			"SIGTERM in the login", "POST /oauth/token", []string{"run"}, []os.Signal{
				syscall.SIGTERM,
			}, 2 * time.Second,
		},
		{
			"SIGTERM in a write", "POST /v2026/personal-access-tokens",
			[]string{"run"},
			[]os.Signal{syscall.SIGTERM},
			10 * time.Second,
		},
		{
			"Ctrl-C twice in a write", "POST /v2026/personal-access-tokens",
			[]string{"run"},
			[]os.Signal{os.Interrupt, os.Interrupt},
			2 * time.Second,
		},
		{
			"Ctrl-C of the doctor", "POST /oauth/token", []string{"doctor"}, []os.Signal{
				os.Interrupt,
			}, 2 * time.Second,
		},
		{
			"Ctrl-C of a sweep", "POST /oauth/token",
			[]string{"sweep"},
			[]os.Signal{os.Interrupt},
			2 * time.Second,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{}, 100)
			server := httptest.NewServer(http.HandlerFunc(func(
				w http.ResponseWriter, r *http.Request,
			) {
				// otherwise the server does not notice the disconnect
				_, _ = io.Copy(io.Discard, r.Body)
				switch {
				case r.Method+" "+r.URL.Path == test.at:
					arrived <- struct{}{}
					<-r.Context().Done()
				case r.URL.Path == "/oauth/token":
					hostileStatus(200, "application/json",
						`{"access_token":"a","token_type":"bearer","expires_in":43199,`+
							`"scope":"sp:scopes:all","identity_id":"i"}`)(w, r)
				case r.Method == http.MethodGet &&
					strings.HasSuffix(r.URL.Path, "personal-access-tokens"):
					hostileStatus(200, "application/json", "[]")(w, r)
				default:
					http.NotFound(w, r)
				}
			}))
			t.Cleanup(func() {
				server.CloseClientConnections()
				server.Close()
			})
			dir := t.TempDir()
			args := append(append([]string{"contract"}, test.args...), "--target", server.URL,
				"--allow-writes", strings.TrimPrefix(server.URL, "http://"))
			if test.args[0] == "run" {
				args = append(args, "--run", "^create/", "--versions", "v2026", "--report",
					"junit=report.xml")
			}
			c := exec.Command(binary, args...)
			c.Dir = dir
			c.Env = []string{
				"HOME=" + dir, "SAIL_CLIENT_ID=facefacefacefacefacefacefaceface",
				"SAIL_CLIENT_SECRET=" + strings.Repeat("face", 16),
			}
			var output bytes.Buffer
			c.Stdout, c.Stderr = &output, &output
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				_ = c.Wait() // the exit code reports it
				close(ended)
			}()
			select {
			case <-arrived:
			case <-ended:
				// under load, the time limit passes before the login arrives
				if len(test.signals) > 0 ||
					!strings.Contains(output.String(), "timeout reached (--timeout)") {
					t.Fatalf("exit code %d before %s arrived: %s", c.ProcessState.ExitCode(),
						test.at, output.String())
				}
			}
			last, code := time.Now(), cli.ExitInterrupted
			if len(test.signals) == 0 {
				code = cli.ExitUnreachable
			}
			for i, s := range test.signals {
				if i > 0 {
					time.Sleep(300 * time.Millisecond) // the first one must arrive separately
				}
				last = time.Now()
				if err := c.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
					t.Fatal(err)
				}
			}
			<-ended
			if took := time.Since(last); took > test.within || c.ProcessState.ExitCode() != code {
				t.Errorf("exit code %d after %s, want %d within %s: %s", c.ProcessState.ExitCode(),
					took, code, test.within, output.String())
			}
			if test.args[0] != "run" || len(test.signals) > 1 {
				return
			}
			if counted := junitCounts(t, filepath.Join(dir, "report.xml")); counted != "0/1/0" &&
				!strings.Contains(counted, "/1/") {
				t.Errorf("the report counts %s, want one error", counted)
			}
		})
	}
}
