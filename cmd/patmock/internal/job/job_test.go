//go:build linux

package job

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is the timeout of a test for a process.
const patience = 20 * time.Second

// TestMain is also a program that runs a command as a job: run DURATION COMMAND ARGUMENT...
func TestMain(m *testing.M) {
	if code, ok := Helper(os.Args[1:]); ok {
		os.Exit(code)
	}
	if len(os.Args) > 3 && os.Args[1] == "run" {
		os.Exit(runJob(os.Args[2], os.Args[3:]))
	}
	os.Exit(m.Run())
}

func runJob(killAfter string, args []string) int {
	after, err := time.ParseDuration(killAfter)
	if err != nil {
		panic(err)
	}
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	j, err := Start(command, Options{KillAfter: after})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	var failed *exec.ExitError
	if err := j.Wait(); err != nil && !errors.As(err, &failed) {
		panic(err)
	}
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return command.ProcessState.ExitCode()
}

// program returns the command of this test binary as the program of TestMain.
func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// startedJob is a job of a shell script in its own process. The script first prints its process ID.
type startedJob struct {
	process *exec.Cmd
	input   io.Closer
	output  *bufio.Reader
	group   int
}

func start(t *testing.T, killAfter, script string) *startedJob {
	t.Helper()
	process := exec.Command(program(t), "run", killAfter, "sh", "-c", "echo $$; "+script)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	s := &startedJob{process: process, input: input, output: bufio.NewReader(output)}
	t.Cleanup(func() {
		_ = process.Process.Kill() // it has ended unless the test fails
		_ = process.Wait()
		if s.group > 1 {
			_ = syscall.Kill(-s.group, syscall.SIGKILL)
		}
	})
	s.group, err = strconv.Atoi(s.line(t))
	if err != nil || s.group == syscall.Getpgrp() {
		t.Fatalf("the command is in process group %d: %v", s.group, err)
	}
	return s
}

// line returns the next line of the script's output.
func (s *startedJob) line(t *testing.T) string {
	t.Helper()
	line, err := s.output.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// end closes the input of the job and waits for its end. It returns the exit code and the elapsed
// time.
func (s *startedJob) end(t *testing.T) (code int, took time.Duration) {
	t.Helper()
	begun := time.Now()
	late := time.AfterFunc(patience, func() {
		_ = s.process.Process.Kill()
		_ = syscall.Kill(-s.group, syscall.SIGKILL)
	})
	closed := s.input.Close()
	_, err := io.Copy(io.Discard, s.output)
	var failed *exec.ExitError
	if err := errors.Join(closed, err, s.process.Wait()); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if !late.Stop() {
		t.Errorf("the job, or what has its output open, lives after %s", patience)
	}
	return s.process.ProcessState.ExitCode(), time.Since(begun)
}

// guards returns the child processes that are guards.
func guards(t *testing.T, process int) []int {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", process))
	if err != nil {
		t.Fatal(err)
	}
	var children []byte
	for _, thread := range threads {
		of, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended
		}
		children = append(children, of...)
	}
	var all []int
	for _, child := range strings.Fields(string(children)) {
		line, err := os.ReadFile("/proc/" + child + "/cmdline")
		if err == nil && strings.Contains(string(line), guardArgument) {
			pid, err := strconv.Atoi(child)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, pid)
		}
	}
	return all
}

// ignores reports whether a process ignores a signal.
func ignores(t *testing.T, pid int, s syscall.Signal) bool {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, mask, _ := strings.Cut(string(status), "\nSigIgn:")
	mask, _, _ = strings.Cut(mask, "\n")
	bits, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return bits>>(s-1)&1 == 1
}

// eventually waits until a condition is true.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after %s", what, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// All processes of the group are ended, whatever the command has started.
func TestJob_EndsAllProcesses(t *testing.T) {
	const stubborn = `sh -c "trap '' TERM INT HUP; echo ready; while :; do sleep 0.02; done"`
	for _, tt := range []struct {
		name, killAfter, script string
		signal                  syscall.Signal // 0 for none
		code                    int
		least, most             time.Duration
	}{
		{
			name: "two background children", killAfter: "1h",
			script: "sleep 600 & sleep 600 & echo ready; read x; exit 3", code: 3,
			most: 5 * time.Second,
		},
		{
			name: "a child that is stopped", killAfter: "1h",
			script: "sleep 600 & kill -STOP $!; echo ready; read x; exit 3", code: 3,
			most: 5 * time.Second,
		},
		{
			name: "a child that ignores SIGTERM", killAfter: "300ms",
			script: stubborn + " & read x; exit 4", code: 4,
			least: 300 * time.Millisecond, most: 5 * time.Second,
		},
		{
			name: "at once", killAfter: "0", script: stubborn + " & read x; exit 4", code: 4,
			most: 5 * time.Second,
		},
		{
			name: "a command that ignores SIGTERM", killAfter: "300ms",
			script: "trap '' TERM; echo ready; while :; do sleep 0.02; done",
			signal: syscall.SIGTERM, code: 137, least: 300 * time.Millisecond,
			most: 5 * time.Second,
		},
		{
			name: "a child that gets the signal", killAfter: "1h",
			script: "sleep 600 & trap 'exit 5' INT; echo ready; while :; do sleep 0.02; done",
			signal: syscall.SIGINT, code: 5, most: 5 * time.Second,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, tt.killAfter, tt.script)
			if got := s.line(t); got != "ready" {
				t.Fatalf("got %q", got)
			}
			watching := guards(t, s.process.Process.Pid)
			if len(watching) != 1 {
				t.Errorf("%d guards, want 1", len(watching))
			}
			if tt.signal != 0 {
				if err := s.process.Process.Signal(tt.signal); err != nil {
					t.Fatal(err)
				}
			}
			code, took := s.end(t)
			if code != tt.code || took < tt.least || took > tt.most {
				t.Errorf("exit code %d after %s, want %d between %s and %s", code, took, tt.code,
					tt.least, tt.most)
			}
			if hasLiveProcess(s.group) {
				t.Error("a process of the group lives")
			}
			for _, pid := range watching {
				if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
					t.Errorf("the guard is left: %v", err)
				}
			}
		})
	}
}

// A second signal kills the group before KillAfter has elapsed.
func TestJob_SecondSignalKills(t *testing.T) {
	s := start(t, "1h", "trap '' TERM; echo ready; while :; do sleep 0.02; done")
	s.line(t)
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	time.Sleep(minSignalGap + 100*time.Millisecond)
	if !hasLiveProcess(s.group) {
		t.Fatal("the first signal kills the group")
	}
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, took := s.end(t); code != 137 || took > 5*time.Second || hasLiveProcess(s.group) {
		t.Errorf("exit code %d after %s, want 137 at once and an empty group", code, took)
	}
}

// Other signals are forwarded to the command.
func TestJob_ForwardsOtherSignals(t *testing.T) {
	s := start(t, "0", "trap 'echo heard; exit 6' USR1; echo ready; while :; do sleep 0.02; done")
	s.line(t)
	if err := s.process.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	if heard := s.line(t); heard != "heard" {
		t.Errorf("got %q", heard)
	}
	if code, _ := s.end(t); code != 6 {
		t.Errorf("exit code %d, want 6", code)
	}
}

// The guard kills the group when this process is killed, and then ends. It inherits no files of
// this process.
func TestGuard_KillsGroupOfKilledProcess(t *testing.T) {
	s := start(t, "1h",
		`trap '' TERM HUP; sh -c "trap '' TERM HUP; sleep 600" & sleep 600 & echo ready; wait`)
	s.line(t)
	watching := guards(t, s.process.Process.Pid)
	if len(watching) != 1 {
		t.Fatalf("%d guards, want 1", len(watching))
	}
	if group, err := syscall.Getpgid(watching[0]); err != nil || group == s.group ||
		group == syscall.Getpgrp() {
		t.Errorf("the guard is in process group %d: %v", group, err)
	}
	eventually(t, "the guard ignores SIGTERM", func() bool {
		return ignores(t, watching[0], syscall.SIGTERM)
	})
	if err := s.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.end(t) // reads until all writers have closed it
	eventually(t, "the group is killed", func() bool { return !hasLiveProcess(s.group) })
	eventually(t, "the guard ends", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", watching[0]))
		// a container may have no process that reaps orphans
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

// A killed guard does not end the job, and is not left as a zombie.
func TestJob_ContinuesWithoutGuard(t *testing.T) {
	s := start(t, "1h", "sleep 600 & echo ready; sleep 0.3; exit 7")
	s.line(t)
	for _, pid := range guards(t, s.process.Process.Pid) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	if code, _ := s.end(t); code != 7 || hasLiveProcess(s.group) {
		t.Errorf("exit code %d, want 7 and an empty group", code)
	}
}

func TestStartError(t *testing.T) {
	for _, name := range []string{"no-such-command", "/"} {
		if _, err := Start(exec.Command(name), Options{}); err == nil {
			t.Errorf("%s: started", name)
		}
		if left := guards(t, os.Getpid()); len(left) > 0 {
			t.Errorf("%s: a guard is left", name)
		}
	}
}
