package observer_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/rule"
)

const (
	jane = `{"id":"` + id + `","name":"Jane","alias":"jane.doe","email":null,"status":null}`
	john = `{"id":"` + other + `","name":"John","alias":"john.roe","email":null,"status":null}`
)

func public(query string, identities ...string) recording.Exchange {
	return exchange(http.MethodGet, "http://127.0.0.1/t/one/public-identities/v1"+query, "",
		http.StatusOK, "["+strings.Join(identities, ",")+"]")
}

func counted(x recording.Exchange, count string) recording.Exchange {
	x.ResponseHeader.Set("X-Total-Count", count)
	return x
}

func oneIdentity(body string) recording.Exchange {
	return exchange(http.MethodGet, "http://127.0.0.1/beta/identities/"+id, "", http.StatusOK, body)
}

func TestObserve_Identities(t *testing.T) {
	one := strings.Replace(jane, `"email"`, `"emailAddress"`, 1)
	for _, test := range []struct {
		name      string
		exchanges []recording.Exchange
		want      []rule.ID // of the last exchange
	}{
		{"a page", []recording.Exchange{public("?limit=2", jane, john)}, nil},
		{
			"a page beyond the limit",
			[]recording.Exchange{public("?limit=1", jane, john)},
			[]rule.ID{rule.IdentityPages},
		},
		{
			"an identity twice",
			[]recording.Exchange{public("", jane, jane)},
			[]rule.ID{rule.IdentityPages},
		},
		{"a count", []recording.Exchange{counted(public("?count=true", jane), "7")}, nil},
		{
			"no count",
			[]recording.Exchange{public("?count=true", jane)},
			[]rule.ID{rule.IdentityCount},
		},
		{
			"a count below the page",
			[]recording.Exchange{counted(public("?count=true", jane, john), "1")},
			[]rule.ID{rule.IdentityCount},
		},
		{
			"a count that was not requested",
			[]recording.Exchange{counted(public("", jane), "1")},
			[]rule.ID{rule.IdentityCount},
		},
		{
			"no alias",
			[]recording.Exchange{public("", strings.Replace(jane, "alias", "nick", 1))},
			[]rule.ID{rule.IdentityFields},
		},
		{
			"another name", []recording.Exchange{
				public("", jane), public("", strings.Replace(jane, "Jane", "Joan", 1)),
			}, []rule.ID{rule.IdentityFields},
		},
		{
			"a property that was absent", []recording.Exchange{
				public("", jane), public("", strings.Replace(jane, "{", `{"manager":null,`, 1)),
			}, []rule.ID{rule.IdentityFields},
		},
		{"an identity of each kind", []recording.Exchange{public("", jane), oneIdentity(one)}, nil},
		{
			"another identity",
			[]recording.Exchange{oneIdentity(strings.Replace(one, id, other, 1))},
			[]rule.ID{rule.IdentityFields},
		},
		{
			"a response without a date",
			[]recording.Exchange{withHeader(public(""), "Date")},
			[]rule.ID{rule.Headers},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := observer.New(observer.Options{Now: func() time.Time { return now }})
			for i, x := range test.exchanges {
				var broken []rule.ID
				for _, f := range o.Observe(x) {
					broken = append(broken, f.Rule)
				}
				want := test.want
				if i < len(test.exchanges)-1 {
					want = nil
				}
				if diff := cmp.Diff(want, broken); diff != "" {
					t.Errorf("exchange %d breaks (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// An identity of a tenant may change at any time.
func TestObserve_IdentitiesOfTenant(t *testing.T) {
	o := observer.New(observer.Options{Now: func() time.Time { return now }, RealTenant: true})
	o.Observe(public("", jane))
	renamed := strings.Replace(jane, "Jane", "Joan", 1)
	if findings := o.Observe(public("", renamed)); findings != nil {
		t.Errorf("findings %v, want none", findings)
	}
}
