// Package spec has the commands that print the documents, their errata and the default dialect.
package spec
