package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
)

// The causes by which the context of a command ends.
var (
	errInterrupted = errors.New("interrupted")
	errTimeUp      = errors.New("the time of --timeout is up")
)

// interruptible returns a context that ends at the first signal that ends a process. The second one
// ends the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range ending {
		if s == os.Interrupt || !signal.Ignored(s) { // as under nohup; shells ignore SIGINT for what runs behind
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case <-signals:
			cancel(errInterrupted)
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	})
}

// endError returns the error of a command whose context has ended, with what it leaves undone, and
// nil for one whose context has not.
func endError(ctx context.Context, rest string) error {
	switch {
	case ctx.Err() == nil:
		return nil
	case errors.Is(context.Cause(ctx), errTimeUp):
		return exitf(exitUnreachable, "%w: %s", errTimeUp, rest)
	}
	return exitf(exitInterrupted, "%w: %s", errInterrupted, rest)
}

// precedence is the order in which exit codes count if several apply.
var precedence = []int{exitInterrupted, exitUsage, exitUnreachable, exitFound, exitLeftovers}

// codeOf returns the exit code of an error.
func codeOf(err error) int {
	if exit, ok := errors.AsType[*exitError](err); ok && exit.code == exitInterrupted {
		return exit.code
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	return exitFound
}

// exitCause returns the error whose exit code counts, the first of those, with the messages of the
// others behind its own.
func exitCause(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	slices.SortStableFunc(errs, func(a, b error) int {
		return slices.Index(precedence, codeOf(a)) - slices.Index(precedence, codeOf(b))
	})
	var first error
	var texts []string
	for i, err := range errs {
		if exit, ok := err.(*exitError); ok && exit.err == nil { //nolint:errorlint // a wrapped one has a message
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
		return exitf(codeOf(errs[0]), "%w\n%s", first, strings.Join(texts, "\n"))
	}
	return exitf(codeOf(errs[0]), "%s", strings.Join(texts, "\n"))
}
