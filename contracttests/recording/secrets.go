package recording

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// encodings are the forms other than its own in which a secret may stand in a text, each with what replaces it.
func encodings(secrets map[string]bool) (pairs []string) {
	const shortest = 8 // what is shorter is none, and would be found in words
	var forms []string
	for text := range secrets {
		if len(text) < shortest {
			continue
		}
		quoted, _ := json.Marshal(text) // a text can be encoded
		forms = append(forms, base64Of(text)...)
		forms = append(forms, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))))
		for _, form := range []string{url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`), strings.ToUpper(text)} {
			if form != text {
				forms = append(forms, form)
			}
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) }) // one may be the beginning of another
	for _, form := range forms {
		pairs = append(pairs, escaper.Replace(form), placeholder("redacted"))
	}
	return pairs
}

// base64Of are the forms that a text has in base64 behind any other text: what the neighbours change is left out.
func base64Of(text string) (forms []string) {
	for before := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			form := e.EncodeToString([]byte(strings.Repeat("x", before) + text))
			first := []int{0, 2, 3}[before]
			last := len(form)
			if (before+len(text))%3 != 0 {
				last-- // its last character holds bits of what follows
			}
			forms = append(forms, form[first:last])
		}
	}
	return forms
}
