// Package control has the commands that inspect a running mock and change what it does.
package control
