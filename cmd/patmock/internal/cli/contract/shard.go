package contract

import (
	"fmt"
	"regexp"
	"strconv"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
)

var shardPattern = regexp.MustCompile(`^([1-9][0-9]{0,5})/([1-9][0-9]{0,5})$`)

// A shard is one of several equal parts of the selected cases. The zero value is all of them.
type shard struct{ index, count int }

// parseShard parses the value of --shard. An empty value selects all cases.
func parseShard(text string) (s shard, err error) {
	if text == "" {
		return s, nil
	}
	match := shardPattern.FindStringSubmatch(text)
	if match != nil {
		s.index, _ = strconv.Atoi(match[1]) // digits
		s.count, _ = strconv.Atoi(match[2])
	}
	if match == nil || s.index > s.count {
		return s, cli.Flagf("shard", " must be I/N with I from 1 to N, such as 1/4, got %s", text)
	}
	return s, nil
}

// String returns the form of the flag, empty for all cases.
func (s shard) String() string {
	if s.count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.index, s.count)
}

// pick returns every count-th case, starting with the index-th. Sizes of shards differ by at most
// one.
func (s shard) pick(cases []contracttests.Case) ([]contracttests.Case, error) {
	if s.count == 0 {
		return cases, nil
	}
	var part []contracttests.Case
	for i := s.index - 1; i < len(cases); i += s.count {
		part = append(part, cases[i])
	}
	if part == nil {
		return nil, cli.Flagf("shard", " %s is empty: only %d cases are selected", s, len(cases))
	}
	return part, nil
}
