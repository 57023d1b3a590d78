package memory

import (
	"cmp"
	"math"
	"time"

	"github.com/google/btree"

	"example.com/patmock/mockserver/internal/pat"
)

// compare orders tokens as every answer does: by age, then by id. Neither changes in a token's life.
func compare(a, b *pat.Token) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// A moment is in milliseconds since 1970.
type moment = int64

// Nothing happened before the beginning, and first is in front of all other moments.
const (
	first     moment = math.MinInt64
	beginning        = first / 4
)

func created(t *pat.Token) moment { return t.Created.UnixMilli() }

// lastUsed puts those that were never used in front of the beginning, by age.
func lastUsed(t *pat.Token) moment {
	if t.LastUsed.IsZero() {
		return 2*beginning + created(t)
	}
	return t.LastUsed.UnixMilli()
}

// A tree holds tokens in the order of a moment, and those of the same one in that of compare.
type tree struct {
	moment  func(*pat.Token) moment
	entries *btree.BTreeG[entry]
}

// An entry has the moment beside the token, so that a search need not look into each one that it passes.
type entry struct {
	at    moment
	token *pat.Token
}

func (e entry) before(other entry) bool {
	return e.at < other.at || e.at == other.at && compare(e.token, other.token) < 0
}

// degree makes nodes of up to 127 entries, so that what an owner has is mostly in one.
const degree = 64

func newTree(moment func(*pat.Token) moment) tree {
	return tree{moment, btree.NewWithFreeListG(degree, entry.before, btree.NewFreeListG[entry](0))}
}

// snapshot is a tree that stays as this one is now. What the two share is copied by who changes it.
func (x tree) snapshot() tree { return tree{x.moment, x.entries.Clone()} }

func (x tree) put(t *pat.Token)    { x.entries.ReplaceOrInsert(entry{x.moment(t), t}) }
func (x tree) remove(t *pat.Token) { x.entries.Delete(entry{x.moment(t), t}) }

func (x tree) swap(old, next *pat.Token) {
	if x.moment(old) != x.moment(next) {
		x.remove(old)
	}
	x.put(next) // in the place of the old one, where that is still there
}

// all returns the tokens, nil for none.
func (x tree) all() []*pat.Token {
	if x.entries.Len() == 0 {
		return nil
	}
	tokens := make([]*pat.Token, 0, x.entries.Len())
	x.entries.Ascend(func(e entry) bool {
		tokens = append(tokens, e.token)
		return true
	})
	return tokens
}

// oldest is in front of every other token of its moment.
var oldest = pat.NewToken(pat.Fields{Created: time.UnixMilli(beginning)})

// between adds the tokens from one moment to another, both included, and stops where there are more than most.
func (x tree) between(from, to moment, tokens []*pat.Token, most int) []*pat.Token {
	x.entries.AscendGreaterOrEqual(entry{from, oldest}, func(e entry) bool {
		if e.at > to || len(tokens) > most {
			return false
		}
		tokens = append(tokens, e.token)
		return true
	})
	return tokens
}
