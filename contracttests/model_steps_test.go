package contracttests_test

import (
	"time"

	"pgregory.net/rapid"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec/version"
)

// step is one operation of a sequence, and whatever any operation may need.
type step struct {
	Op, User, Owner, Name, Forever string
	Version                        version.Version
	Scope, Fields                  []string
	Dated, Own                     bool
	Lives, Passes                  time.Duration
	Target                         int
	Filter                         *filterModel
}

// GoString keeps what rapid logs short, because the curl lines say more.
func (s step) GoString() string { return s.Op }

const day = 24 * time.Hour

func drawn[V any](t *rapid.T, label string, from ...V) V {
	return rapid.SampledFrom(from).Draw(t, label)
}

// steps are what sequences are made of. Only what an operation needs is drawn, so that a failure shrinks soon.
var steps = rapid.Custom(func(t *rapid.T) step {
	s := step{
		Op:   drawn(t, "op", "create", "list", "patch", "delete", "login", "advance", "create", "patch", "list", "login", "fill"),
		User: drawn(t, "user", "john.roe", "admin"), Version: drawn(t, "version", version.V1, version.V3, version.V2026, version.Beta, version.V2025, version.V2024),
	}
	switch s.Op {
	case "create", "patch":
		s.Name, s.Scope = drawn(t, "name", "a", "b", "c", "login", ""), drawn(t, "scope", nil, []string{"x"}, []string{})
		s.Forever, s.Dated = drawn(t, "forever", "", "true", "false"), rapid.Bool().Draw(t, "dated")
		s.Lives = drawn(t, "lives", time.Hour, 150*day, 200*day, -time.Hour)
	case "list":
		s.Owner = drawn(t, "owner", "me", "", "admin", "john.roe")
		if rapid.Bool().Draw(t, "filtered") {
			s.Filter = new(drawFilter(t, 3))
		}
	case "advance":
		s.Passes = drawn(t, "passes", time.Second, 23*time.Hour, 25*time.Hour, 40*day, 200*day)
	}
	if s.Op == "patch" {
		fields := []string{"name", "scope", "expirationDate", "userAwareTokenNeverExpires", "test", "created"}
		s.Fields = rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 3, rapid.ID).Draw(t, "fields")
	}
	if s.Op == "patch" || s.Op == "delete" || s.Op == "login" {
		s.Own, s.Target = rapid.Bool().Draw(t, "own"), rapid.IntRange(0, 12).Draw(t, "target")
	}
	return s
})

func drawFilter(t *rapid.T, depth int) filterModel {
	f := filterModel{Op: drawn(t, "operator", "isnull", "le", "not", "and", "or")}
	if depth == 0 {
		f.Op = drawn(t, "comparison", "isnull", "le")
	}
	f.Ago = drawn(t, "ago", 0, time.Second, 2*day, 100*day)
	for range map[string]int{"not": 1, "and": 2, "or": 2}[f.Op] {
		f.Args = append(f.Args, drawFilter(t, depth-1))
	}
	return f
}

// date of a step, null where it has none.
func (s step) date(now time.Time) any {
	if !s.Dated {
		return nil
	}
	return contracttests.Stamp(now.Add(s.Lives))
}

func (s step) operations(now time.Time) []contracttests.Op {
	values := map[string]any{
		"name": s.Name, "scope": s.Scope, "expirationDate": s.date(now), "userAwareTokenNeverExpires": s.Forever == "true", "created": contracttests.Stamp(now),
	}
	operations := []contracttests.Op{}
	for _, field := range s.Fields {
		if field == "test" {
			operations = append(operations, contracttests.Op{"op": "test", "path": "/name", "value": s.Name})
			continue
		}
		operations = append(operations, contracttests.Replace("/"+field, values[field]))
	}
	return operations
}
