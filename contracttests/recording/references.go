package recording

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// kind is the kind of a value that differs from run to run.
type kind string

const (
	accessToken kind = "access-token"
	host        kind = "host"
	id          kind = "id" // of a token that the case created, or unknown
	identity    kind = "identity"
	jti         kind = "jti"
	loginID     kind = "login" // of a token that the case did not create
	name        kind = "name"
	org         kind = "org"
	pod         kind = "pod"
	requestID   kind = "request"
	secret      kind = "secret"
	tenant      kind = "tenant"
	user        kind = "user"
	date        kind = "date"
)

const (
	jwsPattern  = `eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`
	uuidPattern = `[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`
)

var (
	isHex   = regexp.MustCompile(`^[0-9a-f]+$`)
	isUUID  = regexp.MustCompile(`^` + uuidPattern + `$`)
	isHex32 = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// defaultFormats has the formats that placeholders do not mention.
var defaultFormats = map[kind]*regexp.Regexp{
	accessToken: regexp.MustCompile(`^` + jwsPattern + `$`),
	id:          isHex32,
	loginID:     isHex32,
	identity:    isHex32,
	requestID:   isHex32,
	secret:      regexp.MustCompile(`^[0-9a-f]{64}$`),
	tenant:      isUUID,
}

// describeValue describes the format of a value without revealing it.
func describeValue(value string) string {
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

// references numbers the values of each kind in the order of their first appearance.
type references struct {
	byValue map[kind]map[string]string
	counts  map[kind]int
}

func newReferences() *references {
	return &references{byValue: map[kind]map[string]string{}, counts: map[kind]int{}}
}

// reference returns the reference of a value, such as id-1.
func (r *references) reference(k kind, value string) string {
	if ref := r.byValue[k][value]; ref != "" {
		return ref
	}
	ref := r.next(k)
	if r.byValue[k] == nil {
		r.byValue[k] = map[string]string{}
	}
	r.byValue[k][value] = ref
	return ref
}

// number returns the number in the reference of a value, 0 without one.
func (r *references) number(k kind, value string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.byValue[k][value], string(k)+"-"))
	return n
}

// next returns a new reference.
func (r *references) next(k kind) string {
	r.counts[k]++
	return fmt.Sprintf("%s-%d", k, r.counts[k])
}

// placeholder returns the placeholder of a value, with its format unless that is the default. An
// empty value stays empty.
func (r *references) placeholder(k kind, value string) string {
	if value == "" {
		return ""
	}
	ref := r.reference(k, value)
	if format := defaultFormats[k]; format != nil && !format.MatchString(value) {
		return placeholder(ref, describeValue(value))
	}
	return placeholder(ref)
}
