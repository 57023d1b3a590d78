package recording

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// encodings returns pairs of an encoded secret and its replacement.
func encodings(secrets map[string]bool) (pairs []string) {
	const minLength = 8 // shorter values may be parts of words
	var forms []string
	for text := range secrets {
		if len(text) < minLength {
			continue
		}
		quoted, _ := json.Marshal(text) // a string always encodes
		digits := hex.EncodeToString([]byte(text))
		forms = slices.Concat(forms, base64Forms(text), []string{digits, strings.ToUpper(digits)})
		for _, form := range []string{
			url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`),
			strings.ToUpper(text),
		} {
			if form != text {
				forms = append(forms, form)
			}
		}
	}
	// longer forms first: one may be a prefix of another
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	for _, form := range forms {
		pairs = append(pairs, escaper.Replace(form), placeholder("redacted"))
	}
	return pairs
}

// base64Forms returns the base64 forms of a text at each alignment, without the characters that
// depend on its neighbors.
func base64Forms(text string) (forms []string) {
	for before := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			form := e.EncodeToString([]byte(strings.Repeat("x", before) + text))
			first := []int{0, 2, 3}[before]
			last := len(form)
			if (before+len(text))%3 != 0 {
				last-- // the last character depends on the next one
			}
			forms = append(forms, form[first:last])
		}
	}
	return forms
}
