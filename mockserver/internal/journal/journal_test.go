package journal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
)

// filled returns a journal with n requests whose ids are r1, r2 and so on.
func filled(c journal.Config, n int) *journal.Journal {
	j := journal.New(c)
	for i := range n {
		capture(j, &control.Request{ID: fmt.Sprintf("r%d", i+1)})
	}
	return j
}

// ids returns the ids of the requests in a list.
func ids(list control.Journal) string {
	var found []string
	for _, r := range list.Requests {
		found = append(found, r.ID)
	}
	return strings.Join(found, " ")
}

func TestCapture_NumbersFromOne(t *testing.T) {
	list := filled(journal.Config{}, 3).List(control.Match{}, 0)
	for i, r := range list.Requests {
		if r.Sequence != i+1 {
			t.Errorf("request %s has the sequence %d, want %d", r.ID, r.Sequence, i+1)
		}
	}
}

func message(body int, header string) *control.Message {
	return &control.Message{
		Body: strings.Repeat("x", body), Header: map[string][]string{"N": {header}},
	}
}

func TestCapture_DropsOldest(t *testing.T) {
	// Each request has 100 bytes: two bodies, and twice a header of one letter and its value.
	const size = 100
	tests := []struct {
		name    string
		config  journal.Config
		add     int
		held    string
		dropped int
	}{
		{"fewer than the size", journal.Config{Size: 3}, 2, "r1 r2", 0},
		{"as many as the size", journal.Config{Size: 3}, 3, "r1 r2 r3", 0},
		{"one more", journal.Config{Size: 3}, 4, "r2 r3 r4", 1},
		{"many more", journal.Config{Size: 3}, 1000, "r998 r999 r1000", 997},
		{"as many as the bytes", journal.Config{Bytes: 3 * size}, 3, "r1 r2 r3", 0},
		{"more than the bytes", journal.Config{Bytes: 3*size - 1}, 3, "r2 r3", 1},
		{"size before bytes", journal.Config{Size: 1, Bytes: 3 * size}, 3, "r3", 2},
		{"latest alone is too large", journal.Config{Bytes: 1}, 2, "r2", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := journal.New(test.config)
			for i := range test.add {
				capture(j, &control.Request{
					ID: fmt.Sprintf("r%d", i+1), Request: message(20, "abc"),
					Response: message(72, "abc"),
				})
			}
			list := j.List(control.Match{}, 0)
			if diff := cmp.Diff(test.held, ids(list)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
			if list.Dropped != test.dropped || j.Dropped() != test.dropped {
				t.Errorf("dropped %d and %d, want %d", list.Dropped, j.Dropped(), test.dropped)
			}
			if last := list.Requests[len(list.Requests)-1].Sequence; last != test.add {
				t.Errorf("last sequence = %d, want %d", last, test.add)
			}
		})
	}
}

func TestNew_HasDefaultBounds(t *testing.T) {
	if held := filled(journal.Config{}, journal.DefaultSize+1).List(control.Match{},
		0).Stored; held != 1000 {
		t.Errorf("got %d requests held, want 1000", held)
	}
	j := journal.New(journal.Config{Size: -1, Bytes: -1})
	for range 17 {
		capture(j, &control.Request{Path: strings.Repeat("x", 1<<20)})
	}
	if held := j.List(control.Match{}, 0).Stored; held != 16 {
		t.Errorf("%d MiB held, want 16", held)
	}
}

func TestList_ReturnsLatestMatches(t *testing.T) {
	j := journal.New(journal.Config{})
	for i, status := range []int{200, 400, 200, 200} {
		capture(j, &control.Request{
			ID: fmt.Sprintf("r%d", i+1), Status: status, Request: message(1, ""),
			Response: message(1, ""),
		})
	}
	tests := []struct {
		name    string
		match   control.Match
		limit   int
		want    string
		matched int
	}{
		{"all", control.Match{}, 0, "r1 r2 r3 r4", 4},
		{"all for a negative limit", control.Match{}, -1, "r1 r2 r3 r4", 4},
		{"last", control.Match{}, 2, "r3 r4", 4},
		{"matching requests", control.Match{Status: 200}, 0, "r1 r3 r4", 3},
		{"latest matches", control.Match{Status: 200}, 2, "r3 r4", 3},
		{"limit above", control.Match{Status: 400}, 9, "r2", 1},
		{"none", control.Match{Status: 500}, 0, "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list := j.List(test.match, test.limit)
			if diff := cmp.Diff(test.want, ids(list)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if list.Matched != test.matched || list.Stored != 4 {
				t.Errorf("matched %d of %d, want %d of 4", list.Matched, list.Stored, test.matched)
			}
			for _, r := range list.Requests {
				if r.Request != nil || r.Response != nil {
					t.Errorf("%s has messages, want none", r.ID)
				}
			}
		})
	}
}

func TestList_EncodesEmptyLists(t *testing.T) {
	j := journal.New(journal.Config{})
	empty := j.List(control.Match{}, 0)
	capture(j, &control.Request{ID: "a"})
	got, _ := j.Get("a")
	result := j.Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{{}, {Match: control.Match{Status: 1}}},
	})
	for name, value := range map[string]any{
		"empty": empty, "list": j.List(control.Match{}, 0), "request": got, "verdict": result,
	} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{
			"requests", "findings", "reasons", "notes", "outcomes", "matched", "nearMisses",
			"differences",
		} {
			if strings.Contains(string(text), `"`+field+`":null`) {
				t.Errorf("%s: %s is null in %s", name, field, text)
			}
		}
	}
}

func TestGet_ReturnsLatestOfID(t *testing.T) {
	j := journal.New(journal.Config{Size: 3})
	sent := message(1, "a")
	for _, r := range []control.Request{
		{ID: "a"}, {ID: "b"}, {ID: "b", Request: sent, Reasons: []string{"w"}}, {ID: "c"},
	} {
		capture(j, &r)
	}
	got, ok := j.Get("b")
	want := control.Request{
		ID: "b", Sequence: 3, Findings: []control.Finding{}, Reasons: []string{"w"},
		Rules: []string{},
		Notes: []string{}, Request: sent, Response: journal.Redact(nil, nil, 0),
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("latest of that id, %v (-want +got):\n%s", ok, diff)
	}
	for _, id := range []string{"a", "", "nothing"} {
		if got, ok := j.Get(id); ok {
			t.Errorf("%q = %v, want nothing", id, got)
		}
	}
}

func TestList_ReturnsCopies(t *testing.T) {
	j := journal.New(journal.Config{})
	capture(j, &control.Request{ID: "a", Reasons: []string{"kept"}, Request: message(1, "")})
	got, _ := j.Get("a")
	got.Reasons[0], got.Request = "changed", nil
	list := j.List(control.Match{}, 0)
	list.Requests[0].Reasons[0] = "changed"
	again, _ := j.Get("a")
	if diff := cmp.Diff([]string{"kept"}, again.Reasons); diff != "" || again.Request == nil {
		t.Errorf("request changed (-want +got):\n%s", diff)
	}
}

func TestClear_RestartsSequence(t *testing.T) {
	j := filled(journal.Config{Size: 2, Bytes: 100}, 5)
	capture(j, &control.Request{Request: message(90, "")})
	j.Clear()
	if diff := cmp.Diff(control.Journal{Requests: []control.Request{}},
		j.List(control.Match{}, 0)); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	capture(j, &control.Request{ID: "a", Request: message(90, "")})
	capture(j, &control.Request{ID: "b"}) // would not fit if the removed bytes still counted
	list := j.List(control.Match{}, 0)
	if diff := cmp.Diff("a b", ids(list)); diff != "" || list.Requests[0].Sequence != 1 {
		t.Errorf("sequence %d, requests (-want +got):\n%s", list.Requests[0].Sequence, diff)
	}
}

func TestJournal_ConcurrentUse(t *testing.T) {
	j := journal.New(journal.Config{Size: 10})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				capture(j, &control.Request{
					ID: "a", Request: journal.Redact(nil, []byte(`{"a":1}`), 7),
				})
				j.List(control.Match{Body: map[string]any{"a": 1}}, 1)
				j.Get("a")
				j.Dropped()
			}
		})
		group.Go(func() {
			j.Verify(t.Context(), control.VerifyRequest{
				Expect: []control.Expectation{
					{Match: control.Match{Body: map[string]any{"a": 1}}, AtLeast: new(5)},
				}, Timeout: "10s",
			})
		})
	}
	group.Wait()
	if got := j.Dropped(); got != 790 {
		t.Errorf("dropped = %d, want 790", got)
	}
}

func BenchmarkCapture(b *testing.B) {
	j := journal.New(journal.Config{})
	message := journal.Redact(nil, listBody(3000), 3000)
	b.ReportAllocs()
	for b.Loop() {
		capture(j, &control.Request{Response: message})
	}
}
