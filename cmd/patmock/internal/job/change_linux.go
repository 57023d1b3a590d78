package job

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// change is the end of a command, or a signal that stopped it.
type change struct {
	ended  bool
	signal syscall.Signal
}

// The codes of the kernel for changes of a child.
const codeStopped = 5

// child is the start of a siginfo_t of SIGCHLD.
type child struct {
	signo, errno, code int32
	pid                struct {
		_      [0]uintptr // aligns the rest
		pid    int32
		uid    uint32
		status int32
	}
}

// waitChange waits for a change of a child. One that has ended is not reaped.
func waitChange(pid int) change {
	for {
		info, err := waitid(pid, unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT)
		if err != nil || info.code != codeStopped {
			return change{ended: true} // an error is that of a child that does not exist
		}
		// It is reported again unless it is read. It may have been continued meanwhile.
		if info, err = waitid(pid, unix.WSTOPPED|unix.WNOHANG); err == nil && info.pid.pid != 0 {
			return change{signal: syscall.Signal(info.pid.status)}
		}
	}
}

func waitid(pid, options int) (child, error) {
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, options, nil)
		if !errors.Is(err, unix.EINTR) {
			return *(*child)(unsafe.Pointer(&info)), err //nolint:gosec // the kernel's own layout
		}
	}
}

// hasLiveProcess reports whether a process of a group lives. Without /proc it assumes that one
// does.
func hasLiveProcess(group int) bool {
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return true
	}
	readable := false
	for _, p := range processes {
		if _, err := strconv.Atoi(p.Name()); err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + p.Name() + "/stat")
		if err != nil {
			continue // it has ended
		}
		readable = true
		var state string
		var parent, pgrp int
		_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
		if _, err := fmt.Sscan(string(rest), &state, &parent, &pgrp); err != nil {
			continue
		}
		if pgrp == group && state != "Z" && state != "X" {
			return true
		}
	}
	return !readable
}
