package report

import (
	"fmt"
	"strings"
)

// The maximum sizes of reports, in bytes.
const (
	maxText  = 4 << 20    // CI systems truncate longer logs
	maxJUnit = 10_000_000 // the limit of GitLab and Jenkins
)

// omittedText returns the note about details that did not fit.
func omittedText(results, maxBytes int) string {
	return fmt.Sprintf("the details of %s are truncated because this report is limited to %d "+
		"bytes; the JSON report has them", plural(results, "result"), maxBytes)
}

// budget is the remaining size for the details of some results. Each result gets an equal share.
type budget struct {
	remaining, results int
	cost               func(string) int
	truncated          int // results with truncated details
}

// fit returns as many lines of the next result's details as fit.
func (b *budget) fit(details string) string {
	share := max(b.remaining, 0) / max(b.results, 1)
	b.results--
	out, isTruncated := fitLines(details, share, b.cost)
	if isTruncated {
		b.truncated++
	}
	b.remaining -= b.cost(out)
	return out
}

// fitLines returns as many lines of a text as cost at most limit, followed by the number of omitted
// lines.
func fitLines(text string, limit int, cost func(string) int) (out string, truncated bool) {
	if cost(text) <= limit {
		return text, false
	}
	omitted := strings.Count(text, "\n")
	mark := func() string { return fmt.Sprintf("      (%s omitted)\n", plural(omitted, "line")) }
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
