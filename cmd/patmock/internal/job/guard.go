//go:build !windows

package job

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// guard is a process outside the group that kills the group if this process is killed, and removes
// a directory. The kernel
// would kill only the command, not its children. It reads a pipe that is closed when this process
// ends.
type guard struct {
	cmd  *exec.Cmd
	pipe *os.File
}

func startGuard() (*guard, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = read.Close() }() // the guard has its own copy
	//nolint:gosec,noctx // this program; it ends with this process
	cmd := exec.Command(self, guardArgument)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Dir, cmd.Env = read, "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal can end it
	if err := cmd.Start(); err != nil {
		_ = write.Close()
		return nil, err
	}
	return &guard{cmd, write}, nil
}

// watch sends the group and the directory, which may be empty, to the guard.
func (g *guard) watch(group int, dir string) {
	if g != nil {
		_, _ = fmt.Fprintf(g.pipe, "%d\n%q\n", group, dir) // fails if the guard was killed
	}
}

// end kills the guard before it can see the end of the pipe.
func (g *guard) end() {
	if g == nil {
		return
	}
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait() // it was killed
	_ = g.pipe.Close()
}

// runGuard reads a group and a directory. At the end of the pipe it kills the group and removes the
// directory. The ID cannot belong to another group, because this process does not reap the command
// before.
func runGuard(pipe io.Reader) {
	for _, s := range terminationSignals {
		signal.Ignore(s)
	}
	in := bufio.NewReader(pipe)
	line, err := in.ReadString('\n')
	group, atoiErr := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || atoiErr != nil || group <= 1 {
		return // there is no command yet
	}
	line, _ = in.ReadString('\n')
	dir, err := strconv.Unquote(strings.TrimSpace(line))
	_, _ = io.Copy(io.Discard, in) // an error also means the end
	_ = syscall.Kill(-group, syscall.SIGKILL)
	if err == nil && dir != "" {
		_ = os.RemoveAll(dir)
	}
}
