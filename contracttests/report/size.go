package report

import (
	"fmt"
	"strings"
)

// The sizes of reports, in bytes, that the programs that show them still take.
const (
	maxText  = 4 << 20    // a CI cuts the end of a longer log
	maxJUnit = 10_000_000 // of GitLab's and Jenkins' readers
)

// omittedText says that details do not fit into a report.
func omittedText(results, maxBytes int) string {
	return fmt.Sprintf("the details of %s are cut, so that this report has at most %d bytes: the "+
		"JSON report has them", plural(results, "result"), maxBytes)
}

// A room is what is left of a size for the details of some results, each of which gets a fair
// share.
type budget struct {
	remaining, results int
	cost               func(string) int
	truncated          int // results whose details did not fit
}

// fit returns the details of the next result, or as many lines of them as fit.
func (r *budget) fit(details string) string {
	share := max(r.remaining, 0) / max(r.results, 1)
	r.results--
	out, cut := fitLines(details, share, r.cost)
	if cut {
		r.truncated++
	}
	r.remaining -= r.cost(out)
	return out
}

// fitLines returns a text, or as many lines of it as cost no more than room, with the number of the
// others.
func fitLines(text string, limit int, cost func(string) int) (out string, cut bool) {
	if cost(text) <= limit {
		return text, false
	}
	omitted := strings.Count(text, "\n")
	mark := func() string { return fmt.Sprintf("      (%s left out)\n", plural(omitted, "line")) }
	spent, end := cost(mark()), 0
	for line := range strings.Lines(text) {
		if spent += cost(line); spent > limit {
			break
		}
		end += len(line)
		omitted--
	}
	if cost(mark()) > limit {
		return "", true
	}
	return text[:end] + mark(), true
}

func length(text string) int { return len(text) }
