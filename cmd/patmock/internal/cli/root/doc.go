// Package root puts the commands of patmock together, with their help and their completion.
package root
