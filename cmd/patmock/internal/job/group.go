//go:build !windows

package job

import (
	"cmp"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

const (
	// minSignalGap is the minimum time between two distinct signals. Terminals and npm send the
	// first one twice.
	minSignalGap = 500 * time.Millisecond
	// killTimeout limits the wait for processes to end after SIGKILL.
	killTimeout = 2 * time.Second
)

// Job is a running command.
type Job struct {
	options  Options
	cmd      *exec.Cmd
	group    int // the process group, whose ID is the process ID of the command
	guard    *guard
	terminal *terminal
	// foreground reports whether the group is the foreground group of the terminal whenever this
	// process could be.
	foreground bool
	signals    chan os.Signal

	firstSignal time.Time        // time of the first termination signal
	killTimer   <-chan time.Time // fires when the group must be killed, nil for never
}

// terminationSignals end a command. otherSignals are the other ones that are forwarded to it.
var (
	terminationSignals = []os.Signal{
		syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
	}
	otherSignals = []os.Signal{
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTSTP, syscall.SIGCONT,
	}
)

// Start starts a command in its own process group.
func Start(cmd *exec.Cmd, o Options) (*Job, error) {
	o.Log = cmp.Or(o.Log, slog.Default())
	j := &Job{options: o, cmd: cmd, terminal: openTerminal(), signals: make(chan os.Signal, 8)}
	for _, s := range append(terminationSignals, otherSignals...) {
		if !signal.Ignored(s) { // as under nohup; the command inherits it
			signal.Notify(j.signals, s)
		}
	}
	var err error
	if j.guard, err = startGuard(); err != nil {
		o.Log.Warn("the command goes on if patmock is killed", "error", err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if j.foreground = j.terminal.isReadBy(cmd); j.foreground {
		j.foreground = startInForeground(cmd, j.terminal)
	}
	if err := cmd.Start(); err != nil {
		j.close()
		return nil, err
	}
	j.group = cmd.Process.Pid
	j.guard.watch(j.group, o.RemoveDir)
	if j.terminal != nil {
		// otherwise reclaiming the terminal would stop this process
		signal.Ignore(syscall.SIGTTOU)
	}
	return j, nil
}

// Wait forwards signals until all processes of the group have ended. It returns the error of
// [exec.Cmd.Wait].
func (j *Job) Wait() error {
	changes := make(chan change)
	go func() {
		for {
			c := waitChange(j.group)
			changes <- c
			if c.ended {
				return
			}
		}
	}()
	for running := true; running; {
		select {
		case s := <-j.signals:
			j.forward(s)
		case <-j.killTimer:
			j.kill()
		case c := <-changes:
			if running = !c.ended; running {
				j.handleStop(c.signal)
			}
		}
	}
	j.endGroup()
	j.close()
	// The command is reaped last, so that no other group can get its ID before.
	return j.cmd.Wait()
}

// close reclaims the terminal and ends the guard.
func (j *Job) close() {
	if j.foreground {
		j.terminal.reclaim(j.group)
	}
	j.terminal.close()
	j.guard.end()
	signal.Stop(j.signals)
}

// signal sends a signal to the group. It ignores errors, because all processes may have ended.
func (j *Job) signal(s syscall.Signal) { _ = syscall.Kill(-j.group, s) }

func (j *Job) kill() {
	j.killTimer = nil
	j.signal(syscall.SIGKILL)
}

// forward forwards a signal. After a termination signal, it kills the group when KillAfter has
// elapsed or a second signal arrives.
func (j *Job) forward(s os.Signal) {
	switch number := s.(syscall.Signal); number {
	case syscall.SIGCONT:
		j.resume()
	case syscall.SIGTSTP, syscall.SIGUSR1, syscall.SIGUSR2:
		j.signal(number)
	default:
		j.signal(number)
		if j.firstSignal.IsZero() {
			j.firstSignal, j.killTimer = time.Now(), time.After(j.options.KillAfter)
		} else if time.Since(j.firstSignal) > minSignalGap {
			j.kill()
		}
	}
}

// endGroup ends the remaining processes of the group. The command itself has ended but is not
// reaped.
func (j *Job) endGroup() {
	if !hasLiveProcess(j.group) {
		return
	}
	j.signal(syscall.SIGTERM)
	j.signal(syscall.SIGCONT) // a stopped process does not end
	if j.killTimer == nil {
		j.killTimer = time.After(j.options.KillAfter)
	}
	var gaveUp <-chan time.Time
	pause := time.Millisecond
	for hasLiveProcess(j.group) {
		select {
		case s := <-j.signals:
			j.forward(s)
		case <-j.killTimer:
			j.kill()
			gaveUp = time.After(killTimeout)
		case <-gaveUp:
			j.options.Log.Warn("processes of the command do not end", "group", j.group)
			return
		case <-time.After(pause):
			pause = min(2*pause, 50*time.Millisecond)
		}
	}
}
