package serve

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
)

const maxDefaultBudget = 256 << 20

// byteUnits are the units of a size. Longer names come first.
var byteUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {
		"B", 1,
	}, {"", 1},
}

// parseBudget parses the value of --memory-budget in bytes. An empty value is 0.
func parseBudget(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := parseBytes(text)
	switch {
	case err != nil:
		return 0, cli.Flagf("memory-budget", " %w", err)
	case n == 0:
		return 0, cli.Flagf("memory-budget", " %s must be at least 1MiB", text)
	}
	return n, nil
}

// parseBytes parses a size such as 256MB or 128MiB. Units are case-insensitive.
func parseBytes(text string) (int64, error) {
	for _, unit := range byteUnits {
		number, ok := cutSuffixFold(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > 1<<62/unit.bytes {
			break
		}
		return n * unit.bytes, nil
	}
	return 0, fmt.Errorf("%q: expected a size such as 256MB or 128MiB", text)
}

func cutSuffixFold(text, suffix string) (before string, ok bool) {
	i := len(text) - len(suffix)
	if i < 0 || !strings.EqualFold(text[i:], suffix) {
		return text, false
	}
	return text[:i], true
}

// cgroupLimit returns the memory limit of this process's cgroup in bytes, or 0 if there is none.
// root is / except in tests. Inside a container the cgroup is the root of the hierarchy; otherwise
// /proc/self/cgroup names it.
func cgroupLimit(root string) int64 {
	//nolint:gosec // a file of the kernel
	groups, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	limit := int64(0)
	for _, line := range append(strings.Split(string(groups), "\n"), "0::/", "1:memory:/") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) < 3 {
			continue
		}
		var file, base string
		switch {
		case fields[1] == "":
			base, file = "sys/fs/cgroup", "memory.max" // version 2
		case strings.Contains(","+fields[1]+",", ",memory,"):
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes" // version 1
		default:
			continue
		}
		// the limits of all parent groups apply
		for path := filepath.Clean("/" + fields[2]); ; path = filepath.Dir(path) {
			if n := readLimit(filepath.Join(root, base, path, file)); n > 0 &&
				(limit == 0 || n < limit) {
				limit = n
			}
			if path == "/" {
				break
			}
		}
	}
	return limit
}

// readLimit returns the limit in a file, or 0 if there is none. Version 1 uses a huge number for no
// limit.
func readLimit(path string) int64 {
	text, err := os.ReadFile(path) //nolint:gosec // a file of the kernel
	if err != nil {
		return 0
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || limit >= 1<<60 {
		return 0
	}
	return limit
}

// defaultBudget returns the default memory budget for a limit in bytes. A limit of 0 means none.
func defaultBudget(limit int64) int64 {
	if limit == 0 {
		return maxDefaultBudget
	}
	return min(maxDefaultBudget, limit/4)
}

// applyMemoryLimit sets the memory limit of the Go runtime from the cgroup's limit, unless
// GOMEMLIMIT is set. It reserves a tenth for memory that the runtime does not count.
func applyMemoryLimit(env cli.Env, limit int64) {
	if value, _ := env.Lookup("GOMEMLIMIT"); value == "" && limit > 0 {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}

// Free memory is returned to the system after the mock was idle for idleBeforeRelease.
const (
	idleBeforeRelease = 30 * time.Second
	idleCheck         = 5 * time.Second
)

// releaseIdle calls release once after each period of activity, when the mock has been idle.
// activity returns a counter of events. releaseIdle returns when stop is closed.
func releaseIdle(stop <-chan struct{}, activity func() int64, release func()) {
	ticks := time.NewTicker(idleCheck)
	defer ticks.Stop()
	last, since, released := activity(), time.Now(), true
	for {
		select {
		case <-stop:
			return
		case now := <-ticks.C:
			if count := activity(); count != last {
				last, since, released = count, now, false
			} else if !released && now.Sub(since) >= idleBeforeRelease {
				release()
				released = true
			}
		}
	}
}
