package response

import "strings"

// OAuthPath reports whether the errors of a path are in the form of RFC 6749 instead of
// SailPoint's.
func OAuthPath(path string) bool { return path == "/oauth" || strings.HasPrefix(path, "/oauth/") }
