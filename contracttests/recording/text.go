package recording

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/version"
)

// Text formats the comparison by scenario, with both sides of each difference. A difference of
// several versions appears once.
func (c *Comparison) Text() string {
	var b strings.Builder
	for _, group := range groupByScenario(c.Differences) {
		fmt.Fprintln(&b, group[0].first.Scenario)
		for _, d := range group {
			d.write(&b)
		}
	}
	for _, excluded := range []struct {
		text  string
		names []string
	}{
		{"only in the first", c.OnlyA},
		{"only in the second", c.OnlyB},
		{"skipped in one recording", c.Skipped},
		{"a gateway responded in one recording", c.Untested},
	} {
		if len(excluded.names) > 0 {
			fmt.Fprintf(&b, "not compared, %s: %s\n", excluded.text, joinLimited(excluded.names))
		}
	}
	return b.String() + c.Summary() + "\n"
}

func joinLimited(names []string) string {
	const limit = 10
	if len(names) <= limit {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), len(names)-limit)
}

// Summary returns the comparison in one line.
func (c *Comparison) Summary() string {
	counts := []string{}
	suppressed := len(c.Differences)
	for _, severity := range Severities() {
		if n := len(c.Unsuppressed(severity)); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, severity))
			suppressed -= n
		}
	}
	if suppressed > 0 {
		counts = append(counts, fmt.Sprintf("%d suppressed", suppressed))
	}
	text := fmt.Sprintf("%s in %s (%s)", plural(len(c.Differences), "difference"),
		plural(c.Compared, "case"), plural(len(c.scenarios), "scenario"))
	if len(counts) > 0 {
		text += ": " + strings.Join(counts, ", ")
	}
	return text
}

// groupedDifference is a difference that several versions of a scenario have.
type groupedDifference struct {
	first    Difference
	versions []version.Version
}

// groupByScenario groups differences by scenario.
func groupByScenario(differences []Difference) (groups [][]*groupedDifference) {
	scenario := ""
	seen := map[Difference]*groupedDifference{}
	for _, d := range differences {
		if d.Scenario != scenario || len(groups) == 0 {
			groups = append(groups, nil)
			scenario, seen = d.Scenario, map[Difference]*groupedDifference{}
		}
		key := d
		key.Version, key.Request = "", ""
		if c := seen[key]; c != nil {
			c.versions = append(c.versions, d.Version)
			continue
		}
		c := &groupedDifference{d, []version.Version{d.Version}}
		seen[key] = c
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}

func (c *groupedDifference) write(b *strings.Builder) {
	d, order := c.first, version.All()
	slices.SortFunc(c.versions, func(a, b version.Version) int {
		return cmp.Compare(slices.Index(order, a), slices.Index(order, b))
	})
	head := "  " + string(d.Severity) + ": " + d.Description
	if versions := version.Join(slices.Compact(c.versions)); versions != "" {
		head += " in " + versions
	}
	fmt.Fprintln(b, head)
	for _, line := range [][2]string{
		{"suppressed: ", d.SuppressionReason}, {"", d.At}, {"", d.Request}, {"- ", shorten(d.A)}, {
			"+ ", shorten(d.B),
		},
	} {
		if line[1] != "" {
			fmt.Fprintf(b, "    %s%s\n", line[0], line[1])
		}
	}
}

// shorten returns the start of a value, since an entire exchange is long.
func shorten(side string) string {
	const maxLength = 300
	if runes := []rune(side); len(runes) > maxLength {
		return string(runes[:maxLength]) + "…"
	}
	return side
}
