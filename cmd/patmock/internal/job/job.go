// Package job runs a command and ends all processes that it leaves behind. On Unix the command has
// its own process group, which is the foreground group of the terminal like a job of a shell. On
// Windows it has a job object.
package job

import (
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Options control how a command ends. The zero value kills processes immediately.
type Options struct {
	// KillAfter limits processes after a termination signal, or after the command has
	// ended.
	KillAfter time.Duration
	// RemoveDir is a directory that the guard removes if this process is killed. Otherwise the
	// caller removes it. Empty means none. It has no effect on Windows.
	RemoveDir string
	// Log gets a warning if the command would survive a kill of this process. Nil means
	// [slog.Default].
	Log *slog.Logger
}

// The first arguments of helper processes, which run this program.
const (
	guardArgument      = "exec-guard"
	foregroundArgument = "exec-foreground"
)

// Helper runs a helper process and returns its exit code. ok is false for other arguments. Programs
// that call Start must call Helper first.
func Helper(args []string) (code int, ok bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case guardArgument:
		runGuard(os.Stdin)
		return 0, true
	case foregroundArgument:
		const notExecutable = 126 // as in shells
		_, _ = fmt.Fprintf(os.Stderr, "patmock: %v\n", runForeground(args[1:]))
		return notExecutable, true
	}
	return 0, false
}
