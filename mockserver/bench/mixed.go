package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"example.com/patmock/mockserver/control"
)

// workers is how many connections the mixed load has.
const workers = 16

// stress is what the mixed load showed.
type stress struct {
	took          time.Duration
	asked         []asked
	cpu           time.Duration
	rss           []int64 // bytes, about every second
	before, after int     // tokens
}

// mixed puts a server under the load of several clients at once, each of which does what a person's programs do, one
// request after another, and removes what it has made.
func mixed(ctx context.Context, s server, duration time.Duration) (found stress, err error) {
	fmt.Fprintf(os.Stderr, "bench: mixed load, %s\n", duration)
	r, err := s.start(ctx)
	if err != nil {
		return found, err
	}
	defer r.end()
	who, err := control.New(control.Config{URL: r.base, HTTP: r.client}).Credentials(ctx)
	if err != nil {
		return found, err
	}
	if found.before, err = r.tokens(ctx, who.Users); err != nil {
		return found, err
	}
	before, err := used(r.pid)
	if err != nil {
		return found, err
	}
	begin := time.Now()
	over, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	clients := make([]client, workers)
	var working sync.WaitGroup
	for i := range clients {
		clients[i] = client{running: *r, user: who.Users[i%len(who.Users)], name: fmt.Sprintf("worker %d", i)}
		working.Go(func() { clients[i].work(ctx, over.Done()) })
	}
	found.rss, err = r.watch(over.Done())
	working.Wait()
	if err != nil {
		return found, err
	}
	found.took = time.Since(begin)
	after, err := used(r.pid)
	if err != nil {
		return found, err
	}
	found.cpu, found.rss = after.cpu-before.cpu, append(found.rss, after.rss)
	for _, c := range clients {
		found.asked = append(found.asked, c.asked...)
	}
	if found.after, err = r.tokens(ctx, who.Users); err != nil {
		return found, err
	}
	return found, ctx.Err()
}

// watch reads the memory every second until the time is over.
func (r *running) watch(over <-chan struct{}) (rss []int64, err error) {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		u, err := used(r.pid)
		if err != nil {
			return nil, err
		}
		rss = append(rss, u.rss)
		select {
		case <-again.C:
		case <-over:
			return rss, nil
		}
	}
}

// tokens counts the tokens of the users.
func (r *running) tokens(ctx context.Context, users []control.User) (n int, err error) {
	for _, u := range users {
		c := client{running: *r}
		if c.authorization, err = r.exchange(ctx, u); err != nil {
			return 0, err
		}
		_, tokens, err := c.list(ctx)
		if err != nil {
			return 0, err
		}
		n += len(tokens)
	}
	return n, nil
}
