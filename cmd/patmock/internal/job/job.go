// Package job runs a command of which nothing is left at the end. On Unix the command has a process
// group of its own, which is in front of the terminal as a shell's job is. On Windows it has a job
// object.
package job

import (
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Options say how a command ends. The zero value kills processes at once.
type Options struct {
	// KillAfter limits the time that processes may go on after a signal that ends them, and after
	// the command itself has ended.
	KillAfter time.Duration
	// Log gets a warning if the command would outlive a kill of this process. Nil means
	// [slog.Default].
	Log *slog.Logger
}

// The first arguments of the processes that Start runs of this program itself.
const (
	guardArgument      = "exec-guard"
	foregroundArgument = "exec-foreground"
)

// Helper does the work of a process that Start runs of this program itself, and returns its exit
// code. It reports false for other arguments. Programs that call Start call Helper first.
func Helper(args []string) (code int, ok bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case guardArgument:
		runGuard(os.Stdin)
		return 0, true
	case foregroundArgument:
		const notExecutable = 126 // as shells have it
		_, _ = fmt.Fprintf(os.Stderr, "patmock: %v\n", runForeground(args[1:]))
		return notExecutable, true
	}
	return 0, false
}
