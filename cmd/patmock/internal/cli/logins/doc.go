// Package logins has the commands that list and print what users log in with.
package logins
