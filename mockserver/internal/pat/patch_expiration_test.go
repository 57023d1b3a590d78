package pat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// robotExpiring returns a token with the given expiration, which may be "never", and
// acknowledgment.
func robotExpiring(expiration string, ack bool) pat.TokenData {
	f := neverExpiringToken("robot", ben)
	f.Name, f.Scope, f.UserAwareTokenNeverExpires = "robot", []string{"a"}, ack
	if expiration != "never" {
		f.ExpirationDate = parseTime(expiration)
	}
	return f
}

func TestPatch_Expiration(t *testing.T) {
	const (
		april, may = "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"
		toMay      = `replace /expirationDate "2026-05-01T00:00:00Z"`
		toNull     = "replace /expirationDate null"
		aware      = "replace /userAwareTokenNeverExpires true"
		unaware    = "replace /userAwareTokenNeverExpires false"
	)
	var (
		lives        = robotExpiring(april, false)
		livesAware   = robotExpiring(april, true)
		expired      = robotExpiring("2026-02-01T00:00:00Z", false)
		never        = robotExpiring("never", true)
		neverUnaware = robotExpiring("never", false) // created before acknowledgments existed

		ackRejection = func(field string) rejection {
			return rejection{pat.Invalid, field, "expiry-never"}
		}
		keepsAckRejection = func(field string) rejection {
			return rejection{pat.Invalid, field, "never-keeps-acknowledgment"}
		}
		future = rejection{pat.Invalid, "/0/value", "expiry-future"}
		zone   = rejection{pat.Illegal, "/0/value", "date-needs-zone"}
	)
	tests := []struct {
		name          string
		token         pat.TokenData
		patch         []string
		want          string
		wantRejection rejection
	}{
		{"later", lives, []string{toMay}, "robot [a] " + may + " false", accepted},
		{
			"copy leaves an expired date alone", expired, []string{
				"copy /expirationDate /scope/-",
			}, "robot [a 2026-02-01T00:00:00.000Z] 2026-02-01T00:00:00Z false", accepted,
		},
		{
			"copy of the acknowledgment sets none", livesAware, []string{
				"copy /userAwareTokenNeverExpires /scope/-", "remove /scope/1",
				"remove /expirationDate",
			}, "", ackRejection("/2"),
		},
		{
			"later by add", lives,
			[]string{`add /expirationDate "2026-05-01T00:00:00Z"`},
			"robot [a] " + may + " false", accepted,
		},
		{
			"later by remove and add", lives, []string{
				"remove /expirationDate", `add /expirationDate "2026-05-01T00:00:00Z"`,
			}, "robot [a] " + may + " false", accepted,
		},
		{
			"earlier", lives,
			[]string{`replace /expirationDate "2026-03-01T12:00:00.001Z"`},
			"robot [a] 2026-03-01T12:00:00.001Z false", accepted,
		},
		{
			"years later", lives, []string{
				`replace /expirationDate "9999-12-31T23:59:59.999999+00:00"`,
			}, "robot [a] 9999-12-31T23:59:59.999Z false", accepted,
		},
		{
			"in another zone", lives, []string{
				`replace /expirationDate "2026-05-01T02:00:00+02:00"`,
			}, "robot [a] " + may + " false", accepted,
		},
		{"now", lives, []string{`replace /expirationDate "2026-03-01T12:00:00Z"`}, "", future},
		{"past", lives, []string{`replace /expirationDate "2026-02-01T00:00:00Z"`}, "", future},
		{
			"past, acknowledged", lives, []string{
				`replace /expirationDate "2026-02-01T00:00:00Z"`, aware,
			}, "", future,
		},
		{"no zone", lives, []string{`replace /expirationDate "2026-05-01T00:00:00"`}, "", zone},
		{
			"empty", lives, []string{`replace /expirationDate ""`}, "", rejection{
				pat.Illegal, "/0/value", "empty-date",
			},
		},
		{
			"year 10000", lives,
			[]string{`replace /expirationDate "9999-12-31T23:59:59-01:00"`},
			"",
			rejection{pat.Illegal, "/0/value", "date-year-of-four-digits"},
		},
		{
			"date of another field", lives, []string{"copy /name /expirationDate"}, "", rejection{
				pat.Illegal, "/0", "date-is-rfc3339",
			},
		},

		{
			"null, then acknowledged", lives,
			[]string{toNull, aware},
			"robot [a] never true",
			accepted,
		},
		{
			"acknowledged, then null", lives,
			[]string{aware, toNull},
			"robot [a] never true",
			accepted,
		},
		{
			"null by add, acknowledged", lives,
			[]string{"add /expirationDate null", aware},
			"robot [a] never true", accepted,
		},
		{
			"removed, acknowledged", lives,
			[]string{"remove /expirationDate", aware},
			"robot [a] never true", accepted,
		},
		{
			"removed, acknowledged by add", lives, []string{
				"remove /expirationDate", "add /userAwareTokenNeverExpires true",
			}, "robot [a] never true", accepted,
		},
		{
			"without a value, acknowledged", lives,
			[]string{"replace /expirationDate", aware},
			"robot [a] never true", accepted,
		},
		{
			"added without a value, acknowledged", lives,
			[]string{aware, "add /expirationDate"},
			"",
			rejection{pat.Missing, "/1/value", "patch-value-required"},
		},
		{
			"null, acknowledged again", livesAware,
			[]string{toNull, aware},
			"robot [a] never true",
			accepted,
		},
		{"null", lives, []string{toNull}, "", ackRejection("/0/value")},
		{"removed", lives, []string{"remove /expirationDate"}, "", ackRejection("/0")},
		{
			"without a value", lives,
			[]string{"replace /expirationDate"},
			"",
			ackRejection("/0/value"),
		},
		{
			"null, not acknowledged", lives,
			[]string{toNull, unaware},
			"",
			ackRejection("/0/value"),
		},
		{
			"null, acknowledgment withdrawn", lives,
			[]string{aware, toNull, unaware},
			"",
			ackRejection("/1/value"),
		},
		{
			"null, acknowledgment removed", lives, []string{
				aware, toNull, "remove /userAwareTokenNeverExpires",
			}, "", ackRejection("/1/value"),
		},
		{
			"null, acknowledgment null", lives, []string{
				toNull, "replace /userAwareTokenNeverExpires null",
			}, "", ackRejection("/0/value"),
		},
		{
			"null, acknowledged by an earlier request", livesAware,
			[]string{toNull},
			"",
			ackRejection("/0/value"),
		},
		{
			"null, acknowledgment only tested", livesAware, []string{
				"test /userAwareTokenNeverExpires true", toNull,
			}, "", ackRejection("/1/value"),
		},
		{"null again", never, []string{toNull}, "", ackRejection("/0/value")},
		{
			"null again, acknowledged again", never,
			[]string{toNull, aware},
			"robot [a] never true", accepted,
		},
		{
			"null, then a date", lives,
			[]string{toNull, toMay},
			"robot [a] " + may + " false",
			accepted,
		},
		{"date, then null", lives, []string{toMay, toNull}, "", ackRejection("/1/value")},

		{
			"acknowledgment alone, dated", lives,
			[]string{aware},
			"robot [a] " + april + " true",
			accepted,
		},
		{
			"acknowledgment alone, dated, by add", lives, []string{
				"add /userAwareTokenNeverExpires true",
			}, "robot [a] " + april + " true", accepted,
		},
		{
			"acknowledgment alone, never expires", neverUnaware,
			[]string{aware},
			"robot [a] never true", accepted,
		},
		{
			"acknowledgment withdrawn, dated", livesAware,
			[]string{unaware},
			"robot [a] " + april + " false", accepted,
		},
		{
			"acknowledgment removed, dated", livesAware, []string{
				"remove /userAwareTokenNeverExpires",
			}, "robot [a] " + april + " false", accepted,
		},
		{
			"acknowledgment null, dated", livesAware, []string{
				"replace /userAwareTokenNeverExpires null",
			}, "robot [a] " + april + " false", accepted,
		},
		{
			"acknowledgment withdrawn, never expires", never,
			[]string{unaware},
			"",
			keepsAckRejection("/0/value"),
		},
		{
			"acknowledgment removed, never expires", never, []string{
				"remove /userAwareTokenNeverExpires",
			}, "", keepsAckRejection("/0"),
		},
		{
			"acknowledgment null, never expires", never, []string{
				"replace /userAwareTokenNeverExpires null",
			}, "", keepsAckRejection("/0/value"),
		},
		{
			"acknowledgment withdrawn for a date", never,
			[]string{unaware, toMay},
			"robot [a] " + may + " false", accepted,
		},
		{
			"date and the acknowledgment withdrawn", never,
			[]string{toMay, unaware},
			"robot [a] " + may + " false", accepted,
		},
		{
			"date, the acknowledgment stays", never,
			[]string{toMay},
			"robot [a] " + may + " true", accepted,
		},
		{
			"date and the acknowledgment", lives,
			[]string{toMay, aware},
			"robot [a] " + may + " true", accepted,
		},

		{
			"name of a token that never expires", never,
			[]string{`replace /name "x"`},
			"x [a] never true", accepted,
		},
		{
			"name, never expires, older than the acknowledgment", neverUnaware, []string{
				`replace /name "x"`,
			}, "x [a] never false", accepted,
		},
		{
			"test of a date that is null", never, []string{
				"test /expirationDate null", `replace /name "x"`,
			}, "x [a] never true", accepted,
		},
		{
			"test of a date without a value", never,
			[]string{"test /expirationDate"},
			"",
			rejection{
				pat.Missing, "/0/value", "patch-value-required",
			},
		},
		{
			"name of an expired token", expired,
			[]string{`replace /name "x"`},
			"x [a] 2026-02-01T00:00:00Z false", accepted,
		},
		{
			"acknowledgment of an expired token", expired,
			[]string{aware},
			"robot [a] 2026-02-01T00:00:00Z true", accepted,
		},
		{
			"expired token revived", expired,
			[]string{toMay},
			"robot [a] " + may + " false",
			accepted,
		},
		{
			"expired token that never expires afterwards", expired,
			[]string{toNull, aware},
			"robot [a] never true", accepted,
		},
		{
			"name and null, not acknowledged", lives,
			[]string{`replace /name "x"`, toNull},
			"",
			ackRejection("/1/value"),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := patch(t, version.V1, test.token, patchOf(test.patch...))
			checkRejection(t, test.wantRejection, err)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("token (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatch_AcknowledgmentErrorText(t *testing.T) {
	_, err := patch(t, version.V2026, robotExpiring("never", true),
		patchOf("replace /userAwareTokenNeverExpires false"))
	checkErrorText(t, rejection{pat.Invalid, "/0/value", "never-keeps-acknowledgment"}, err)
}

// A token with a new expiration date can log in again.
func TestPatch_RevivesExpiredToken(t *testing.T) {
	store := newStore(t, robotExpiring("2026-02-01T00:00:00Z", false))
	service := loginService(store)
	if err := login(t.Context(), service, "robot", "secret of robot", now); err == nil {
		t.Fatal("login with an expired token succeeded")
	}
	if _, err := patchToken(t.Context(), service, callOf(user(ben), version.V1), "robot",
		patchOf(`replace /expirationDate "2026-05-01T00:00:00Z"`)); err != nil {
		t.Fatal(err)
	}
	if err := login(t.Context(), service, "robot", "secret of robot", now); err != nil {
		t.Errorf("login with the revived token: %v", err)
	}
}
