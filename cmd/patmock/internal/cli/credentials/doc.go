// Package credentials writes the variables from which SDKs read a base URL and a token.
package credentials
