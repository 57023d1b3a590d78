package recording

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Normalize brings what a case did on the wire into normal form. The base is the address of the target, and live tells that it is
// a stranger's.
func Normalize(c RawCase, base string, live bool) Case {
	n := newNormalizer(c, base, live)
	t := Case{Scenario: c.Scenario, Version: c.Version, Outcome: c.Outcome, Exchanges: []Step{}, AccessTokens: n.tokens}
	for _, x := range inOrder(c.Exchanges) {
		n.calendar.fresh = len(n.calendar.sent)
		t.Exchanges = append(t.Exchanges, Step{n.request(x), n.response(x)})
	}
	if len(n.tokens) == 0 {
		t.AccessTokens = nil
	}
	if len(c.Answers) > 0 {
		t.Answers = maps.Clone(c.Answers)
	}
	return t
}

// inOrder sorts exchanges that were made at once by their statuses.
func inOrder(exchanges []Exchange) []Exchange {
	exchanges = slices.Clone(exchanges)
	for from := 0; from < len(exchanges); {
		to := from + 1
		for to < len(exchanges) && exchanges[from].AtOnce && exchanges[to].AtOnce {
			to++
		}
		slices.SortStableFunc(exchanges[from:to], func(a, b Exchange) int { return a.Status - b.Status })
		from = to
	}
	return exchanges
}

// normalizer replaces what differs from run to run in one case, from its first exchange to its last.
type normalizer struct {
	roles      *roles
	references *references
	calendar   *calendar
	tokens     map[string]AccessToken
	base       string // path of the target's address
	live       bool
	literals   []string
	varying    *regexp.Regexp
	encodings  *strings.Replacer

	// values of the latest request that its response may shorten. While the response is read they
	// are in shortenable.
	values, shortenable []string
}

func newNormalizer(c RawCase, base string, live bool) *normalizer {
	n := &normalizer{roles: rolesIn(c.Exchanges), references: newReferences(), tokens: map[string]AccessToken{}, live: live}
	for _, text := range c.Secrets {
		n.roles.learn(text, secret)
	}
	n.calendar = &calendar{references: n.references, held: map[string]heldDate{}}
	if u, err := url.Parse(base); err == nil {
		n.base = strings.TrimRight(u.EscapedPath(), "/")
	}
	n.literals = n.roles.literals()
	var patterns []string
	for _, value := range n.literals {
		patterns = append(patterns, n.roles.pattern(value))
	}
	patterns = append(patterns, mark, signedForm, runName, address, dateForm, `\b(?:`+random+`)\b`)
	n.varying = regexp.MustCompile(strings.Join(patterns, "|"))
	n.encodings = strings.NewReplacer(encodings(n.roles.secrets)...)
	return n
}

func (n *normalizer) request(x Exchange) Request {
	r := Request{Method: x.Method}
	if u, err := url.Parse(x.URL); err == nil {
		path := strings.TrimPrefix(u.EscapedPath(), n.base)
		for segment := range strings.SplitSeq(path, "/") {
			n.remember(segment)
		}
		r.Path = n.text(inNamespace.ReplaceAllString(path, ""), n.calendar.asked)
		r.Query = n.query(u)
	}
	for _, key := range slices.Sorted(maps.Keys(x.Header)) {
		if r.Header == nil {
			r.Header = map[string]string{}
		}
		r.Header[key] = n.requestHeader(x, key)
	}
	sent := bodyOf(x.Header.Get("Content-Type"), x.Body)
	if form, ok := sent.parameters(); ok {
		r.Body = &Body{sent.form, anyOf(n.parameters(form))}
	} else if sent.form != "" {
		r.Body = &Body{sent.form, n.asked(sent.value, "", "")}
	}
	return r
}

func (n *normalizer) query(u *url.URL) map[string][]string {
	if u.RawQuery == "" {
		return nil
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return map[string][]string{"": {n.text(u.RawQuery, n.calendar.asked)}}
	}
	return n.parameters(values)
}

func (n *normalizer) parameters(values url.Values) map[string][]string {
	out := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := n.text(key, n.calendar.asked)
		for _, value := range values[key] {
			out[name] = append(out[name], n.askedText(value, "", key))
		}
	}
	return out
}

// anyOf is a form as JSON decodes it.
func anyOf(form map[string][]string) any {
	out := map[string]any{}
	for key, values := range form {
		list := []any{}
		for _, value := range values {
			list = append(list, value)
		}
		out[key] = list
	}
	return out
}

func (n *normalizer) requestHeader(x Exchange, key string) string {
	value := strings.Join(x.Header.Values(key), ", ")
	if key == "Authorization" {
		if bearer, ok := strings.CutPrefix(value, "Bearer "); ok {
			return "Bearer " + n.reference(accessToken, bearer)
		}
		if who, password, ok := basic(x.Header); ok {
			return "Basic " + n.reference(loginID, who) + " " + n.reference(secret, password)
		}
	}
	return n.text(value, n.calendar.asked)
}

// asked is a value of a request.
func (n *normalizer) asked(value any, parent, key string) any {
	switch v := value.(type) {
	case string:
		return n.askedText(v, parent, key)
	case []any:
		if key == "ids" {
			v = n.byAge(v)
		}
		return each(v, func(element any) any { return n.asked(element, parent, key) })
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out[n.text(name, n.calendar.asked)] = n.asked(v[name], key, name)
		}
		return out
	}
	return value
}

func (n *normalizer) askedText(text, parent, key string) string {
	n.remember(text)
	if k := kindOf(parent, key); k != "" && text != "me" {
		return n.reference(k, text)
	}
	return n.text(text, n.calendar.asked)
}

func each(list []any, change func(any) any) []any {
	out := []any{}
	for _, element := range list {
		out = append(out, change(element))
	}
	return out
}

// reference to a value that is known to differ, as what it is elsewhere if that is known.
func (n *normalizer) reference(k kind, value string) string {
	if learned := n.roles.kinds[value]; learned != "" {
		k = learned
	}
	return n.references.told(k, value)
}
