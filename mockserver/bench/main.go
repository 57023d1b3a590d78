// Command bench measures what an operation costs with little and with much in the mock, then patmock beside a bare server and
// beside other mocks, then under a mixed load, and writes what it found into README.md of its folder. It needs Linux, for /proc, and runs in the folder of the module: make bench-peers.
//
// It only measures: goals that are not met are told, and the exit code stays 0.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	folder = "mockserver/bench"
	readme = folder + "/README.md"
)

// options say how much is measured.
type options struct {
	servers     []string
	rounds      int
	connections int
	warmUp      time.Duration
	measure     time.Duration
	mixed       time.Duration
	scale       time.Duration
	curves      string
	write       bool
}

func main() {
	var o options
	servers := flag.String("servers", strings.Join(names, ","), "servers to measure, with commas between")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds, each with every server; 0 leaves the comparison out")
	flag.IntVar(&o.connections, "connections", 4, "connections of wrk")
	flag.DurationVar(&o.warmUp, "warm-up", 3*time.Second, "time in which each operation is asked before it is measured, in whole seconds")
	flag.DurationVar(&o.measure, "measure", 5*time.Second, "time in which each operation is measured, in whole seconds")
	flag.DurationVar(&o.mixed, "mixed", time.Minute, "time of the mixed load; 0 leaves it out")
	flag.DurationVar(&o.scale, "scale", 3*time.Second, "time of each operation at each size of what the mock has; 0 leaves it out")
	flag.StringVar(&o.curves, "curves", "", "a word of the operations that -scale measures; all by default")
	flag.BoolVar(&o.write, "write", true, "write the figures into "+readme)
	flag.Parse()
	o.servers = strings.Split(*servers, ",")

	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, err := os.Stat(readme); err != nil {
		return fmt.Errorf("expected to run in the folder of the module: %w", err)
	}
	cache, err := filepath.Abs(".cache/bench") // the go command and linters look into no folder with a dot
	if err != nil {
		return err
	}
	for _, name := range o.servers {
		if !slices.Contains(names, name) {
			return fmt.Errorf("expected servers among %s, got %q", strings.Join(names, ","), name)
		}
	}
	about := machine(ctx)
	if o.scale > 0 {
		found, err := scale(ctx, choose(o.curves), o.scale)
		if err != nil {
			return err
		}
		if err := tell("scale", about+found, o.write && o.curves == ""); err != nil {
			return err
		}
	}
	p := &place{cache: cache}
	if o.rounds > 0 || o.mixed > 0 {
		if err := p.build(ctx); err != nil {
			return err
		}
	}
	if o.rounds > 0 {
		servers, missing, err := p.servers(ctx, o.servers)
		if err != nil {
			return err
		}
		found, err := compare(ctx, servers, o)
		if err != nil {
			return err
		}
		if err := tell("peers", about+compared(servers, missing, found, o), o.write); err != nil {
			return err
		}
	}
	if o.mixed > 0 {
		found, err := mixed(ctx, p.patmock(), o.mixed)
		if len(found.asked) == 0 {
			return err
		}
		return errors.Join(err, tell("mixed", about+found.String(), o.write))
	}
	return nil
}

// tell prints a section, and writes it into the README.
func tell(section, text string, write bool) error {
	fmt.Println(text)
	if !write {
		return nil
	}
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	page, err := replace(string(old), section, text)
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	return os.WriteFile(readme, []byte(page), 0o644) //nolint:gosec // it is a part of the repository
}

// replace puts a text between the two marks of a section.
func replace(page, section, text string) (string, error) {
	begin, end := "<!-- begin "+section+" -->\n", "<!-- end "+section+" -->\n"
	before, rest, begins := strings.Cut(page, begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return "", fmt.Errorf("there are no marks for the section %s", section)
	}
	return before + begin + text + end + after, nil
}
