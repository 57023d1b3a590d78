package recording

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// kind is what a value is that differs from run to run.
type kind string

const (
	accessToken kind = "access-token"
	host        kind = "host"
	id          kind = "id" // of a token that the case made, or of anything unknown
	identity    kind = "identity"
	jti         kind = "jti"
	loginID     kind = "login" // of a token that the case did not make
	name        kind = "name"
	org         kind = "org"
	pod         kind = "pod"
	requestID   kind = "request"
	secret      kind = "secret"
	tenant      kind = "tenant"
	user        kind = "user"
	date        kind = "date"
)

// usual are the forms that need not be told. What has another is followed by its form.
var usual = map[kind]*regexp.Regexp{
	accessToken: regexp.MustCompile(`^` + signedForm + `$`),
	id:          regexp.MustCompile(`^[0-9a-f]{32}$`),
	loginID:     regexp.MustCompile(`^[0-9a-f]{32}$`),
	identity:    regexp.MustCompile(`^[0-9a-f]{32}$`),
	requestID:   regexp.MustCompile(`^[0-9a-f]{32}$`),
	secret:      regexp.MustCompile(`^[0-9a-f]{64}$`),
	tenant:      regexp.MustCompile(`^` + uuid + `$`),
}

const (
	signedForm = `eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`
	uuid       = `[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`
)

var (
	isHex  = regexp.MustCompile(`^[0-9a-f]+$`)
	isUUID = regexp.MustCompile(`^` + uuid + `$`)
)

// formOf describes a value that has not the usual form, without telling it.
func formOf(value string) string {
	switch {
	case isUUID.MatchString(value):
		return "UUID"
	case isHex.MatchString(value):
		return fmt.Sprintf("%d hexadecimal digits", len(value))
	case strings.Trim(value, "*") == "":
		return "masked"
	}
	return plural(len([]rune(value)), "character")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// references number the values of each kind as they first appear.
type references struct {
	known  map[kind]map[string]string
	counts map[kind]int
}

func newReferences() *references {
	return &references{known: map[kind]map[string]string{}, counts: map[kind]int{}}
}

// of is the reference of a value, such as id-1.
func (r *references) of(k kind, value string) string {
	if ref := r.known[k][value]; ref != "" {
		return ref
	}
	ref := r.next(k)
	if r.known[k] == nil {
		r.known[k] = map[string]string{}
	}
	r.known[k][value] = ref
	return ref
}

// number is that of the reference of a value, 0 where it has none yet.
func (r *references) number(k kind, value string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.known[k][value], string(k)+"-"))
	return n
}

// next is a reference that nothing had.
func (r *references) next(k kind) string {
	r.counts[k]++
	return fmt.Sprintf("%s-%d", k, r.counts[k])
}

// told is the placeholder of a value, with its form where that is not the usual one. Nothing stays
// nothing.
func (r *references) told(k kind, value string) string {
	if value == "" {
		return ""
	}
	ref := r.of(k, value)
	if form := usual[k]; form != nil && !form.MatchString(value) {
		return placeholder(ref, formOf(value))
	}
	return placeholder(ref)
}
