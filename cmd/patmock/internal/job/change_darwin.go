package job

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file compiles but was never run.

// change is a state change of the command: it ended, or a signal stopped it.
type change struct {
	ended  bool
	signal syscall.Signal
}

// The constants of waitid.
const (
	idOfProcess = 1 // P_PID
	noHang      = 0x01
	exited      = 0x04
	stopped     = 0x08
	noWait      = 0x20

	codeStopped = 5 // CLD_STOPPED
	zombie      = 5 // SZOMB
)

// child is a siginfo_t.
type child struct {
	signo, errno, code, pid int32
	uid                     uint32
	status                  int32
	_                       [80]byte
}

// waitChange waits for a state change of a child. It does not reap a child that has ended.
func waitChange(pid int) change {
	for {
		info, err := waitid(pid, exited|stopped|noWait)
		if err != nil || info.code != codeStopped {
			return change{ended: true} // the error means that the child does not exist
		}
		// The change is reported again until it is consumed. The child may have continued
		// meanwhile.
		if info, err = waitid(pid, stopped|noHang); err == nil && info.pid != 0 {
			return change{signal: syscall.Signal(info.status)}
		}
	}
}

func waitid(pid, options int) (child, error) {
	for {
		var info child
		//nolint:gosec // a system call
		_, _, err := unix.Syscall6(unix.SYS_WAITID, idOfProcess, uintptr(pid),
			uintptr(unsafe.Pointer(&info)), uintptr(options), 0, 0)
		if err == 0 {
			return info, nil
		}
		if !errors.Is(err, unix.EINTR) {
			return info, err
		}
	}
}

// hasLiveProcess reports whether a process group has a live process. It returns true if this is
// unknown.
func hasLiveProcess(group int) bool {
	processes, err := unix.SysctlKinfoProcSlice("kern.proc.pgrp", group)
	if err != nil {
		return true
	}
	for _, p := range processes {
		if p.Proc.P_stat != zombie {
			return true
		}
	}
	return false
}
