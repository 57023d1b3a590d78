package memory_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
)

// model is a simple store that keeps its tokens in no order and scans all of them for each
// operation.
type model []*pat.Token

func (m model) filter(match func(*pat.Token) bool) []*pat.Token {
	var tokens []*pat.Token
	for _, t := range m {
		if match(t) {
			tokens = append(tokens, t)
		}
	}
	slices.SortFunc(tokens, func(a, b *pat.Token) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return tokens
}

func (m model) of(owner string) []*pat.Token {
	return m.filter(func(t *pat.Token) bool { return t.Owner.ID == owner })
}

// nameTaken reports whether another token of the owner has the name of t.
func (m model) nameTaken(t *pat.Token) bool {
	return slices.ContainsFunc(m, func(o *pat.Token) bool {
		return o.Owner == t.Owner && o.Name == t.Name && o.ID != t.ID
	})
}

func (m *model) create(t *pat.Token, limit int) error {
	switch {
	case slices.ContainsFunc(*m, func(o *pat.Token) bool { return o.ID == t.ID }):
		return pat.ErrConflict
	case m.nameTaken(t):
		return pat.ErrNameTaken
	case limit > 0 && len(m.of(t.Owner.ID)) >= limit:
		return pat.ErrLimit
	}
	*m = append(*m, t)
	return nil
}

func (m *model) swap(changes ...pat.Change) error {
	next := slices.Clone(*m)
	for _, c := range changes {
		if !slices.Contains(*m, c.Old) {
			return pat.ErrConflict
		}
	}
	for _, c := range changes {
		if next.nameTaken(c.New) {
			return pat.ErrNameTaken
		}
		next[slices.Index(next, c.Old)] = c.New
	}
	*m = next
	return nil
}

func (m *model) delete(t *pat.Token) error {
	if i := slices.Index(*m, t); i >= 0 {
		*m = slices.Delete(*m, i, i+1)
		return nil
	}
	if slices.ContainsFunc(*m, func(o *pat.Token) bool { return o.ID == t.ID }) {
		return pat.ErrConflict
	}
	return pat.ErrNotFound
}

func (m *model) replace(tokens []*pat.Token) error {
	var next model
	for _, t := range tokens {
		if err := next.create(t, 0); err != nil {
			return err
		}
	}
	*m = next
	return nil
}

// lastUsedTimes are times of the last use of tokens and limits of spans. For a token, the zero time
// means never. In a span, it is an ordinary time.
var lastUsedTimes = []time.Time{
	{},
	time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), newYear, newYear.Add(time.Microsecond),
	newYear.Add(time.Millisecond), stale,
	time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
}

var owners = []string{"ann", "ben", "cem"}

// A machine applies the same operations to a store and to its model.
type machine struct {
	store *memory.Store
	model model
	ids   int
}

func (m *machine) draw(t *rapid.T) *pat.Token {
	m.ids++
	id := fmt.Sprint(m.ids)
	if rapid.IntRange(0, 9).Draw(t, "known id") == 0 && len(m.model) > 0 {
		id = rapid.SampledFrom(m.model).Draw(t, "token").ID
	}
	return pat.NewToken(pat.TokenData{
		ID: id, Name: m.name(t), Owner: pat.Owner{ID: rapid.SampledFrom(owners).Draw(t, "owner")},
		Created: newYear.Add(time.Duration(rapid.IntRange(0, 3).Draw(t,
			"age")) * 500 * time.Microsecond),
		LastUsed: rapid.SampledFrom(lastUsedTimes).Draw(t, "used"),
	})
}

// name returns either one of a few shared names or a new name.
func (m *machine) name(t *rapid.T) string {
	if n := rapid.IntRange(0, 9).Draw(t, "name"); n < 3 {
		return fmt.Sprint("name ", n)
	}
	return fmt.Sprint("of ", m.ids)
}

// current returns the current revision of a token or, rarely, an equal copy.
func (m *machine) current(t *rapid.T) *pat.Token {
	if len(m.model) == 0 {
		t.Skip("no tokens")
	}
	token := rapid.SampledFrom(m.model).Draw(t, "token")
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		return pat.NewToken(token.TokenData)
	}
	return token
}

func (m *machine) Create(t *rapid.T) {
	token, limit := m.draw(t), rapid.SampledFrom([]int{0, 0, 1, 50}).Draw(t, "limit")
	checkSame(t, m.model.create(token, limit), m.store.Create(t.Context(), token, limit))
}

// Fill creates so many tokens that the trees have inner nodes.
func (m *machine) Fill(t *rapid.T) {
	for range rapid.IntRange(100, 300).Draw(t, "tokens") {
		m.ids++
		token := pat.NewToken(pat.TokenData{
			ID: fmt.Sprint(m.ids), Name: fmt.Sprint("of ", m.ids), Owner: pat.Owner{
				ID: owners[m.ids%2],
			},
			Created:  newYear.Add(time.Duration(m.ids*7919%1000) * time.Second),
			LastUsed: stale.Add(time.Duration(m.ids) * time.Hour),
		})
		checkSame(t, m.model.create(token, 0), m.store.Create(t.Context(), token, 0))
	}
}

func (m *machine) Swap(t *rapid.T) {
	var changes []pat.Change
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		old := m.current(t)
		if slices.ContainsFunc(changes, func(c pat.Change) bool { return c.Old.ID == old.ID }) {
			continue
		}
		next := pat.NewToken(old.TokenData)
		next.Name, next.LastUsed = m.name(t), rapid.SampledFrom(lastUsedTimes).Draw(t, "used")
		changes = append(changes, pat.Change{Old: old, New: next})
	}
	checkSame(t, m.model.swap(changes...), m.store.Swap(t.Context(), changes...))
}

func (m *machine) Delete(t *rapid.T) {
	token := m.current(t)
	checkSame(t, m.model.delete(token), m.store.Delete(t.Context(), token))
	checkSame(t, m.model.delete(token), m.store.Delete(t.Context(), token)) // already deleted
}

// Empty deletes most tokens, so that the trees shrink.
func (m *machine) Empty(t *rapid.T) {
	keep := rapid.IntRange(2, 9).Draw(t, "keep one of")
	for i, token := range slices.Clone(m.model) {
		if i%keep != 0 {
			checkSame(t, m.model.delete(token), m.store.Delete(t.Context(), token))
		}
	}
}

func (m *machine) Replace(t *rapid.T) {
	var tokens []*pat.Token
	for range rapid.IntRange(0, 3).Draw(t, "tokens") {
		tokens = append(tokens, m.draw(t))
	}
	checkSame(t, m.model.replace(tokens), m.store.Replace(t.Context(), tenantOf(tokens...)))
}

// Check compares the results of all read operations.
func (m *machine) Check(t *rapid.T) {
	everything := m.model.filter(func(*pat.Token) bool { return true })
	checkTokens(t, "all", everything)(m.store.AllTokens(t.Context()))
	checkCount(t, m.store, "", len(everything))
	for _, owner := range owners {
		checkTokens(t, "of "+owner, m.model.of(owner))(m.store.Tokens(t.Context(), owner))
		checkCount(t, m.store, owner, len(m.model.of(owner)))
	}
	for _, token := range m.model {
		if got, err := m.store.Token(t.Context(), token.ID); got != token || err != nil {
			t.Fatalf("token %s is %p, %v, want %p", token.ID, got, err, token)
		}
	}
	span := pat.Span{
		Never: rapid.Bool().Draw(t, "never"),
		After: rapid.SampledFrom(lastUsedTimes).Draw(t, "after"),
		Until: rapid.SampledFrom(lastUsedTimes).Draw(t, "until"),
	}
	used, err := m.store.TokensLastUsed(t.Context(), span)
	got := map[*pat.Token]bool{}
	for _, token := range used {
		got[token] = true
	}
	checkTokens(t, fmt.Sprint("used within ", span, ", and others"),
		m.model.filter(func(t *pat.Token) bool { return got[t] || within(span, t) }))(used, err)
}

// within reports whether a token was last used within a span.
func within(s pat.Span, t *pat.Token) bool {
	if t.LastUsed.IsZero() {
		return s.Never
	}
	return t.LastUsed.After(s.After) && !t.LastUsed.After(s.Until)
}

func checkSame(t *rapid.T, want, got error) {
	if !errors.Is(got, want) {
		t.Fatalf("error = %v, want %v", got, want)
	}
}

func checkCount(t *rapid.T, s *memory.Store, owner string, want int) {
	if got, err := s.Count(t.Context(), owner); got != want || err != nil {
		t.Fatalf("%q has %d tokens, %v, want %d", owner, got, err, want)
	}
}

func checkTokens(t *rapid.T, subject string, want []*pat.Token) func([]*pat.Token, error) {
	return func(got []*pat.Token, err error) {
		if err != nil || !slices.Equal(want, got) {
			t.Fatalf("%s: %v\n%v, want\n%v", subject, err, formatTokens(got), formatTokens(want))
		}
	}
}

// formatTokens returns the id and name of each token.
func formatTokens(tokens []*pat.Token) []string {
	var lines []string
	for _, t := range tokens {
		lines = append(lines, t.ID+" "+t.Name)
	}
	return lines
}

// The store returns the same results as its model after any sequence of operations.
func TestStore_MatchesModel(t *testing.T) {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		rt.Repeat(rapid.StateMachineActions(&machine{store: newStore(t)}))
	})
}
