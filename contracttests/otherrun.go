package contracttests

import (
	"encoding/json"
	"net/http"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// noteOtherRuns records the tokens of other contract runs in a list of a tenant. Such a run may
// change lists while a scenario compares them.
func (t *T) noteOtherRuns(operation string, x *exchange) {
	if !t.RealTenant() || operation != "listPersonalAccessTokens" || x.Status != http.StatusOK {
		return
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(x.ResponseBody), &list) != nil {
		return
	}
	otherRuns := map[string]string{}
	for _, raw := range list {
		var token struct{ Name string }
		if json.Unmarshal(raw, &token) != nil ||
			!tenantguard.IsFromOtherRun(token.Name, t.run.marker) {
			continue
		}
		otherRuns[token.Name] = string(raw)
		if named, _ := tenantguard.ParseName(token.Name); !named.Before(t.run.startedAtTarget()) {
			t.noteInterference(token.Name, "appeared during")
		}
		t.run.warnings.otherRun(token.Name)
	}
	key := x.Header.Get("Authorization") + " " + x.URL
	if before, known := t.otherRuns[key]; known {
		t.compareOtherRuns(before, otherRuns)
	}
	t.otherRuns[key] = otherRuns
}

// compareOtherRuns compares the tokens of other runs in two responses to the same request.
func (t *T) compareOtherRuns(before, after map[string]string) {
	for name, former := range before {
		switch current, listed := after[name]; {
		case !listed:
			t.noteInterference(name, "vanished from")
		case current != former:
			t.noteInterference(name, "changed in")
		}
	}
	for name := range after {
		if _, listed := before[name]; !listed {
			t.noteInterference(name, "appeared during")
		}
	}
}

// noteInterference records the first sign of a concurrent run.
func (t *T) noteInterference(name, did string) {
	if t.interference == "" {
		t.interference = t.excerpt(name, maxHeader) + " " + did +
			" the list: another run uses this user"
		t.run.warnings.addInterference(t.interference)
	}
}

// startedAtTarget returns the start of the run by the target's clock, plus a second, since the Date
// header has seconds. Tokens of an earlier run may have been named just before.
func (r *Runner) startedAtTarget() time.Time {
	return r.Clock().TargetTime(r.started).Add(time.Second)
}
