package memory

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/btree"

	"example.com/patmock/mockserver/internal/pat"
)

// byAge compares tokens in the order of lists. Neither Created nor ID changes during the life of a
// token.
func byAge(a, b *pat.Token) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// lastUsedIndex sorts all tokens by their last use. Tokens that were never used come first.
type lastUsedIndex struct{ tree *btree.BTreeG[*pat.Token] }

const btreeDegree = 64

func newLastUsedIndex() lastUsedIndex {
	return lastUsedIndex{
		btree.NewWithFreeListG(btreeDegree, lessByLastUsed, btree.NewFreeListG[*pat.Token](0)),
	}
}

func lessByLastUsed(a, b *pat.Token) bool {
	if unused := a.LastUsed.IsZero(); unused != b.LastUsed.IsZero() {
		return unused
	}
	if c := a.LastUsed.Compare(b.LastUsed); c != 0 {
		return c < 0
	}
	return byAge(a, b) < 0
}

func (u lastUsedIndex) put(t *pat.Token)    { u.tree.ReplaceOrInsert(t) }
func (u lastUsedIndex) remove(t *pat.Token) { u.tree.Delete(t) }

// snapshot returns a copy that does not change. Later changes of u copy the shared nodes.
func (u lastUsedIndex) snapshot() lastUsedIndex { return lastUsedIndex{u.tree.Clone()} }

// byAge returns all tokens sorted by age, or nil if there are none.
func (u lastUsedIndex) byAge() []*pat.Token {
	var tokens []*pat.Token
	if n := u.tree.Len(); n > 0 {
		tokens = make([]*pat.Token, 0, n)
	}
	u.tree.Ascend(func(t *pat.Token) bool {
		tokens = append(tokens, t)
		return true
	})
	slices.SortFunc(tokens, byAge)
	return tokens
}

// tokensIn returns the tokens of a span in any order. It returns at most limit+1 tokens.
func (u lastUsedIndex) tokensIn(span pat.Span, limit int) []*pat.Token {
	var tokens []*pat.Token
	if span.Never {
		u.tree.Ascend(func(t *pat.Token) bool {
			if !t.LastUsed.IsZero() || len(tokens) > limit {
				return false
			}
			tokens = append(tokens, t)
			return true
		})
	}
	first := pat.NewToken(pat.TokenData{LastUsed: span.After.Add(time.Nanosecond)})
	u.tree.AscendGreaterOrEqual(first, func(t *pat.Token) bool {
		if t.LastUsed.After(span.Until) || len(tokens) > limit {
			return false
		}
		tokens = append(tokens, t)
		return true
	})
	return tokens
}
