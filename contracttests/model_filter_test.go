package contracttests_test

import (
	"strings"
	"time"

	"example.com/patmock/contracttests"
)

// filterModel is a filter: isnull, le, not, and, or. le compares with the time Ago before now.
type filterModel struct {
	Op   string
	Ago  time.Duration
	Args []filterModel
}

// eval returns 1 for true, -1 for false, and 0 for unknown.
func (f filterModel) eval(k *tokenModel, now time.Time) int {
	switch f.Op {
	case "isnull":
		if k.Used.IsZero() {
			return 1
		}
		return -1
	case "le":
		switch {
		case k.Used.IsZero():
			return 0
		case k.Used.After(now.Add(-f.Ago)):
			return -1
		}
		return 1
	case "not":
		return -f.Args[0].eval(k, now)
	case "and":
		return min(f.Args[0].eval(k, now), f.Args[1].eval(k, now))
	}
	return max(f.Args[0].eval(k, now), f.Args[1].eval(k, now))
}

// text formats the filter with the minimal number of parentheses.
func (f filterModel) text(now time.Time) string {
	binding := map[string]int{"or": 1, "and": 2, "not": 3, "isnull": 4, "le": 4}
	args := make([]string, len(f.Args))
	for i, arg := range f.Args {
		if args[i] = arg.text(now); binding[arg.Op] < binding[f.Op] {
			args[i] = "(" + args[i] + ")"
		}
	}
	switch f.Op {
	case "isnull":
		return "lastUsed isnull"
	case "le":
		return "lastUsed le " + contracttests.FormatTime(now.Add(-f.Ago))
	case "not":
		return "not " + args[0]
	}
	return strings.Join(args, " "+f.Op+" ")
}
