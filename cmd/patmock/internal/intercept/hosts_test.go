package intercept_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/intercept"
	"example.com/patmock/spec"
)

func TestParseHosts(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		any        bool
		want       intercept.Hosts // nil for an error
	}{
		{"names and patterns", "*.a.example, b.example", false, intercept.Hosts{
			"*.a.example", "b.example",
		}},
		{"upper case and a trailing dot", "B.Example.", false, intercept.Hosts{"b.example"}},
		{"a name twice", "b.example,B.example", false, intercept.Hosts{"b.example"}},
		{"addresses", "10.0.0.1,[2001:DB8::1]", false, intercept.Hosts{"10.0.0.1", "2001:db8::1"}},
		{"an internationalized name", "xn--bcher-kva.example", false, intercept.Hosts{
			"xn--bcher-kva.example",
		}},
		{"every host, if it is valid", "*", true, intercept.Hosts{"*"}},
		{"every host, if it is not valid", "*", false, nil},
		{"nothing", "", false, nil},
		{"a comma too many", "b.example,", false, nil},
		{"a scheme", "https://b.example", false, nil},
		{"a port", "b.example:443", false, nil},
		{"a path", "b.example/v3", false, nil},
		{"a wildcard inside", "a.*.example", false, nil},
		{"a part of a label", "a*.example", false, nil},
		{"a name that is not ASCII", "bücher.example", false, nil},
		{"a name that is too long", strings.Repeat("a.", 127) + "aa", false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := intercept.ParseHosts(tt.list, tt.any)
			if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != (tt.want == nil) {
				t.Errorf("unexpected result, error %v, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestHosts_Match(t *testing.T) {
	hosts := append(intercept.DefaultHosts(), "iam.corp.example", "10.0.0.1")
	for _, tt := range []struct {
		host string
		want bool
	}{
		{"acme.api.identitynow.com", true},
		{"acme.identitynow.com", true},
		{"acme-sb.api.identitynow.com", true},
		{"acme.login.sailpoint.com", true},
		{"acme.api.saas.sailpoint.com", true},
		{"company-poc.api.identitynow-demo.com", true},
		{"company-poc.identitynow-demo.com", true},
		{"iam.corp.example", true},
		{"10.0.0.1", true},
		{"a.b.api.identitynow.com", false},
		{"identitynow.com", false},
		{"developer.sailpoint.com", false},
		{"acme.identitynow.com.example", false},
		{"xidentitynow.com", false},
		{"corp.example", false},
		{"10.0.0.2", false},
		{"", false},
	} {
		t.Run(tt.host, func(t *testing.T) {
			if got := hosts.Match(tt.host); got != tt.want {
				t.Errorf("Match(%q) = %v", tt.host, got)
			}
		})
	}
}

func TestHosts_Overlap(t *testing.T) {
	hosts := intercept.Hosts{"*.api.example", "iam.corp.example"}
	for _, tt := range []struct {
		name  string
		other intercept.Hosts
		want  string
	}{
		{"every host", intercept.Hosts{"*"}, ""},
		{"another host", intercept.Hosts{"pypi.org", "*.corp.test"}, ""},
		{"a host of a pattern", intercept.Hosts{"acme.api.example"}, "acme.api.example"},
		{"the same pattern", intercept.Hosts{"pypi.org", "*.api.example"}, "*.api.example"},
		{"a pattern of a host", intercept.Hosts{"*.corp.example"}, "*.corp.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := hosts.Overlap(tt.other); got != tt.want {
				t.Errorf("Overlap(%s) = %q, want %q", tt.other, got, tt.want)
			}
		})
	}
}

var hostPattern = regexp.MustCompile(`[a-z0-9.-]+\.(identitynow|login\.sailpoint)\.com`)

// Hosts in the published documents belong to tenants.
func TestTenantHosts_CoverPublishedServers(t *testing.T) {
	hosts, found := intercept.DefaultHosts(), 0
	for _, name := range spec.Names() {
		source, err := spec.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(source), "{tenant}", "acme")
		for _, host := range hostPattern.FindAllString(text, -1) {
			found++
			if !hosts.Match(host) {
				t.Errorf("%s of %s is not the host of a tenant", host, name)
			}
		}
	}
	if found == 0 {
		t.Error("the documents have no servers")
	}
}

func TestTenantHosts_HaveSources(t *testing.T) {
	for _, h := range intercept.TenantHosts() {
		if h.Evidence == "" || h.Source == "" {
			t.Errorf("%s has no source", h.Pattern)
		}
		if _, err := intercept.ParseHosts(h.Pattern, false); err != nil {
			t.Error(err)
		}
	}
}

// The page has the hosts with their sources.
func TestTenantHosts_AreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/intercept.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range intercept.TenantHosts() {
		row := fmt.Sprintf("\n| `%s` | %s | %s |\n", h.Pattern, h.Evidence, h.Source)
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/intercept.md lacks the row%s", row)
		}
	}
}
