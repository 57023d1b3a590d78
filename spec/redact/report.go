package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Report is like [String] for the texts of reports: they quote requests, curl lines and
// differences. It also replaces credentials after Bearer and Basic, and the values of names that
// end like a secret name. It ignores such names in prose. Each rule examines the original text, so
// that no replacement hides a secret from another rule.
func Report(text string) string {
	spans := slices.Concat(hexRuns(text), webTokens(text))
	for at := range len(text) {
		switch word := wordAt(text, at); word {
		case "":
		case "bearer", "basic":
			spans = append(spans, credentials(text, at, at+len(word)))
		default:
			spans = append(spans, namedValue(text, at, at+len(word)))
		}
	}
	return replaceSpans(text, spans)
}

// keywords precede secrets: the schemes of the header Authorization, and the endings of names whose
// values are secrets.
var keywords = []string{"bearer", "basic", "secret", "token", "password", "assertion"}

// wordAt returns the keyword that begins at a position, in lower case, or "". It must be fast,
// because it is called for each position of long texts.
func wordAt(text string, at int) string {
	switch text[at] | 0x20 {
	case 'b', 's', 't', 'p', 'a':
		for _, word := range keywords {
			if end := at + len(word); end <= len(text) && strings.EqualFold(text[at:end], word) {
				return word
			}
		}
	}
	return ""
}

// webToken matches a JSON Web Token, possibly truncated, after the letters that all of them begin
// with.
var webToken = regexp.MustCompile(`^[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)+|^[A-Za-z0-9_-]{8,}`)

func webTokens(text string) (spans []span) {
	const begin = "eyJ"
	for at := strings.Index(text, begin); at >= 0; {
		end := at + len(begin)
		if found := webToken.FindStringIndex(text[end:]); found != nil {
			end += found[1]
			spans = append(spans, span{at, end})
		}
		next := strings.Index(text[end:], begin)
		if next < 0 {
			break
		}
		at = end + next
	}
	return spans
}

var (
	authorization = regexp.MustCompile(`(?i)authorization[^\w\n]{1,8}$`)
	token68       = regexp.MustCompile(`^[A-Za-z0-9._~+/-]{16,}=*`)
)

// credentials returns the credentials after a scheme. After the name of the header they are any
// word. Elsewhere they must be as long as real credentials, because prose has "Bearer token" and
// "basic authentication".
func credentials(text string, scheme, end int) span {
	start := skip(text, end, " \t")
	if start == end {
		return span{}
	}
	if authorization.MatchString(text[max(0, scheme-48):scheme]) {
		return span{start, endOfWord(text, start, " \t\r\n\"'`")}
	}
	return span{start, start + len(token68.FindString(text[start:]))}
}

// skip returns the first position without any of these characters.
func skip(text string, at int, chars string) int {
	return len(text) - len(strings.TrimLeft(text[at:], chars))
}

// nonSecrets are values that are not replaced. A curl line must remain usable, null must differ
// from a value, and "access_token: expected a string" is a message of patmock.
var nonSecrets = []string{
	"expected", "$TOKEN", "null", "nil", "true", "false", strings.Trim(Mark, "[]"),
}

// replaceSpans replaces the spans with the mark.
func replaceSpans(text string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var b strings.Builder
	done, marked := 0, -1 // marked is the end of the last replaced span
	for _, s := range spans {
		if s.start >= s.end || s.end <= done || slices.Contains(nonSecrets, text[s.start:s.end]) {
			continue
		}
		s.start = max(s.start, done)
		b.WriteString(text[done:s.start])
		if s.start != marked {
			b.WriteString(Mark)
		}
		done, marked = s.end, s.end
	}
	b.WriteString(text[done:])
	return b.String()
}

var (
	// separator matches the text between a name and its value. Group 1 is the quote after the name,
	// group 2 the separator itself.
	separator = regexp.MustCompile(`^(\\*["'` + "`" + `])?[\s\x{a0}]*(:|=|%3[dD])`)
	// secretPrefix matches the beginning of a name that prose does not use.
	secretPrefix = regexp.MustCompile(`(?i)(?:client|access|refresh|id)[_-]?$`)
	// callPattern matches go-cmp's notation for a value with its type: string("x"),
	// strings.Join({"x", "y"}, "").
	callPattern = regexp.MustCompile(`^[\w.]+\(`)
)

// namedValue returns the value of a secret name. It is empty if there is none or if the text is
// prose.
func namedValue(text string, name, end int) span {
	found := separator.FindStringSubmatchIndex(text[end:])
	if found == nil {
		return span{}
	}
	end += found[1]
	if text[end-1] != ':' {
		return parameterValue(text, end)
	}
	start := skip(text, end, " \t\r\n\u00a0")
	if s, ok := quotedValue(text, start); ok {
		return s
	}
	if callPattern.MatchString(text[start:]) {
		return bracketedValue(text, start+strings.IndexByte(text[start:], '(')+1)
	}
	switch {
	case start == len(text), found[2] < 0 && !secretPrefix.MatchString(text[max(0, name-8):name]):
		return span{}
	case strings.IndexByte("[{", text[start]) >= 0:
		return bracketedValue(text, start+1)
	}
	return span{start, endOfWord(text, start, " \t\r\n\"'`,}])&")}
}

// parameterValue returns the value after an equals sign.
func parameterValue(text string, end int) span {
	start := skip(text, end, " \t")
	if s, ok := quotedValue(text, start); ok {
		return s
	}
	if start > end {
		return span{}
	}
	return span{start, endOfWord(text, start, " \t\r\n\"'`&")}
}

// quotedValue returns the text in the quotes that begin at start. The span is empty if the text is
// blank.
func quotedValue(text string, start int) (s span, ok bool) {
	first := skip(text, start, `\`)
	if first == len(text) || strings.IndexByte("\"'`", text[first]) < 0 {
		return span{}, false
	}
	end, _ := endOfString(text, first+1, first-start)
	if strings.TrimSpace(text[first+1:end]) == "" {
		return span{}, true
	}
	return span{first + 1, end}, true
}

func bracketedValue(text string, start int) span {
	end, _ := endOfBrackets(text, start, 0)
	return span{start, end}
}

// shellQuote is a single quote within single quotes of a shell.
const shellQuote = `'\''`

// endOfWord returns the position of the first stop character. Preceding backslashes belong to it,
// because they escape a quote.
func endOfWord(text string, start int, stops string) int {
	end := start
	for {
		i := strings.IndexAny(text[end:], stops)
		if i < 0 {
			return len(text)
		}
		end += i
		if !strings.HasPrefix(text[end:], shellQuote) {
			return start + len(strings.TrimRight(text[start:end], `\`))
		}
		end += len(shellQuote)
	}
}
