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

// stopTimeout limits the wait for this process to be stopped. The kernel does not stop it if no
// shell could continue it.
const stopTimeout = 200 * time.Millisecond

// terminal is the controlling terminal. It is nil if the process has none.
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

// foregroundGroup returns the foreground process group, or 0 if there is none.
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

// setForeground makes group the foreground group. It ignores errors: the terminal may be gone, or
// the group may have ended.
func (t *terminal) setForeground(group int) {
	_ = unix.IoctlSetPointerInt(t.fd, unix.TIOCSPGRP, group)
}

// isReadBy reports whether a command reads the terminal while this process is in the foreground. It
// returns false if the command writes to a pipe: a pager at the other end may need the terminal.
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

// startInForeground makes a command start in the foreground, and reports whether it does. Ignoring
// SIGTTOU lets it set the foreground group, but the command would inherit that. A helper process
// therefore restores the signal and executes the command.
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

// runForeground executes the command. args are its path and its arguments, starting with its name.
func runForeground(args []string) error {
	const minArgs = 2
	if len(args) < minArgs {
		return errors.New("expected a command")
	}
	// Exec restores the default of handled signals
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTTOU)
	err := syscall.Exec(args[0], args[1:], os.Environ()) //nolint:gosec // of the user
	return &fs.PathError{Op: "run", Path: args[0], Err: err}
}

// reclaim puts the group of this process in the foreground, unless a shell has set another one.
func (t *terminal) reclaim(group int) {
	foregroundGroup := t.foregroundGroup()
	if foregroundGroup != group && syscall.Kill(-foregroundGroup, 0) == nil {
		return
	}
	t.setForeground(syscall.Getpgrp())
	_ = syscall.Kill(0, syscall.SIGCONT) // a pager in this group may be waiting for the terminal
}

// handleStop stops or resumes this process when the command was stopped.
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

// suspend stops this process like the command, so that the shell gets the terminal. It returns when
// the process is continued.
func (j *Job) suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	target := 0 // the whole group, because a shell waits until all of a job is stopped
	if j.terminal == nil {
		target = syscall.Getpid()
	}
	// after Notify, SIGTSTP would not stop the runtime
	_ = syscall.Kill(target, syscall.SIGTTIN)
	select {
	case <-continued:
	case <-time.After(stopTimeout):
	}
	j.resume()
}

// resume continues the command. It restores the command's foreground group if this process is in
// the foreground.
func (j *Job) resume() {
	if j.foreground && j.terminal.foregroundGroup() == syscall.Getpgrp() {
		j.terminal.setForeground(j.group)
	}
	j.signal(syscall.SIGCONT)
}
