package namespace

import (
	"context"
	"encoding/json"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/admission"
	"example.com/patmock/mockserver/internal/clock"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/lint"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/stub"
)

// State is the state of a namespace besides the contents of its pat.Store. Replicas of
// a server share these two and nothing else. [newState] returns the state of a single process. Each
// part can be replaced by a shared implementation.
type State struct {
	Clock   Clock
	Random  Random
	Limits  Limits
	Faults  Faults
	Stubs   Stubs
	Journal Journal
	Linter  Linter
}

// Clock returns the time of a namespace. The state file stores the clock as JSON.
type Clock interface {
	Now() time.Time
	Describe() string
	State() clock.State
	Set(now time.Time, frozen bool)
	Advance(by time.Duration) error
	Clear()
	json.Marshaler
	json.Unmarshaler
}

// Random returns values derived from a seed, a purpose, and the number of earlier values of the
// purpose.
type Random interface {
	Hex(purpose string, n int) string
	Base64(purpose string, n int) string
	Float(purpose string) float64
	Reset()
}

// Limits counts requests in the windows of the rate limit.
type Limits interface {
	admission.Limits
	Reset()
}

// Faults stores the fault rules and their counters.
type Faults interface {
	admission.Faults
	List() []control.Fault
	Add(f control.Fault) (control.Fault, error)
	Remove(id string) error
	Clear()
	Reset()
}

// Stubs stores the canned responses and their counts. The state file stores the stubs.
type Stubs interface {
	Match(method, path string) (control.Stub, bool)
	Near(path string) (control.Stub, bool)
	Methods(path string) (methods []string, all bool)
	CountHit(id string)
	List() []control.Stub
	Add(s control.Stub, size int) (control.Stub, error)
	Remove(id string) error
	Replace(stubs []control.Stub, size func(i int) int, charge stub.Charge) error
	Clear()
}

// Journal records the served requests.
type Journal interface {
	Capture(r control.Request, request, response journal.Message)
	List(m control.Match, limit int) control.Journal
	Get(id string) (control.Request, bool)
	Verify(ctx context.Context, v control.VerifyRequest) control.VerifyResult
	Follow(m control.Match) *journal.Follower
	FollowAfter(m control.Match, id string) (f *journal.Follower, found bool)
	Bytes() int
	Trim(bytes int)
	Dropped() int
	Clear()
}

// Linter stores the history of each client and the counters.
type Linter interface {
	Check(x lint.Exchange) []control.Finding
	Count(x lint.Exchange, findings []control.Finding)
	Counters() control.Counters
	Total() int
	Reset()
}

// newState returns the state of a namespace in memory.
func (c *Config) newState(name string, now func() time.Time) State {
	limit := c.RateLimit
	if limit.Requests == 0 {
		limit = ratelimit.TenantLimit // to note requests that a real tenant would reject
	}
	source := random.New(c.Profile.RandomSeed, name)
	return State{
		Clock: clock.New(now), Random: source, Limits: ratelimit.New(limit),
		Faults: fault.New(source), Linter: lint.New(),
		Stubs: stub.New(stub.Limits{
			Stubs: fixtures.MaxStubs, Bytes: fixtures.MaxTotalStubBytes, Share: c.StubBudget,
		}),
		Journal: journal.New(journal.Config{Size: c.JournalSize, Added: c.Journals.NoteGrowth}),
	}
}
