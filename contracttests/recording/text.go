package recording

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/version"
)

// Text shows a comparison to people: by scenario, with both sides of each difference. What several versions have in common
// is shown once.
func (c *Comparison) Text() string {
	var b strings.Builder
	for _, group := range grouped(c.Differences) {
		fmt.Fprintln(&b, group[0].first.Scenario)
		for _, d := range group {
			d.write(&b)
		}
	}
	for _, rest := range []struct {
		text  string
		names []string
	}{
		{"only in the first", c.OnlyA},
		{"only in the second", c.OnlyB},
		{"skipped in one of them", c.Skipped},
		{"without a response of the API in one of them", c.Untested},
	} {
		if len(rest.names) > 0 {
			fmt.Fprintf(&b, "%s, and not compared: %s\n", rest.text, some(rest.names))
		}
	}
	return b.String() + c.Summary() + "\n"
}

// some are the first of many names.
func some(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// Summary is the comparison in one line.
func (c *Comparison) Summary() string {
	counts := []string{}
	allowed := 0
	for _, class := range Severities() {
		if n := len(c.Left(class)); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, class))
		}
	}
	for _, d := range c.Differences {
		if d.Allowed != "" {
			allowed++
		}
	}
	if allowed > 0 {
		counts = append(counts, fmt.Sprintf("%d allowed", allowed))
	}
	text := fmt.Sprintf("%s in %s (%s)", plural(len(c.Differences), "difference"), plural(c.Compared, "case"), plural(len(c.scenarios), "scenario"))
	if len(counts) > 0 {
		text += ": " + strings.Join(counts, ", ")
	}
	return text
}

// common is a difference that versions of a scenario have in common.
type common struct {
	first    Difference
	versions []version.Version
}

// grouped puts the differences of a scenario together.
func grouped(differences []Difference) (groups [][]*common) {
	scenario := ""
	seen := map[Difference]*common{}
	for _, d := range differences {
		if d.Scenario != scenario || len(groups) == 0 {
			groups = append(groups, nil)
			scenario, seen = d.Scenario, map[Difference]*common{}
		}
		key := d
		key.Version, key.Request = "", ""
		if c := seen[key]; c != nil {
			c.versions = append(c.versions, d.Version)
			continue
		}
		c := &common{d, []version.Version{d.Version}}
		seen[key] = c
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}

func (c *common) write(b *strings.Builder) {
	d := c.first
	order := version.All()
	slices.SortFunc(c.versions, func(a, b version.Version) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) })
	head := []string{"  " + string(d.Severity) + ": " + d.What}
	if versions := version.Join(slices.Compact(c.versions)); versions != "" {
		head = append(head, "in "+versions)
	}
	fmt.Fprintln(b, strings.Join(head, " "))
	if d.Allowed != "" {
		fmt.Fprintf(b, "    allowed: %s\n", d.Allowed)
	}
	fmt.Fprintf(b, "    %s\n", d.At)
	if d.Request != "" {
		fmt.Fprintf(b, "    %s\n", d.Request)
	}
	if d.A != "" {
		fmt.Fprintf(b, "    - %s\n", brief(d.A))
	}
	if d.B != "" {
		fmt.Fprintf(b, "    + %s\n", brief(d.B))
	}
}

// brief is the beginning of a side: a whole exchange is long.
func brief(side string) string {
	const longest = 300
	if runes := []rune(side); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return side
}
