package contract

import (
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/report"
)

const (
	// progressInterval is the time between two lines of progress. longProgressInterval applies
	// after longRun, so that a run of two hours prints about 300 lines.
	progressInterval     = 5 * time.Second
	longProgressInterval = 30 * time.Second
	longRun              = 10 * time.Minute
	// maxProgressResults is the maximum number of lines about single results. The report has all of
	// them.
	maxProgressResults = 50
)

// progress prints the progress of a run on standard error. A terminal shows one updated line. Other
// outputs get a line every few seconds, and one for each of the first results that neither passed
// nor were skipped.
type progress struct {
	w        io.Writer
	total    int
	terminal bool
	start    time.Time
	// end stops the output.
	end func()

	mu      sync.Mutex
	done    int
	results int // number of printed results
	counts  map[report.Outcome]int
}

// newProgress starts the progress of a run with total cases. Its writes to w are serialized with
// each other only.
func newProgress(env cli.Env, w io.Writer, total int) *progress {
	p := &progress{
		w: w, total: total, terminal: cli.IsTerminal(env.Stderr), start: time.Now(),
		counts: map[report.Outcome]int{},
	}
	if ci, _ := env.Lookup("CI"); ci != "" {
		p.terminal = false
	}
	stopped, ended := make(chan struct{}), make(chan struct{})
	p.end = sync.OnceFunc(func() {
		close(stopped)
		<-ended
		if p.terminal {
			_, _ = fmt.Fprint(p.w, "\r\x1b[K") // errors are ignored as in add
		}
	})
	go func() {
		defer close(ended)
		if !p.terminal {
			p.printLines(stopped)
		}
	}()
	return p
}

// printLines prints a line of progress at intervals until stopped is closed.
func (p *progress) printLines(stopped <-chan struct{}) {
	for {
		wait := progressInterval
		if time.Since(p.start) >= longRun {
			wait = longProgressInterval
		}
		select {
		case <-stopped:
			return
		case <-time.After(wait):
			// failed output does not affect the run
			_, _ = fmt.Fprintln(p.w, p.line(time.Since(p.start)))
		}
	}
}

// line returns a line of progress: "812 of 2248 cases after 35s: 600 passed, 212 skipped".
func (p *progress) line(after time.Duration) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%d of %d cases after %s: %s", p.done, p.total, after.Round(time.Second),
		report.FormatCounts(p.counts))
}

func (p *progress) add(r report.Result) {
	p.mu.Lock()
	p.done++
	p.counts[r.Outcome]++
	done := p.done
	printed := !p.terminal && r.Outcome != report.Pass && r.Outcome != report.Skip &&
		p.results < maxProgressResults
	if printed {
		p.results++
	}
	p.mu.Unlock()
	switch {
	case p.terminal:
		_, _ = fmt.Fprintf(p.w, "\r%d of %d\x1b[K", done, p.total) // as above
	case printed:
		_, _ = fmt.Fprintln(p.w, report.Line(r))
	}
}

// addDryRun counts a result of a dry run. Only skipped cases depend on the target; all others count
// as passed.
func (p *progress) addDryRun(r report.Result) {
	if r.Outcome != report.Skip {
		r.Outcome = report.Pass
	}
	p.add(r)
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
