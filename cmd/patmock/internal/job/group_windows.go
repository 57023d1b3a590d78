package job

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// This file compiles but was never run.

// Job is a running command.
type Job struct {
	options Options
	cmd     *exec.Cmd
	object  windows.Handle // closing it ends all processes of the job, also when this process ends
	signals chan os.Signal
}

// resumeProcess resumes a process that was created suspended.
var resumeProcess = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtResumeProcess")

// Start starts a command in its own job object.
func Start(cmd *exec.Cmd, o Options) (*Job, error) {
	o.Log = cmp.Or(o.Log, slog.Default())
	j := &Job{options: o, cmd: cmd, signals: make(chan os.Signal, 8)}
	// the console also sends them to the command
	signal.Notify(j.signals, os.Interrupt, syscall.SIGTERM)
	var err error
	if j.object, err = newObject(); err != nil {
		return nil, fmt.Errorf("create a job object: %w", err)
	}
	// otherwise it could start processes outside the job
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_SUSPENDED}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, windows.CloseHandle(j.object))
	}
	if err := j.begin(); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		return nil,
			errors.Join(fmt.Errorf("assign the command to a job object: %w", err),
				windows.CloseHandle(j.object))
	}
	return j, nil
}

func newObject() (windows.Handle, error) {
	object, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(object, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err != nil {
		return 0, errors.Join(err, windows.CloseHandle(object))
	}
	return object, nil
}

// begin assigns the suspended command to the job object and resumes it.
func (j *Job) begin() error {
	const suspendResume = 0x0800
	process, err := windows.OpenProcess(
		windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE|suspendResume, false,
		uint32(j.cmd.Process.Pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }() // the handle is no longer needed
	if err := windows.AssignProcessToJobObject(j.object, process); err != nil {
		return err
	}
	if status, _, _ := resumeProcess.Call(uintptr(process)); status != 0 {
		return windows.NTStatus(status)
	}
	return nil
}

// Wait returns when all processes of the job have ended. It returns the error of [exec.Cmd.Wait].
func (j *Job) Wait() error {
	defer signal.Stop(j.signals)
	ended := make(chan error, 1)
	go func() { ended <- j.cmd.Wait() }()
	var overdue <-chan time.Time
	for {
		select {
		case <-j.signals:
			if overdue == nil {
				overdue = time.After(j.options.KillAfter)
			}
		case <-overdue:
			_ = windows.TerminateJobObject(j.object, 1) // the job may have ended
		case err := <-ended:
			return errors.Join(err, windows.CloseHandle(j.object))
		}
	}
}

// runGuard does nothing: the system closes the job object.
func runGuard(io.Reader) {}

func runForeground([]string) error { return errors.ErrUnsupported }
