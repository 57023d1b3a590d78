// Command serve runs the bare server on the address that it is given.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"os"

	"example.com/patmock/mockserver/bench/bare"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: serve ADDRESS")
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, bare.New())) //nolint:gosec // no time limits: they would cost something
}
