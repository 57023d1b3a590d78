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

// leftOut says that details do not fit into a report.
func leftOut(results, most int) string {
	return fmt.Sprintf("the details of %s are cut, so that this report has at most %d bytes: the "+
		"JSON report has them", plural(results, "result"), most)
}

// A room is what is left of a size for the details of some results, each of which gets a fair
// share.
type room struct {
	left, results int
	cost          func(string) int
	cut           int // results whose details did not fit
}

// take returns the details of the next result, or as many lines of them as fit.
func (r *room) take(details string) string {
	share := max(r.left, 0) / max(r.results, 1)
	r.results--
	out, cut := fitLines(details, share, r.cost)
	if cut {
		r.cut++
	}
	r.left -= r.cost(out)
	return out
}

// fitLines returns a text, or as many lines of it as cost no more than room, with the number of the
// others.
func fitLines(text string, room int, cost func(string) int) (out string, cut bool) {
	if cost(text) <= room {
		return text, false
	}
	rest := strings.Count(text, "\n")
	mark := func() string { return fmt.Sprintf("      (%s left out)\n", plural(rest, "line")) }
	spent, end := cost(mark()), 0
	for line := range strings.Lines(text) {
		if spent += cost(line); spent > room {
			break
		}
		end += len(line)
		rest--
	}
	if cost(mark()) > room {
		return "", true
	}
	return text[:end] + mark(), true
}

func length(text string) int { return len(text) }
