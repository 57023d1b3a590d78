package body

import (
	"bytes"
	"unicode/utf8"
)

// utf8BOM is the byte order mark of UTF-8.
var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// Charset describes the encoding of text that is not plain UTF-8, and how to correct it. JSON must
// be UTF-8 without a byte order mark (RFC 8259, section 8.1). It returns an empty string for plain
// UTF-8.
func Charset(text []byte) string {
	const powershell = "Windows PowerShell 5.1"
	switch {
	case bytes.HasPrefix(text, utf8BOM):
		return "a byte order mark in front of UTF-8, as " + powershell +
			" writes to files; send the text without it"
	case bytes.HasPrefix(text, []byte{0xFF, 0xFE}), bytes.HasPrefix(text, []byte{0xFE, 0xFF}),
		looksLikeUTF16(text):
		return "UTF-16, as " + powershell + " writes to files; send UTF-8"
	case !utf8.Valid(text):
		return "bytes that are not UTF-8, such as ISO-8859-1, which " + powershell +
			" sends; send UTF-8 bytes, in PowerShell with -Body " +
			"([Text.Encoding]::UTF8.GetBytes($json))"
	}
	return ""
}

// IsTruncated reports whether UTF-8 text was truncated by a client that counts characters in
// Content-Length. Such text has multibyte characters and ends inside one, or incomplete is true.
func IsTruncated(text []byte, incomplete bool) bool {
	end := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if c := text[len(text)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-i:]) {
				end, incomplete = len(text)-i, true
			}
			break
		}
	}
	complete := text[:end]
	return incomplete && utf8.Valid(complete) &&
		(end < len(text) || utf8.RuneCount(complete) < len(complete))
}

// looksLikeUTF16 reports whether every second byte at the beginning of text is zero.
func looksLikeUTF16(text []byte) bool {
	return len(text) >= 4 && (text[0] == 0 && text[2] == 0 || text[1] == 0 && text[3] == 0)
}
