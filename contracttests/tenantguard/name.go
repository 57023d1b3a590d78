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

// The name of a token has the form patmock-WORD-N, maybe with a blank and a text. WORD is the time
// in milliseconds in base 36, followed by the marker of the run. The time has eight digits until
// the year 2059. The marker is 64 random bits in hexadecimal, so that no other program creates such
// a name by chance. N counts the names of the run.
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
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Name returns the nth name of a run.
func Name(now time.Time, marker string, n int64) string {
	word := strconv.FormatInt(now.UnixMilli(), timeBase)
	word = strings.Repeat("0", max(0, timeDigits-len(word))) + word
	return fmt.Sprintf("patmock-%s%s-%d", word, marker, n)
}

// ParseName returns the time in the name of a token. It reports whether the name has the form of
// [Name].
func ParseName(name string) (t time.Time, ok bool) {
	match := runName.FindStringSubmatch(name)
	if match == nil {
		return t, false
	}
	milliseconds, err := strconv.ParseInt(match[1], timeBase, 64)
	return time.UnixMilli(milliseconds), err == nil
}

// IsFromOtherRun reports whether the name has the form of [Name] and another marker.
func IsFromOtherRun(name, marker string) bool {
	if _, ok := ParseName(name); !ok {
		return false
	}
	const markerStart = len("patmock-") + timeDigits
	return name[markerStart:markerStart+markerDigits] != marker
}
