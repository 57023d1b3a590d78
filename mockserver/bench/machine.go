package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine tells where and when this is measured.
func machine(ctx context.Context) string {
	commit, _ := output(ctx, "git", "describe", "--always", "--dirty=, with changes") // outside a repository there is none
	wrk, _ := command(ctx, []string{"wrk", "--version"}, nil).Output()                // it fails after this, with its usage
	version, _, _ := strings.Cut(string(wrk), " [")
	version = cmp.Or(version, "without wrk")
	kilobytes, _ := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	return fmt.Sprintf("Measured on %s, commit %s, on %d cores of %s, %.0f GiB of memory, Linux %s, %s, %s. Before it the load average was %s.\n\n",
		time.Now().Format("2006-01-02"), cmp.Or(commit, "unknown"), runtime.NumCPU(), field("/proc/cpuinfo", "model name"), kilobytes/(1<<20),
		first("/proc/sys/kernel/osrelease"), runtime.Version(), version, first("/proc/loadavg"))
}

// field is the first value of a name in a file of /proc.
func field(file, name string) string {
	raw, _ := os.ReadFile(file) //nolint:gosec // of /proc
	for line := range strings.Lines(string(raw)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// first is the first word of a file of /proc.
func first(file string) string {
	raw, _ := os.ReadFile(file) //nolint:gosec // of /proc
	word, _, _ := strings.Cut(strings.TrimSpace(string(raw)), " ")
	return word
}
