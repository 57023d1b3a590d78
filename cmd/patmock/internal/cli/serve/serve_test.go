package serve

import (
	"net"
	"testing"
)

func TestIsLoopback(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "127.0.0.2": true, "::1": true, "0.0.0.0": false, "::": false,
		"172.17.0.2": false,
	} {
		if got := isLoopback(&net.TCPAddr{IP: net.ParseIP(addr), Port: 17280}); got != want {
			t.Errorf("onLoopback(%s) is %t, want %t", addr, got, want)
		}
	}
}
