// Prose prints the sentences of the repository that are hard to read, and exits with 1 if there are
// any. With -count it compares how often the Go comments of directories have such constructs.
//
//	go run ./.ci/prose [PATH...]
//	go run ./.ci/prose -count NAME=DIR...
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"text/tabwriter"

	"example.com/patmock/internal/prose"
)

func main() {
	log.SetFlags(0)
	count := flag.Bool("count", false, "compare the comments of directories, written NAME=DIR")
	flag.Parse()
	if *count {
		if err := compare(flag.Args()); err != nil {
			log.Fatal(err)
		}
		return
	}
	paths := flag.Args()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	problems, err := prose.Check(".", paths...)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	if len(problems) > 0 {
		fmt.Printf("%d sentences need other words\n", len(problems))
		os.Exit(1)
	}
}

// compare prints the percentage of comment lines with each construct.
func compare(args []string) error {
	var names []string
	var counts []prose.Count
	for _, arg := range args {
		name, dir, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("-count: expected NAME=DIR, got %q", arg)
		}
		c, err := prose.CountComments(dir)
		if err != nil {
			return err
		}
		if c.Lines == 0 {
			return fmt.Errorf("-count: %s has no Go comments", dir)
		}
		names, counts = append(names, name), append(counts, c)
	}
	rows := []string{"construct\t" + strings.Join(names, "\t")}
	for _, rule := range prose.CountedRules() {
		row := rule.Name
		for _, c := range counts {
			row += fmt.Sprintf("\t%.2f %%", 100*float64(c.ByRule[rule.Name])/float64(c.Lines))
		}
		rows = append(rows, row)
	}
	last := "comment lines"
	for _, c := range counts {
		last += fmt.Sprintf("\t%d", c.Lines)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, err := fmt.Fprintln(w, strings.Join(append(rows, last), "\t\n")+"\t")
	return errors.Join(err, w.Flush())
}
