// Package serve runs a mock that listens, and has the commands serve and healthcheck.
package serve
