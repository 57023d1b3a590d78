package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/oauth2/clientcredentials"
)

// process is a running server.
type process struct {
	cmd           *exec.Cmd
	url           string // of the collection of tokens
	authorization string
	ready         time.Duration // from its start to its first response
}

// start starts a server, waits for its first response, and logs in if the server has a login.
func (s server) start(ctx context.Context) (*process, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	p := &process{
		cmd: command(ctx, s.args(address)...), url: "http://" + address + s.path,
		authorization: "Bearer none",
	}
	start := time.Now()
	if err := cmp.Or(listener.Close(), p.cmd.Start()); err != nil {
		return nil, err
	}
	for err = errors.New("no response"); err != nil && time.Since(start) < time.Minute &&
		ctx.Err() == nil; time.Sleep(time.Millisecond) {
		var response *http.Response
		if response, err = http.Get(p.url); err == nil { //nolint:noctx // a server of this program
			err = response.Body.Close()
			p.ready = time.Since(start)
		}
	}
	if err == nil && s.clientID != "" {
		login := clientcredentials.Config{
			ClientID: s.clientID, ClientSecret: s.clientID + s.clientID,
			TokenURL: "http://" + address + "/oauth/token",
		}
		token, failed := login.Token(ctx)
		if err = failed; err == nil {
			p.authorization = "Bearer " + token.AccessToken
		}
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// stop terminates the process and waits for its end.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait() // terminated by the signal
}

// command returns a command with an environment of its own, so that no variable of the user affects
// the results.
func command(ctx context.Context, args ...string) *exec.Cmd {
	//nolint:gosec // built and installed by the Makefile
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir(), "LANG=C.UTF-8"}
	return cmd
}

// result is the output of load.lua, and the resources that the server used during the run.
type result struct {
	Requests, Microseconds, P50, P99, Errors float64

	used usage
}

// load runs wrk with one thread for the given duration. The names of created tokens begin with
// prefix.
func (p *process) load(
	ctx context.Context, operation, prefix string, duration time.Duration,
) (r result, err error) {
	cmd := command(ctx, "wrk", "--threads", "1", "--connections", "4", "--duration",
		duration.String(), "--script", "mockserver/bench/peers/load.lua", p.url+"?owner-id=me")
	cmd.Env = append(cmd.Env, "BENCH_OPERATION="+operation, "BENCH_PREFIX="+prefix,
		"BENCH_AUTHORIZATION="+p.authorization)
	before, err := p.usage()
	if err != nil {
		return r, err
	}
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("wrk: %w: %s", err, out)
	}
	// wrk prints its own report first
	last := out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:]
	if err := json.Unmarshal(last, &r); err != nil || r.Requests == 0 {
		return r, fmt.Errorf("wrk printed %q: %w", out, cmp.Or(err, errors.New("no requests")))
	}
	r.used, err = p.usage()
	r.used.cpu -= before.cpu
	return r, err
}

// usage has the resources that a process has used.
type usage struct {
	cpu       time.Duration
	megabytes float64 // resident
}

func (p *process) usage() (usage, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return usage{}, err
	}
	return parseStat(string(line))
}

// parseStat parses a line of /proc/PID/stat, see proc(5). The name in it may contain any character
// and ends at the last parenthesis.
func parseStat(line string) (u usage, err error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	number := func(field int) (n float64) { // numbered as in the manual
		if field-3 >= len(fields) {
			err = errors.New("too few fields in /proc/PID/stat")
			return 0
		}
		n, failed := strconv.ParseFloat(fields[field-3], 64)
		err = errors.Join(err, failed)
		return n
	}
	const tick = 10 * time.Millisecond // the same on every Linux
	u = usage{
		cpu:       time.Duration(number(14)+number(15)) * tick,
		megabytes: number(24) * float64(os.Getpagesize()) / 1e6,
	}
	return u, err
}
