package recording

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Normalize returns a case in normal form. Base is the base URL of the target.
func Normalize(c RawCase, base string, realTenant bool) Case {
	n := newNormalizer(c, base, realTenant)
	out := Case{Scenario: c.Scenario, Version: c.Version, Outcome: c.Outcome, Exchanges: []Step{}}
	for _, x := range sortConcurrent(c.Exchanges) {
		n.calendar.requestStart = len(n.calendar.sent)
		out.Exchanges = append(out.Exchanges, Step{n.request(x), n.response(x)})
	}
	if len(n.tokens) > 0 {
		out.AccessTokens = n.tokens
	}
	if len(c.DialectEntries) > 0 {
		out.DialectEntries = maps.Clone(c.DialectEntries)
	}
	return out
}

// sortConcurrent sorts concurrent exchanges by status.
func sortConcurrent(exchanges []Exchange) []Exchange {
	exchanges = slices.Clone(exchanges)
	for from := 0; from < len(exchanges); {
		to := from + 1
		for to < len(exchanges) && exchanges[from].Concurrent && exchanges[to].Concurrent {
			to++
		}
		slices.SortStableFunc(exchanges[from:to], func(a, b Exchange) int {
			return a.Status - b.Status
		})
		from = to
	}
	return exchanges
}

// normalizer replaces the values of a case that differ from run to run.
type normalizer struct {
	values         *values
	references     *references
	calendar       *calendar
	tokens         map[string]AccessToken
	base           string // path of the target's address
	realTenant     bool
	literals       []string
	varyingPattern *regexp.Regexp
	encodings      *strings.Replacer

	// requestValues are values of the latest request that its response may shorten. They move to
	// shortenableValues while the response is normalized.
	requestValues, shortenableValues []string
}

func newNormalizer(c RawCase, base string, realTenant bool) *normalizer {
	n := &normalizer{
		references: newReferences(), tokens: map[string]AccessToken{}, realTenant: realTenant,
	}
	if u, err := url.Parse(base); err == nil {
		n.base = strings.TrimRight(u.EscapedPath(), "/")
	}
	n.values = collectValues(c.Exchanges, n.base)
	for _, text := range c.Secrets {
		n.values.classify(text, secret)
	}
	n.calendar = &calendar{references: n.references, stored: map[string]storedDate{}}
	n.literals = n.values.literals()
	var patterns []string
	for _, value := range n.literals {
		patterns = append(patterns, n.values.pattern(value))
	}
	patterns = append(patterns, markPattern, jwsPattern, runNamePattern, addressPattern,
		datePattern, `\b(?:`+hexIDPattern+`)\b`)
	n.varyingPattern = regexp.MustCompile(strings.Join(patterns, "|"))
	n.encodings = strings.NewReplacer(encodings(n.values.secrets)...)
	return n
}

func (n *normalizer) request(x Exchange) Request {
	r := Request{Method: x.Method}
	if u, err := url.Parse(x.URL); err == nil {
		path := strings.TrimPrefix(u.EscapedPath(), n.base)
		for segment := range strings.SplitSeq(path, "/") {
			n.addRequestValue(segment)
		}
		r.Path = n.requestText(namespacePrefix.ReplaceAllString(path, ""))
		r.Query = n.query(u)
		if x.isAboutIdentities(n.base) {
			for _, values := range r.Query {
				for i, value := range values {
					values[i] = n.maskPersonal(value)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(x.Header)) {
		if r.Header == nil {
			r.Header = map[string]string{}
		}
		r.Header[key] = n.requestHeader(x, key)
	}
	sent := bodyOf(x.Header.Get("Content-Type"), x.Body)
	if form, ok := sent.parameters(); ok {
		r.Body = &Body{sent.format, toGeneric(n.parameters(form))}
	} else if sent.format != "" {
		r.Body = &Body{sent.format, n.requestValue(sent.value, "", "")}
	}
	return r
}

// requestText normalizes a text of a request.
func (n *normalizer) requestText(text string) string { return n.text(text, n.calendar.sentDate) }

func (n *normalizer) query(u *url.URL) map[string][]string {
	if u.RawQuery == "" {
		return nil
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return map[string][]string{"": {n.requestText(u.RawQuery)}}
	}
	return n.parameters(values)
}

func (n *normalizer) parameters(values url.Values) map[string][]string {
	out := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := n.requestText(key)
		for _, value := range values[key] {
			out[name] = append(out[name], n.requestProperty(value, "", key))
		}
	}
	return out
}

func (n *normalizer) requestHeader(x Exchange, key string) string {
	value := strings.Join(x.Header.Values(key), ", ")
	if key == "Authorization" {
		if bearer, ok := strings.CutPrefix(value, "Bearer "); ok {
			return "Bearer " + n.reference(accessToken, bearer)
		}
		if user, password, ok := basic(x.Header); ok {
			return "Basic " + n.reference(loginID, user) + " " + n.reference(secret, password)
		}
	}
	return n.requestText(value)
}

func (n *normalizer) requestValue(value any, parent, key string) any {
	switch v := value.(type) {
	case string:
		return n.requestProperty(v, parent, key)
	case []any:
		if key == "ids" {
			v = n.sortIDsByAge(v)
		}
		return mapElements(v, func(element any) any { return n.requestValue(element, parent, key) })
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out[n.requestText(name)] = n.requestValue(v[name], key, name)
		}
		return out
	}
	return value
}

func (n *normalizer) requestProperty(text, parent, key string) string {
	n.addRequestValue(text)
	if k := kindOf(parent, key); k != "" && text != "me" {
		return n.reference(k, text)
	}
	return n.requestText(text)
}

func mapElements(list []any, change func(any) any) []any {
	out := []any{}
	for _, element := range list {
		out = append(out, change(element))
	}
	return out
}

// reference returns the placeholder of a value. A kind determined elsewhere in the case takes
// precedence.
func (n *normalizer) reference(k kind, value string) string {
	if classified := n.values.kindByValue[value]; classified != "" {
		k = classified
	}
	return n.references.placeholder(k, value)
}
