package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command is a program with an environment of its own, so that no variable of the person's changes what is measured. It
// ends when it is told to, or at the latest some seconds later.
func command(ctx context.Context, args, environment []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // what this program has built and installed
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir(), "LANG=C.UTF-8"}, environment...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// output runs a command to its end and returns what it printed.
func output(ctx context.Context, args ...string) (string, error) {
	out, err := command(ctx, args, nil).Output()
	if failed := (&exec.ExitError{}); errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, failed.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// usage is what a process and its descendants have used.
type usage struct {
	cpu time.Duration
	rss int64 // bytes
}

// tick is the unit of times in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// used reads what a process and its descendants have used, those included that have ended and been waited for.
func used(pid int) (usage, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return usage{}, err
	}
	own, children := map[int]usage{}, map[int][]int{}
	for _, file := range stats {
		raw, err := os.ReadFile(file) //nolint:gosec // one of /proc
		if err != nil {
			continue // it has ended
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, u, err := parseStat(string(raw))
		if err != nil {
			return usage{}, fmt.Errorf("%s: %w", file, err)
		}
		own[id], children[parent] = u, append(children[parent], id)
	}
	if _, runs := own[pid]; !runs {
		return usage{}, fmt.Errorf("process %d has ended", pid)
	}
	var sum usage
	for tree := []int{pid}; len(tree) > 0; tree = tree[1:] {
		sum.cpu += own[tree[0]].cpu
		sum.rss += own[tree[0]].rss
		tree = append(tree, children[tree[0]]...)
	}
	return sum, nil
}

// parseStat reads a line of /proc/PID/stat, see proc(5). The name in it may contain anything, and ends at the last parenthesis.
func parseStat(line string) (parent int, u usage, err error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	number := func(field int) (n int64) { // counted as the manual does
		if field-3 >= len(fields) {
			err = errors.New("has too few fields")
			return 0
		}
		n, failed := strconv.ParseInt(fields[field-3], 10, 64)
		err = errors.Join(err, failed)
		return n
	}
	ticks := number(14) + number(15) + number(16) + number(17)
	u = usage{cpu: time.Duration(ticks) * tick, rss: number(24) * int64(os.Getpagesize())}
	parent = int(number(4))
	return parent, u, err
}
