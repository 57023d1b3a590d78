package tenantguard_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// An interrupted sweep waits for the delete in progress.
func TestSweep_WaitsForDelete(t *testing.T) {
	for _, test := range []struct {
		name string
		// takes is the duration of the delete.
		takes, ended time.Duration
		deleted      int
	}{
		{"a slow delete", 3 * time.Second, 3 * time.Second, 1},
		{"a delete that hangs", time.Hour, 5 * time.Second, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := &fakeTenant{}
				tenant.add("made-1", "jane", "patmock-r1-1")
				tenant.add("made-2", "jane", "patmock-r1-2")
				ctx, cancel := context.WithCancel(t.Context())
				tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
					if r.Method != http.MethodDelete {
						return nil, r.Context().Err()
					}
					cancel()
					select {
					case <-time.After(test.takes):
						return nil, nil // the tenant responds itself
					case <-r.Context().Done():
						return nil, r.Context().Err()
					}
				}
				started := time.Now() //nolint:forbidigo // the clock of the bubble
				var known []tenantguard.Entry
				for _, id := range []string{"made-1", "made-2"} {
					known = append(known, tenantguard.Entry{
						Target: host, Run: "r1", ID: id, Owner: "jane", Time: noon,
					})
				}
				result, _ := tenantguard.Sweep(ctx, tenantguard.SweepConfig{
					BaseURL: tenantURL, HTTP: &http.Client{Transport: tenant},
					Grace: 5 * time.Second, Entries: known,
					Logins: []tenantguard.Login{
						{ClientID: "login-of-jane", ClientSecret: "hunter2"},
					},
					Now: func() time.Time { return noon.Add(time.Hour) },
				})
				equal(t, "ended after", test.ended, time.Since(started))
				equal(t, "deleted, left", []int{test.deleted, 2 - test.deleted}, []int{
					len(result.Deleted), len(result.Remaining),
				})
			})
		})
	}
}
