package hostile_test

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

func TestMain(m *testing.M) { golden.Main(m) }

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func operation(t testing.TB, document, name string) *spec.Operation {
	t.Helper()
	d, err := spec.Load(document)
	if err != nil {
		t.Fatal(err)
	}
	op := d.Operation(name)
	if op == nil {
		t.Fatalf("%s has no operation %s", document, name)
	}
	return op
}

func listOperation(t testing.TB) *spec.Operation {
	return operation(t, "v2026", "listPersonalAccessTokens")
}

// config returns the configuration of a profile that varies every response it can.
func config(seed uint64, behaviours ...string) hostile.Config {
	return hostile.Config{
		Behaviours: behaviours, Rate: 1, MaxConsecutive: 1 << 30,
		Random:  random.New(&seed, "default"),
		WallNow: func() time.Time { return noon },
	}
}

// nextBehaviour sends a list request and returns the outcome: a status, a behaviour with the body,
// or a dash.
func nextBehaviour(t testing.TB, h *hostile.Hostile, client string) string {
	t.Helper()
	variation := h.Choose(client, "list", listOperation(t))
	if variation.Status != 0 {
		return strconv.Itoa(variation.Status)
	}
	if variation.Vary == nil {
		return "-"
	}
	varied, behaviour := variation.Vary(&response.Response{
		Status: http.StatusOK, Body: []byte(threeTokens),
	})
	if behaviour == "" {
		return "-"
	}
	return behaviour + " " + string(varied.Body)
}

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *hostile.Config)
		want   bool
	}{
		{"hostile", func(*hostile.Config) {}, true},
		{"no behaviours", func(c *hostile.Config) { c.Behaviours = nil }, false},
		{"no rate", func(c *hostile.Config) { c.Rate = 0 }, false},
		{"no consecutive ones", func(c *hostile.Config) { c.MaxConsecutive = 0 }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config(7, hostile.Behaviours()...)
			test.change(&c)
			if got := hostile.New(c) != nil; got != test.want {
				t.Errorf("hostile = %t, want %t", got, test.want)
			}
		})
	}
}

func TestHostile_NilIsDisabled(t *testing.T) {
	var disabled *hostile.Hostile
	disabled.NoteLogin("cafe")
	disabled.Reset()
	if variation := disabled.Choose("cafe", "list", nil); variation.Status != 0 ||
		variation.Vary != nil ||
		variation.TokenTTL != 0 || variation.RetryAfterAsDate {
		t.Errorf("variation = %+v, want nothing", variation)
	}
}

func TestCheck(t *testing.T) {
	for _, name := range hostile.Behaviours() {
		if err := hostile.Check(name); err != nil {
			t.Error(err)
		}
	}
	err := hostile.Check("rude")
	var unknown *hostile.UnknownBehaviourError
	if !errors.As(err, &unknown) || unknown.Name != "rude" {
		t.Fatalf("got %v, want an error about the name", err)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestChoose_VariesAfterLoginOnly(t *testing.T) {
	h := hostile.New(config(7, hostile.ExtraProperties))
	h.NoteLogin("another")
	for range 20 {
		if got := nextBehaviour(t, h, "cafe"); got != "-" {
			t.Fatalf("got %s, want no variation", got)
		}
	}
	h.NoteLogin("cafe")
	if got := nextBehaviour(t, h, "cafe"); got == "-" {
		t.Error("got no variation after the login")
	}
	h.Reset()
	if got := nextBehaviour(t, h, "cafe"); got != "-" {
		t.Errorf("got %s after a reset, want no variation", got)
	}
}

func TestChoose_LimitsConsecutive(t *testing.T) {
	for _, test := range []struct {
		name           string
		maxConsecutive int
		behaviours     []string
		want           string // of eight requests, x if varied
	}{
		{"one", 1, []string{hostile.ExtraProperties}, "x-x-x-x-"},
		{"three", 3, []string{hostile.ExtraProperties}, "xxx-xxx-"},
		{"outages", 2, []string{hostile.Outages}, "xx-xx-xx"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config(7, test.behaviours...)
			c.MaxConsecutive = test.maxConsecutive
			h := hostile.New(c)
			got := map[string]string{}
			for _, client := range []string{"cafe", "babe"} {
				h.NoteLogin(client)
			}
			for range 8 {
				for _, client := range []string{"cafe", "babe"} {
					h.NoteLogin(client) // repeated logins do not reset the counter
					if nextBehaviour(t, h, client) == "-" {
						got[client] += "-"
					} else {
						got[client] += "x"
					}
				}
			}
			if diff := cmp.Diff(map[string]string{"cafe": test.want, "babe": test.want},
				got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestChoose_UnchangedResponsesDoNotCount(t *testing.T) {
	c := config(7, hostile.MessageOrder) // does not apply to a list
	c.MaxConsecutive = 1
	h := hostile.New(c)
	h.NoteLogin("cafe")
	for range 5 {
		if got := nextBehaviour(t, h, "cafe"); got != "-" {
			t.Errorf("got %s, want no variation", got)
		}
	}
	variation := h.Choose("cafe", "list", listOperation(t))
	if variation.Vary == nil {
		t.Fatal("got no variation after unchanged responses")
	}
	if _, behaviour := variation.Vary(&response.Response{
		Status: http.StatusBadRequest, Body: []byte(badRequest),
	}); behaviour != hostile.MessageOrder {
		t.Errorf("behaviour = %q, want %s", behaviour, hostile.MessageOrder)
	}
}

func TestChoose_Rate(t *testing.T) {
	const requests = 2000
	c := config(7, hostile.ExtraProperties)
	c.Rate = 0.25
	h := hostile.New(c)
	h.NoteLogin("cafe")
	varied := 0
	for range requests {
		if nextBehaviour(t, h, "cafe") != "-" {
			varied++
		}
	}
	if varied < 400 || varied > 600 {
		t.Errorf("%d of %d responses varied, want about 500", varied, requests)
	}
}

// outcomes returns the outcomes of a client's requests during concurrent requests of others.
func outcomes(t testing.TB, seed uint64, client string, others int) []string {
	t.Helper()
	c := config(seed, hostile.Behaviours()...)
	c.Rate, c.MaxConsecutive = 0.5, 2
	h := hostile.New(c)
	h.NoteLogin(client)
	var wg sync.WaitGroup
	for i := range others {
		wg.Go(func() {
			name := "other " + strconv.Itoa(i)
			h.NoteLogin(name)
			for range 50 {
				nextBehaviour(t, h, name)
			}
		})
	}
	var got []string
	for range 50 {
		got = append(got, nextBehaviour(t, h, client))
	}
	wg.Wait()
	return got
}

func TestChoose_IsIndependentOfOtherClients(t *testing.T) {
	alone := outcomes(t, 7, "cafe", 0)
	if diff := cmp.Diff(alone, outcomes(t, 7, "cafe", 4)); diff != "" {
		t.Errorf("with other clients (-want +got):\n%s", diff)
	}
	for name, other := range map[string][]string{
		"seed": outcomes(t, 8, "cafe", 0), "client": outcomes(t, 7, "babe", 0),
	} {
		if cmp.Equal(alone, other) {
			t.Errorf("different %s had no effect on the outcomes", name)
		}
	}
}

func TestNoteLogin_LimitsClients(t *testing.T) {
	const maxClients = 10_000
	h := hostile.New(config(7, hostile.ExtraProperties))
	for i := range maxClients {
		h.NoteLogin(strconv.Itoa(i))
	}
	h.NoteLogin("0") // already known
	if got := nextBehaviour(t, h, "0"); got == "-" {
		t.Error("got no variation for a known client")
	}
	h.NoteLogin("one more")
	if got := nextBehaviour(t, h, "0"); got != "-" {
		t.Errorf("got %s, want no variation for an evicted client", got)
	}
	if got := nextBehaviour(t, h, "one more"); got == "-" {
		t.Error("got no variation for the last client")
	}
}
