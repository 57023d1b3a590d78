package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/internal/sample"
)

// maxResident is the maximum resident memory of serve under each attack, in MB.
const maxResident = 400

// attack is a sequence of requests that consume memory.
type attack struct {
	name string
	run  func(t *testing.T, v *victim)
}

var attacks = []attack{
	{"unfinished bodies", func(t *testing.T, v *victim) {
		for range 400 {
			v.send(t, post("/v2026/personal-access-tokens", 900_000, strings.Repeat("x", 899_999)))
		}
		v.settle()
	}},
	{"bodies of many values", func(t *testing.T, v *victim) {
		body := `{"name":"x","scope":[1` + strings.Repeat(",1", 449_000) + `]}`
		for range 400 {
			v.send(t, post("/v2026/personal-access-tokens", len(body), body))
		}
		v.settle()
	}},
	{"journals of 30 namespaces", func(t *testing.T, v *victim) {
		var group sync.WaitGroup
		for i := range 30 {
			at := fmt.Sprintf("/t/n%d", i)
			v.login(t, at)
			group.Go(func() {
				for range 400 {
					r, err := http.Post(v.url+at+"/oauth/token", "text/plain",
						strings.NewReader(strings.Repeat("x", 60_000)))
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					_ = r.Body.Close()
				}
			})
		}
		group.Wait()
	}},
	{"idle connections", func(t *testing.T, v *victim) {
		for range 4000 {
			v.send(t, "GET /oauth/info HTTP/1.1\r\nHost: localhost\r\n\r\n")
		}
		v.settle()
	}},
	{"unfinished headers", func(t *testing.T, v *victim) {
		for range 6000 {
			v.send(t,
				"GET /oauth/info HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 60_000))
		}
		v.settle()
	}},
	{"namespaces", func(t *testing.T, v *victim) {
		for i := range 3000 {
			v.login(t, fmt.Sprintf("/t/n%d", i))
		}
	}},
	{"names that do not exist", func(t *testing.T, v *victim) {
		for i := range 10_000 {
			r, err := http.Get(fmt.Sprintf("%s/t/n%d/oauth/info", v.url, i))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
	}},
	{"snapshots", func(t *testing.T, v *victim) {
		body := strings.Replace(post("/_mock/state", len(snapshotOf(100_000)), snapshotOf(100_000)),
			"POST", "PUT", 1)
		for range 16 {
			v.send(t, body)
		}
		v.settle()
	}},
	{"slow readers", func(t *testing.T, v *victim) {
		state := snapshotOf(60_000)
		r, err := http.NewRequest(http.MethodPut, v.url+"/_mock/state", strings.NewReader(state))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNoContent {
			t.Fatalf("status %d", resp.StatusCode)
		}
		for range 100 {
			v.send(t, "GET /_mock/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
		}
		v.settle()
	}},
	{"waiting verifications", func(t *testing.T, v *victim) {
		body := `{"timeout":"30s","expect":[{"match":{"status":599,"path":"` +
			strings.Repeat("/x", 5000) + `"}}]}`
		for range 2000 {
			v.send(t, post("/_mock/verify", len(body), body))
		}
		v.settle()
	}},
	{"access tokens", func(t *testing.T, v *victim) {
		for range 5000 {
			v.login(t, "")
		}
	}},
}

func post(path string, size int, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", path, size, body)
}

// snapshotOf returns a snapshot with the given number of users.
func snapshotOf(users int) string {
	var b strings.Builder
	b.WriteString(`{"identities":[`)
	for i := range users {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%032x","name":"user-%d","userLevels":["USER"]}`, i+1, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

// victim is a mock in its own process.
type victim struct {
	url     string
	process *os.Process
	open    []net.Conn
	written sync.WaitGroup
}

// send opens a connection and writes text until the mock stops reading. It reads no response.
func (v *victim) send(t *testing.T, text string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(v.url, "http://"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	v.open = append(v.open, c)
	_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
	_ = c.SetWriteDeadline(time.Now().Add(20 * time.Second))
	// the mock may close the connection early
	v.written.Go(func() { _, _ = io.WriteString(c, text) })
}

// settle waits until everything was written, and the mock had time to read it.
func (v *victim) settle() {
	v.written.Wait()
	time.Sleep(time.Second)
}

func (v *victim) login(t *testing.T, at string) {
	t.Helper()
	const id = "cafecafecafecafecafecafecafecafe"
	resp, err := http.PostForm(v.url+at+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {id + id},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
}

// status returns a size from /proc/PID/status in MB.
func (v *victim) status(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var kb int
	_, rest, _ := bytes.Cut(text, []byte("\n"+name+":"))
	if _, err := fmt.Sscan(string(rest), &kb); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return kb >> 10
}

// The resident memory of serve is bounded under every attack, with the limits of this machine and
// of a container with 512 MB. PATMOCK_BINARY names another program to measure. It may be a script
// that enters a cgroup.
func TestServe_BoundsMemoryUnderAttack(t *testing.T) {
	binary := os.Getenv("PATMOCK_BINARY")
	if binary == "" {
		binary = program(t)
	}
	// the budget that serve derives from such a container
	small := []string{"GOMEMLIMIT=460MiB", "PATMOCK_MEMORY_BUDGET=128MiB"}
	for _, a := range sample.Of(t, 3, attacks) {
		t.Run(a.name, func(t *testing.T) { checkAttack(t, startVictim(t, binary, nil), a) })
	}
	for _, a := range sample.Of(t, 1, attacks[:3]) {
		t.Run("container/"+a.name, func(t *testing.T) {
			checkAttack(t, startVictim(t, binary, small), a)
		})
	}
}

func checkAttack(t *testing.T, v *victim, a attack) {
	began := v.status(t, "VmRSS")
	a.run(t, v)
	peak := v.status(t, "VmHWM")
	t.Logf("resident: %d MB at the start, %d MB at most", began, peak)
	if peak >= maxResident {
		t.Errorf("%d MB at most, want less than %d", peak, maxResident)
	}
}

func startVictim(t *testing.T, binary string, env []string) *victim {
	t.Helper()
	process := exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--fixture", "empty",
		"--log-level", "error")
	process.Env = append(os.Environ(), env...)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	v := &victim{process: process.Process}
	t.Cleanup(func() {
		for _, c := range v.open {
			_ = c.Close()
		}
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	_, address, found := strings.Cut(line, "http://")
	if err != nil || !found {
		t.Fatalf("the mock did not start: %q, %v", line, err)
	}
	v.url = "http://" + strings.TrimSpace(address)
	return v
}
