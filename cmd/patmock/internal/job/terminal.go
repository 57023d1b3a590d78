//go:build !windows

package job

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stopTimeout limits the wait of this process to be stopped. If no shell would continue it, the
// kernel does not stop it.
const stopTimeout = 200 * time.Millisecond

// terminal is the controlling terminal. A nil one is that of a process that has none.
type terminal struct{ fd int }

func openTerminal() *terminal {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return &terminal{fd}
}

func (t *terminal) close() {
	if t != nil {
		_ = unix.Close(t.fd) // nothing was written
	}
}

// foregroundGroup returns the process group that is in front, 0 for none.
func (t *terminal) foregroundGroup() int {
	if t == nil {
		return 0
	}
	group, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP)
	if err != nil {
		return 0
	}
	return group
}

// setForeground puts a group in front. It fails if the terminal is gone, or the group has ended.
func (t *terminal) setForeground(group int) {
	_ = unix.IoctlSetPointerInt(t.fd, unix.TIOCSPGRP, group)
}

// isReadBy reports whether a command reads the terminal that this process is in front of. A command
// that writes to a pipe waits until it does read: a pager behind the pipe may need the terminal.
func (t *terminal) isReadBy(cmd *exec.Cmd) bool {
	input, ok := cmd.Stdin.(*os.File)
	if !ok || t.foregroundGroup() != syscall.Getpgrp() {
		return false
	}
	if _, err := unix.IoctlGetInt(int(input.Fd()), unix.TIOCGPGRP); err != nil {
		return false // another file, or another terminal
	}
	output, ok := cmd.Stdout.(*os.File)
	if !ok {
		return false
	}
	info, err := output.Stat()
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0
}

// startInForeground makes a command start in front of the terminal, and reports whether it does.
// The command must not stop when it puts itself there, but would inherit that SIGTTOU is ignored: a
// process of this program restores that and becomes the command.
func startInForeground(cmd *exec.Cmd, t *terminal) bool {
	self, err := os.Executable()
	if err != nil || cmd.Err != nil {
		return false
	}
	signal.Ignore(syscall.SIGTTOU)
	cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, t.fd
	cmd.Args = append([]string{os.Args[0], foregroundArgument, cmd.Path}, cmd.Args...)
	cmd.Path = self
	return true
}

// runForeground becomes the command: a path and its arguments, of which the first is its name.
func runForeground(args []string) error {
	const minArgs = 2
	if len(args) < minArgs {
		return errors.New("expected a command")
	}
	// handled signals have their default afterwards
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTTOU)
	return &fs.PathError{Op: "run", Path: args[0], Err: syscall.Exec(args[0], args[1:], os.Environ())} //nolint:gosec // the user's own
}

// reclaim puts the group of this process in front unless a shell has put another one there.
func (t *terminal) reclaim(group int) {
	foregroundGroup := t.foregroundGroup()
	if foregroundGroup != group && syscall.Kill(-foregroundGroup, 0) == nil {
		return
	}
	t.setForeground(syscall.Getpgrp())
	_ = syscall.Kill(0, syscall.SIGCONT) // a pager beside this process may have wanted it
}

// handleStop follows the command when it has been stopped.
func (j *Job) handleStop(s syscall.Signal) {
	foregroundGroup := j.terminal.foregroundGroup()
	switch {
	case (s == syscall.SIGTTIN || s == syscall.SIGTTOU) &&
		(foregroundGroup == j.group || foregroundGroup == syscall.Getpgrp()):
		j.foreground = true
		j.resume()
	case s != syscall.SIGSTOP || foregroundGroup != 0 && foregroundGroup == j.group:
		j.suspend()
	}
}

// suspend stops this process as the command is, so that a shell gets the terminal, until it is
// continued.
func (j *Job) suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	target := 0 // the group of this process: a shell waits until all of a job is stopped
	if j.terminal == nil {
		target = syscall.Getpid()
	}
	// a runtime that was notified of SIGTSTP never stops by it again
	_ = syscall.Kill(target, syscall.SIGTTIN)
	select {
	case <-continued:
	case <-time.After(stopTimeout):
	}
	j.resume()
}

// resume continues the command, in front of the terminal if it was and this process is.
func (j *Job) resume() {
	if j.foreground && j.terminal.foregroundGroup() == syscall.Getpgrp() {
		j.terminal.setForeground(j.group)
	}
	j.signal(syscall.SIGCONT)
}
