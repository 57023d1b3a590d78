package contracttests_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec/version"
)

// step is one operation of a sequence. It has the parameters of all operations.
type step struct {
	Op, User, Owner, Name, Forever, Form string
	Version                              version.Version
	Scope, Omit, Patch                   []string
	Validity                             int
	HasDate, Own                         bool
	Lifetime, Advance                    time.Duration
	// Offset is the zone offset of the date, in seconds east of Greenwich.
	Offset, Target, More int
	Filter               *filterModel
}

// GoString keeps rapid's log short, since the curl lines have the details.
func (s step) GoString() string { return s.Op }

const day = 24 * time.Hour

// The users of a sequence. The last has all rights.
var modelUsers = []string{"jane.doe", "john.roe", "helpdesk", "admin"}

func draw[V any](t *rapid.T, label string, from ...V) V {
	return rapid.SampledFrom(from).Draw(t, label)
}

func drawSome(t *rapid.T, label string, limit int, from ...string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, limit, rapid.ID).Draw(t, label)
}

// Special values of Advance: to the next expiry of a token, and to the millisecond before it.
const (
	toExpiry     = -1 * time.Millisecond
	beforeExpiry = -2 * time.Millisecond
)

// Special values of Lifetime: the upper bound of the legacy versions, and a millisecond more.
const (
	onBound     = 1 * time.Nanosecond
	beyondBound = 2 * time.Nanosecond
)

// patchSteps are the operations of patches, by name.
var patchSteps = map[string]operation{
	"replace name": {Op: "replace", Path: "/name"}, "add name": {Op: "add", Path: "/name"},
	"remove name": {Op: "remove", Path: "/name"},
	"test name":   {Op: "test", Path: "/name"}, "replace scope": {Op: "replace", Path: "/scope"},
	"remove scope":   {Op: "remove", Path: "/scope"},
	"append a scope": {Op: "add", Path: "/scope/-", Value: "y"}, "insert a scope": {
		Op: "add", Path: "/scope/0", Value: "z",
	},
	"insert a third scope":     {Op: "add", Path: "/scope/2", Value: "third"},
	"remove the first scope":   {Op: "remove", Path: "/scope/0"},
	"replace the second scope": {Op: "replace", Path: "/scope/1", Value: "w"},
	"test the first scope":     {Op: "test", Path: "/scope/0", Value: "x"},
	"move a scope":             {Op: "move", From: "/scope/0", Path: "/scope/1"}, "copy a scope": {
		Op: "copy", From: "/scope/1", Path: "/scope/0",
	},
	"copy scope to name": {Op: "copy", From: "/scope/0", Path: "/name"}, "move scope to name": {
		Op: "move", From: "/scope/0", Path: "/name",
	},
	"move the name to the scopes": {Op: "move", From: "/name", Path: "/scope/-"},
	"replace date":                {Op: "replace", Path: "/expirationDate"}, "add date": {
		Op: "add", Path: "/expirationDate",
	}, "remove date": {Op: "remove", Path: "/expirationDate"},
	"replace date without a value": {Op: "replace", Path: "/expirationDate", NoValue: true},
	"replace flag":                 {Op: "replace", Path: "/userAwareTokenNeverExpires"},
	"add flag":                     {Op: "add", Path: "/userAwareTokenNeverExpires"},
	"remove flag":                  {Op: "remove", Path: "/userAwareTokenNeverExpires"},
	"replace created": {
		Op: "replace", Path: "/created", Value: "2020-01-01T00:00:00.000Z",
	},
	"copy owner": {Op: "copy", From: "/owner", Path: "/name"}, "name without a value": {
		Op: "replace", Path: "/name", NoValue: true,
	},
}

// bulkSteps are the operations of bulk updates, the last of them an invalid one.
var bulkSteps = []string{
	"replace date", "remove date", "replace flag", "add flag", "remove flag", "replace name",
}

func patchNames() []string {
	names := make([]string, 0, len(patchSteps))
	for name := range patchSteps {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// steps generates the steps of sequences. It draws only the parameters of the operation, so that
// failures shrink quickly.
var steps = rapid.Custom(func(t *rapid.T) step {
	s := step{
		Op: draw(t, "op", "create", "list", "patch", "delete", "login", "advance", "bulk",
			"create", "patch", "list", "login", "patch", "bulk", "fill"),
		User: draw(t, "user", modelUsers...),
		Version: draw(t, "version", version.V1, version.V3, version.V2026, version.Beta,
			version.V2025, version.V2024),
	}
	if s.Op == "bulk" {
		s.User, s.Version = draw(t, "user", "admin", "admin", "admin", "john.roe"), version.V1
	}
	switch s.Op {
	case "create", "patch", "bulk":
		s.Name = draw(t, "name", "a", "b", "login", "é", "e\u0301", "É", "ß", "SS", "😀", " a", " ",
			"")
		s.Scope = draw(t, "scope", nil, []string{"x"}, []string{}, []string{
			"x", "y", "sp:my-personal-access-tokens:read",
		})
		s.Forever, s.HasDate = draw(t, "forever", "", "true", "false", "null"),
			rapid.Bool().Draw(t, "dated")
		s.Lifetime = draw(t, "lives", time.Hour, 150*day, 200*day, onBound, beyondBound,
			time.Millisecond, 0, -time.Hour)
		s.Offset = draw(t, "offset", 0, 14*3600, -12*3600, 5*3600+45*60)
	case "list":
		s.Owner = draw(t, "owner", append([]string{"me", ""}, modelUsers...)...)
		if rapid.Bool().Draw(t, "filtered") {
			s.Filter = new(drawFilter(t, 3))
		}
	case "advance":
		s.Advance = draw(t, "passes", time.Second, 23*time.Hour, 25*time.Hour, 40*day, 200*day,
			toExpiry, beforeExpiry)
	}
	switch s.Op {
	case "create":
		s.Validity = draw(t, "validity", 0, 15, 900, 43200, 14, 43201)
		s.Omit = drawSome(t, "omitted", 3, "name", "scope", "accessTokenValiditySeconds",
			"expirationDate")
	case "patch":
		s.Patch = rapid.SliceOfN(rapid.SampledFrom(patchNames()), 0, 4).Draw(t, "patch")
	case "bulk":
		s.Patch = rapid.SliceOfN(rapid.SampledFrom(bulkSteps), 1, 3).Draw(t, "patch")
		s.More = rapid.IntRange(0, 4).Draw(t, "more")
	}
	if s.Op == "patch" || s.Op == "delete" || s.Op == "login" || s.Op == "bulk" {
		s.Own, s.Target = rapid.Bool().Draw(t, "own"), rapid.IntRange(0, 14).Draw(t, "target")
	}
	if s.Op == "login" {
		s.Form = draw(t, "form", "form", "basic", "query", "multipart", "split")
	}
	return s
})

func drawFilter(t *rapid.T, depth int) filterModel {
	f := filterModel{Op: draw(t, "operator", "isnull", "le", "not", "and", "or")}
	if depth == 0 {
		f.Op = draw(t, "comparison", "isnull", "le")
	}
	f.Ago = draw(t, "ago", 0, time.Second, 2*day, 100*day)
	for range map[string]int{"not": 1, "and": 2, "or": 2}[f.Op] {
		f.Args = append(f.Args, drawFilter(t, depth-1))
	}
	return f
}

func (s step) omits(property string) bool { return slices.Contains(s.Omit, property) }

// date returns the date of a step, the zero time if it has none.
func (s step) date(now time.Time) time.Time {
	switch {
	case !s.HasDate:
		return time.Time{}
	case s.Lifetime == onBound:
		return halfYear(now)
	case s.Lifetime == beyondBound:
		return halfYear(now).Add(time.Millisecond)
	}
	return now.Add(s.Lifetime)
}

// formatDate formats a date with the offset of the step. The zero time is null.
func (s step) formatDate(date time.Time) any {
	switch {
	case date.IsZero():
		return nil
	case s.Offset == 0:
		return contracttests.FormatTime(date)
	}
	return date.In(time.FixedZone("", s.Offset)).Format("2006-01-02T15:04:05.000-07:00")
}

// flag returns the acknowledgment of a step, nil for null.
func (s step) flag() any {
	switch s.Forever {
	case "true", "false":
		return s.Forever == "true"
	}
	return nil
}

// body returns the request body of a create step.
func (s step) body(now time.Time) contracttests.Body {
	body := contracttests.Body{
		"name": s.Name, "scope": s.Scope, "expirationDate": s.formatDate(s.date(now)),
		"accessTokenValiditySeconds": nil,
	}
	if s.Validity != 0 {
		body["accessTokenValiditySeconds"] = s.Validity
	}
	if s.Forever != "" {
		body["userAwareTokenNeverExpires"] = s.flag()
	}
	for _, name := range s.Omit {
		delete(body, name)
	}
	return body
}

// operations returns the patch of a step, with the times and scopes of the model.
func (s step) operations(now time.Time) []operation {
	all := []operation{}
	for _, name := range s.Patch {
		o := patchSteps[name]
		switch {
		case o.NoValue || o.Value != nil:
		case o.Path == "/name":
			o.Value = s.Name
		case o.Path == "/scope":
			o.Value = s.Scope
		case o.Path == "/expirationDate":
			o.Value = s.date(now)
		case o.Path == "/userAwareTokenNeverExpires":
			o.Value = s.flag()
		}
		all = append(all, o)
	}
	return all
}

// wirePatch returns the patch of a step as in requests.
func (s step) wirePatch(now time.Time) []map[string]any {
	all := []map[string]any{}
	for _, o := range s.operations(now) {
		if date, ok := o.Value.(time.Time); ok {
			o.Value = s.formatDate(date)
		}
		if scope, ok := o.Value.([]string); ok && scope == nil {
			o.Value = nil
		}
		all = append(all, o.encode())
	}
	return all
}
