package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
)

// IgnoreSIGPIPE keeps a mock running when the reader of its output is gone. Writes fail, but
// clients are still served. Child processes do not inherit this.
func IgnoreSIGPIPE() {
	if len(pipeSignals) > 0 {
		signal.Notify(make(chan os.Signal, 1), pipeSignals...)
	}
}

// The causes for which the context of a command ends.
var (
	ErrInterrupted = errors.New("interrupted")
	ErrTimeout     = errors.New("timeout reached (--timeout)")
)

// InterruptContext returns a context that is canceled at the first termination signal. A second one
// ends the process.
func InterruptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range terminationSignals {
		// under nohup, SIGHUP is ignored; shells ignore SIGINT for background jobs
		if s == os.Interrupt || !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case <-signals:
			cancel(ErrInterrupted)
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(ExitInterrupted)
		case <-done:
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	})
}

// EndError returns an error with detail if ctx has ended, and nil otherwise.
func EndError(ctx context.Context, detail string) error {
	switch {
	case ctx.Err() == nil:
		return nil
	case errors.Is(context.Cause(ctx), ErrTimeout):
		return Exitf(ExitUnreachable, "%w: %s", ErrTimeout, detail)
	}
	return Exitf(ExitInterrupted, "%w: %s", ErrInterrupted, detail)
}

// precedence orders exit codes. If several apply, the first one counts.
var precedence = []int{ExitInterrupted, ExitUsage, ExitUnreachable, ExitFailed, ExitLeftovers}

// CodeOf returns the exit code of an error.
func CodeOf(err error) int {
	if exit, ok := errors.AsType[*ExitError](err); ok && exit.Code == ExitInterrupted {
		return exit.Code
	}
	if _, ok := errors.AsType[*UsageError](err); ok {
		return ExitUsage
	}
	if exit, ok := errors.AsType[*ExitError](err); ok {
		return exit.Code
	}
	return ExitFailed
}

// ExitCause returns the error with the most significant exit code. It appends the messages of the
// other errors.
func ExitCause(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	slices.SortStableFunc(errs, func(a, b error) int {
		return slices.Index(precedence, CodeOf(a)) - slices.Index(precedence, CodeOf(b))
	})
	var first error
	var texts []string
	for i, err := range errs {
		if exit, ok := err.(*ExitError); ok && exit.Err == nil { //nolint:errorlint // not wrapped
			continue
		}
		if i == 0 {
			first = err
			continue
		}
		texts = append(texts, err.Error())
	}
	switch {
	case len(texts) == 0:
		return errs[0]
	case first != nil:
		return Exitf(CodeOf(errs[0]), "%w\n%s", first, strings.Join(texts, "\n"))
	}
	return Exitf(CodeOf(errs[0]), "%s", strings.Join(texts, "\n"))
}
