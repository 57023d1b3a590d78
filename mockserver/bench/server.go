package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// server is one that can be measured.
type server struct {
	name    string
	version string
	does    string
	// args is its command line, to listen on a port of loopback.
	args func(port string) []string
	// path is where it lists and creates.
	path string
	// prepare makes sure that the list has ten tokens, and returns the Authorization for them. Nil where the list has them
	// from the start and any will do.
	prepare func(ctx context.Context, r *running) (string, error)
	// authorization is sent where there is nothing to prepare.
	authorization string
	log           string // file for what it says on standard error
}

// running is a server that has been started.
type running struct {
	server

	base   string
	pid    int
	ready  time.Duration // from its start to its first answer
	client *http.Client
	ended  <-chan struct{} // closed when the process has ended
	stop   context.CancelFunc
}

// start starts a server and waits for its first answer to a list, whatever that is.
func (s server) start(ctx context.Context) (_ *running, err error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has its own
	ctx, stop := context.WithCancel(ctx)
	cmd := command(ctx, s.args(port), nil)
	cmd.Stderr = log
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		stop()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // by a signal, or its log tells
	}()
	r := &running{
		server: s, base: "http://127.0.0.1:" + port, pid: cmd.Process.Pid, ended: ended, stop: stop,
		client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers, MaxConnsPerHost: workers}},
	}
	if err := r.answer(ctx); err != nil {
		r.end()
		return nil, fmt.Errorf("%s: %w, see %s", s.name, err, s.log)
	}
	r.ready = time.Since(begin)
	return r, nil
}

// answer waits until the server answers at all.
func (r *running) answer(ctx context.Context) error {
	patience, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		_, _, err := r.send(patience, http.MethodGet, r.path, "")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience.Done():
			return fmt.Errorf("does not answer: %w", err)
		case <-r.ended:
			return errors.New("ended before it answered")
		case <-again.C:
		}
	}
}

// end ends the process and waits for that.
func (r *running) end() {
	r.client.CloseIdleConnections()
	r.stop()
	<-r.ended
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, cmp.Or(err, listener.Close())
}
