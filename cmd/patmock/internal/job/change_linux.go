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

// change is a state change of the command: it ended, or a signal stopped it.
type change struct {
	ended  bool
	signal syscall.Signal
}

// codeStopped is CLD_STOPPED.
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

// waitChange waits for a state change of a child. It does not reap a child that has ended.
func waitChange(pid int) change {
	for {
		info, err := waitid(pid, unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT)
		if err != nil || info.code != codeStopped {
			return change{ended: true} // the error means that the child does not exist
		}
		// The change is reported again until it is consumed. The child may have continued
		// meanwhile.
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

// hasLiveProcess reports whether a process group has a live process. It returns true without /proc.
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
