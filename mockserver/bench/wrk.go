package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// wrkResult is what load.lua prints.
type wrkResult struct {
	Requests     int `json:"requests"`
	Microseconds int `json:"microseconds"`
	P50          int `json:"p50"`
	P99          int `json:"p99"`
	Errors       int `json:"errors"`
}

// wrk runs wrk with one thread against the collection. Names of tokens begin with the prefix.
func (r *running) wrk(ctx context.Context, operation, prefix string, connections int, duration time.Duration) (w wrkResult, err error) {
	url := r.base + r.path
	if operation == "list" {
		url += "?owner-id=me"
	}
	seconds := strconv.Itoa(max(1, int(duration.Seconds()))) // all that it takes
	cmd := command(ctx, []string{"wrk", "--threads", "1", "--connections", strconv.Itoa(connections), "--duration", seconds + "s", "--script", folder + "/load.lua", url}, []string{
		"BENCH_OPERATION=" + operation, "BENCH_PREFIX=" + prefix, "BENCH_AUTHORIZATION=" + r.authorization, "BENCH_USER_AGENT=" + agent,
	})
	out, err := cmd.Output()
	if err != nil {
		return w, fmt.Errorf("wrk: %w: %s", err, out)
	}
	last := out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:] // it prints a report of its own first
	if err := json.Unmarshal(last, &w); err != nil || w.Requests == 0 {
		return w, fmt.Errorf("wrk against %s: %q: %w", r.name, out, errUnexpected)
	}
	return w, nil
}
