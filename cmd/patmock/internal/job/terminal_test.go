//go:build linux

package job

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// session is a process that leads the session of a pseudoterminal. $JOB runs a command as a job.
type session struct {
	t        *testing.T
	keyboard *os.File
	process  *exec.Cmd

	mu     sync.Mutex
	screen bytes.Buffer
	seen   int // the part of the screen that was already matched
}

func newSession(t *testing.T, args ...string) *session {
	t.Helper()
	if _, err := exec.LookPath(args[0]); err != nil {
		t.Skipf("needs %s: %v", args[0], err)
	}
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() }) // its session has ended
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, keyboard: master, process: exec.Command(args[0], args[1:]...)}
	s.process.Stdin, s.process.Stdout, s.process.Stderr = slave, slave, slave
	s.process.Env = append(os.Environ(), "JOB="+program(t)+" run 1h", "TERM=dumb", "PS1=$ ",
		"HISTFILE=/dev/null")
	s.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := errors.Join(s.process.Start(), slave.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	go s.read()
	return s
}

func (s *session) read() {
	part := make([]byte, 4096)
	for {
		n, err := s.keyboard.Read(part)
		s.mu.Lock()
		s.screen.Write(part[:n])
		s.mu.Unlock()
		if err != nil {
			return // the terminal is closed
		}
	}
}

// end kills processes that a failed test left.
func (s *session) end() {
	_ = s.process.Process.Kill() // it has ended unless the test fails
	_ = s.process.Wait()
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// expect waits for a text on the screen after the previous one.
func (s *session) expect(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		screen := s.screen.String()
		s.mu.Unlock()
		if i := strings.Index(screen[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no %q after %s: %q", text, patience, screen[s.seen:])
		}
	}
}

// step sends keys after a text has appeared on the screen.
type step struct{ text, keys string }

const (
	interrupt = "\x03"
	suspend   = "\x1a"
)

// The command reads the keyboard, and the shell reads it afterwards.
func TestTerminal(t *testing.T) {
	const after = `; echo "code $?"; read y; echo "then $y"`
	then := []step{{"code ", "later\n"}, {"then later", ""}}
	for _, tt := range []struct {
		name  string
		shell string // without job control
		steps []step
	}{
		{
			"a line", `$JOB sh -c 'echo ready; read x; echo "got $x"'`, []step{
				{"ready", "one\n"}, {"got one", ""},
			},
		},
		{
			"a shell", `$JOB bash --norc -i`,
			[]step{
				{"$ ", "echo $((40+2))a\n"},
				{"42a", "sh -c 'echo $((60+1))c; exec sleep 600'\n"},
				{"61c", interrupt}, // the shell has started it
				{"$ ", "sleep 600 & kill %1; wait %1; echo $((50+3))b\n"},
				{"53b", "exit\n"},
			},
		},
		{
			"settings of the terminal",
			`$JOB sh -c 'stty -echo; echo ready; read x; stty echo; echo "got $x"'`,
			[]step{
				{"ready", "one\n"}, {"got one", ""},
			},
		},
		{
			"an interrupt",
			`$JOB sh -c 'trap "exit 9" INT; echo ready; while :; do sleep 0.02; done'`,
			[]step{
				{"ready", interrupt},
			},
		},
		{
			"output to a pipe", `$JOB sh -c 'echo ready; read x; echo "got $x"' | cat`, []step{
				{"ready", "one\n"}, {"got one", ""},
			},
		},
		{
			"a pager",
			`$JOB sh -c 'echo ready' | sh -c 'read x; read y </dev/tty; echo "$x, key $y"'`,
			[]step{{"", "one\n"}, {"ready, key one", ""}},
		},
		{
			"another standard input",
			`$JOB sh -c 'echo ready; read x </dev/tty; echo "got $x"' </dev/null`,
			[]step{
				{"ready", "one\n"}, {"got one", ""},
			},
		},
		{
			"no shell to suspend for", `$JOB sh -c 'echo ready; read x; echo "got $x"'`, []step{
				{"ready", suspend}, {"^Z", "one\n"}, {"got one", ""},
			},
		},
		{"a command that cannot start", `$JOB /`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, "sh", "-c", tt.shell+after)
			for _, step := range append(tt.steps, then...) {
				s.expect(step.text)
				s.press(step.keys)
			}
			if err := s.process.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A shell with job control stops and continues the command with this process. The command must not
// wait for a vfork child, as dash does: it cannot be stopped until the child runs.
func TestJobControl(t *testing.T) {
	const read = `$JOB sh -c 'echo rea""dy; read x; echo "got $x"'`
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"suspended", []step{
			{"$ ", read + "\n"},
			{"ready", suspend},
			{"Stopped", ""},
			{"$ ", "echo $((40+2))a\n"},
			{"42a", "fg\n"},
			{"read x", "one\n"},
			{"got one", "exit\n"},
		}},
		{"suspended twice", []step{
			{"$ ", read + "\n"},
			{"ready", suspend},
			{"Stopped", ""},
			{"$ ", "fg\n"},
			{"read x", ""},
			{"\n", suspend},
			{"Stopped", ""},
			{"$ ", "fg\n"},
			{"read x", "one\n"},
			{"got one", "exit\n"},
		}},
		{"started in the background", []step{
			{"$ ", read + " &\n"},
			{"ready", "until jobs | grep -q Stop; do sleep 0.02; done; jobs\n"},
			{"Stopped", ""},
			{"$ ", "fg\n"},
			{"read x", "one\n"},
			{"got one", "exit\n"},
		}},
		{"continued in the background", []step{
			{"$ ", `$JOB sh -c 'sleep 0.5 & echo rea""dy; wait; echo "en""ded"'` + "\n"},
			{"ready", suspend},
			{"Stopped", ""},
			{"$ ", "bg\n"},
			{"ended", "echo $((40+2))a\n"},
			{"42a", "wait\n"},
			{"$ ", "echo $((50+3))b\n"},
			{"53b", "exit\n"},
		}},
		{"suspended without being in front", []step{
			{"$ ", `$JOB sh -c 'sleep 0.5 & echo rea""dy; wait; echo "en""ded"' </dev/null` + "\n"},
			{"ready", suspend},
			{"Stopped", ""},
			{"$ ", "fg\n"},
			{"ended", "exit\n"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, "bash", "--norc", "-i")
			for _, step := range tt.steps {
				s.expect(step.text)
				s.press(step.keys)
			}
			if err := s.process.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The command ignores only signals that this process ignores.
func TestInheritedSignals(t *testing.T) {
	s := newSession(t, "sh", "-c", `$JOB sh -c 'echo "ignored $(grep SigIgn /proc/$$/status)"'`)
	s.expect("ignored SigIgn:\t0000000000000000")
}
