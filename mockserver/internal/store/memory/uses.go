package memory

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/btree"

	"example.com/patmock/mockserver/internal/pat"
)

// byAge is the order of lists. Neither Created nor ID changes in a token's life.
func byAge(a, b *pat.Token) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// uses has every token, those that were never used first, and then by when they were last used.
type uses struct{ tree *btree.BTreeG[*pat.Token] }

const degree = 64

func newUses() uses {
	return uses{btree.NewWithFreeListG(degree, usedBefore, btree.NewFreeListG[*pat.Token](0))}
}

func usedBefore(a, b *pat.Token) bool {
	if unused := a.LastUsed.IsZero(); unused != b.LastUsed.IsZero() {
		return unused
	}
	if c := a.LastUsed.Compare(b.LastUsed); c != 0 {
		return c < 0
	}
	return byAge(a, b) < 0
}

func (u uses) put(t *pat.Token)    { u.tree.ReplaceOrInsert(t) }
func (u uses) remove(t *pat.Token) { u.tree.Delete(t) }

// snapshot returns a copy that stays as it is now. Later changes copy the nodes that both share.
func (u uses) snapshot() uses { return uses{u.tree.Clone()} }

// byAge returns the tokens by age, nil for none.
func (u uses) byAge() []*pat.Token {
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

// within returns the tokens of a span in any order, and stops after one more than most.
func (u uses) within(span pat.Span, most int) []*pat.Token {
	var tokens []*pat.Token
	if span.Never {
		u.tree.Ascend(func(t *pat.Token) bool {
			if !t.LastUsed.IsZero() || len(tokens) > most {
				return false
			}
			tokens = append(tokens, t)
			return true
		})
	}
	first := pat.NewToken(pat.TokenData{LastUsed: span.After.Add(time.Nanosecond)})
	u.tree.AscendGreaterOrEqual(first, func(t *pat.Token) bool {
		if t.LastUsed.After(span.Until) || len(tokens) > most {
			return false
		}
		tokens = append(tokens, t)
		return true
	})
	return tokens
}
