package contracttests

import (
	"encoding/json"
	"net/http"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// noteOtherRuns looks in a list of a tenant for tokens that another run of the contract made. Such
// a run may change what lists show while a scenario compares them.
func (t *T) noteOtherRuns(operation string, x *exchange) {
	if !t.RealTenant() || operation != "listPersonalAccessTokens" || x.Status != http.StatusOK {
		return
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(x.ResponseBody), &list) != nil {
		return
	}
	otherRuns := map[string]string{}
	for _, each := range list {
		var token struct{ Name string }
		if json.Unmarshal(each, &token) != nil ||
			!tenantguard.IsFromOtherRun(token.Name, t.run.marker) {
			continue
		}
		otherRuns[token.Name] = string(each)
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
	for name, was := range before {
		switch is, listed := after[name]; {
		case !listed:
			t.noteInterference(name, "vanished from")
		case is != was:
			t.noteInterference(name, "changed in")
		}
	}
	for name := range after {
		if _, listed := before[name]; !listed {
			t.noteInterference(name, "appeared during")
		}
	}
}

// noteInterference notes the first sign of another run that is under way.
func (t *T) noteInterference(name, did string) {
	if t.interference == "" {
		t.interference = t.excerpt(name, maxHeader) + " " + did +
			" the list: another run uses this user"
		t.run.warnings.addInterference(t.interference)
	}
}

// startedAtTarget returns when the run has certainly begun, by the clock of the target: a second
// late, for that is how accurate a date is. What a run before has left may have been named just
// before.
func (r *Runner) startedAtTarget() time.Time {
	return r.Clock().TargetTime(r.started).Add(time.Second)
}
