// Command bench compares the performance of patmock with that of a bare server and of other mocks,
// and prints the results as Markdown. It needs Linux, because it reads /proc. Run it with make
// bench-peers, in the root directory of the module. The Makefile builds and installs the servers.
//
// A goal that is not met is reported, and the exit code stays 0.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"example.com/patmock/mockserver/bench/bare"
)

func main() {
	list := flag.String("servers", "bare,patmock,prism,mockoon,wiremock",
		"servers to measure, with commas between")
	rounds := flag.Int("rounds", 5, "rounds, each with every server")
	address := flag.String("bare", "", "be the bare server on this address, and measure nothing")
	flag.Parse()
	if *address != "" {
		//nolint:gosec // no time limits: they would cost something
		log.Fatal(http.ListenAndServe(*address, bare.New()))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// empty outside a repository
	commit, _ := command(ctx, "git", "describe", "--always", "--dirty=, with changes").Output()
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("Measured on %s, commit %s, on %d cores, %s. Before it the load average was %.4s.\n"+
		"\n",
		time.Now().Format("2006-01-02"), strings.TrimSpace(string(commit)), runtime.NumCPU(),
		runtime.Version(), load)

	names := strings.Split(*list, ",")
	samples, err := compare(ctx, names, *rounds)
	if err != nil {
		stop()
		log.Fatal("bench: ", err)
	}
	fmt.Print(report(names, samples))
}

// sample has the results of a server in one round, by metric.
type sample map[string]float64

// compare measures every server once in each round. It starts and stops the server for each
// measurement. Each round begins with another server, so that a slow minute of the machine does not
// always affect the same one.
func compare(ctx context.Context, names []string, rounds int) (map[string][]sample, error) {
	samples := map[string][]sample{}
	for round := range rounds {
		for i := range names {
			name := names[(round+i)%len(names)]
			fmt.Fprintf(os.Stderr, "bench: round %d of %d, %s\n", round+1, rounds, name)
			s, known := servers[name]
			if !known {
				return nil, fmt.Errorf("no server is called %q", name)
			}
			measured, err := s.measure(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			samples[name] = append(samples[name], measured)
		}
	}
	return samples, nil
}

// measure starts a server and returns its results.
func (s server) measure(ctx context.Context) (sample, error) {
	p, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	time.Sleep(time.Second) // memory use becomes steady
	idle, err := p.usage()
	if err != nil {
		return nil, err
	}
	figures := sample{"ready, ms": p.ready.Seconds() * 1000, "RSS idle, MB": idle.megabytes}
	for _, operation := range []string{"list", "create"} {
		if _, err := p.load(ctx, operation, "warm-up ", 3*time.Second); err != nil {
			return nil, err
		}
		r, err := p.load(ctx, operation, "measured ", 5*time.Second)
		if err != nil {
			return nil, err
		}
		figures[operation+": requests a second"] = r.Requests / r.Microseconds * 1e6
		figures[operation+": p50, ms"], figures[operation+": p99, ms"] = r.P50/1000, r.P99/1000
		figures[operation+": CPU, s"] = r.used.cpu.Seconds() / r.Requests * 1000
		figures[operation+": RSS after, MB"], figures[operation+": errors"] = r.used.megabytes,
			r.Errors
	}
	return figures, nil
}
