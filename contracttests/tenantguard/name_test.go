package tenantguard_test

import (
	"math/bits"
	"regexp"
	"testing"
	"time"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/spec/redact"
)

func TestNewMarker_HasSixtyBits(t *testing.T) {
	const hex, atLeast = 4, 60
	seen := map[string]bool{}
	changed := [16]int{} // digits at each position, as bits
	for range 1000 {
		m := tenantguard.NewMarker()
		if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(m) || seen[m] {
			t.Fatalf("marker %q", m)
		}
		seen[m] = true
		for i, digit := range []byte(m) {
			changed[i] |= 1 << (digit % 32) // 0 to 9 are 16 to 25, a to f are 1 to 6
		}
	}
	random := 0
	for _, digits := range changed {
		if bits.OnesCount(uint(digits)) == 1<<hex {
			random += hex
		}
	}
	if random < atLeast {
		t.Errorf("%d bits are random", random)
	}
}

func TestName_RoundTrips(t *testing.T) {
	for _, at := range []time.Time{
		noon, noon.Add(time.Millisecond), time.UnixMilli(1),
		time.Date(2059, 5, 1, 0, 0, 0, 0, time.UTC),
	} {
		name := tenantguard.Name(at, tenantguard.NewMarker(), 99_999)
		got, ok := tenantguard.ParseName(name)
		if !ok || !got.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s is named at %s, %v, want %s", name, got, ok, at)
		}
		const longest = 64 - len(" of 64 characters ") // the suffix of a scenario
		if len(name) > longest || redact.Report(name) != name {
			t.Errorf("%s has %d bytes, and is reported as %s", name, len(name), redact.Report(name))
		}
	}
}
