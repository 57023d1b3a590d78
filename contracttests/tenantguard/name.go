package tenantguard

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A run names its tokens patmock-WORD-N. WORD is the time in milliseconds in base 36, which has
// eight digits until the year 2059, and the marker of the run, 64 random bits in hexadecimal. N
// counts the names of the run. No other program makes such a name by chance. Some scenarios add
// a text after a blank.
const (
	timeBase     = 36
	timeDigits   = 8
	markerDigits = 16
)

var runName = regexp.MustCompile(fmt.Sprintf(
	`^patmock-([0-9a-z]{%d})[0-9a-f]{%d}-[0-9]+( .*)?$`, timeDigits, markerDigits))

// NewMarker returns a random marker for the names of a run.
func NewMarker() string {
	var b [markerDigits / 2]byte
	_, _ = rand.Read(b[:]) // which never fails
	return hex.EncodeToString(b[:])
}

// Name returns the nth name of the run with a marker.
func Name(now time.Time, marker string, n int64) string {
	word := strconv.FormatInt(now.UnixMilli(), timeBase)
	word = strings.Repeat("0", max(0, timeDigits-len(word))) + word
	return fmt.Sprintf("patmock-%s%s-%d", word, marker, n)
}

// ParseName returns when a run made a name. It reports false if the name carries no time and
// marker.
func ParseName(name string) (t time.Time, ok bool) {
	match := runName.FindStringSubmatch(name)
	if match == nil {
		return t, false
	}
	milliseconds, err := strconv.ParseInt(match[1], timeBase, 64)
	return time.UnixMilli(milliseconds), err == nil
}

// IsFromOtherRun reports whether a run made a name, and not the one with the marker.
func IsFromOtherRun(name, marker string) bool {
	if _, ok := ParseName(name); !ok {
		return false
	}
	const markerStart = len("patmock-") + timeDigits
	return name[markerStart:markerStart+markerDigits] != marker
}
