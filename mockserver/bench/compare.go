package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// load is what asking a server for one operation showed.
type load struct {
	requests, errors int
	perSecond        float64
	p50, p99         float64 // milliseconds
	cpu              float64 // seconds of the server for 1,000 requests
}

// sample is what a server showed in one round.
type sample struct {
	ready                 float64 // milliseconds
	idle, listed, created float64 // MB of memory: before any request, after the lists, after the creates
	list, create          load
}

// compare measures every server once in each round. Each starts anew for it and ends before the next; who begins changes
// from round to round, so that a slow minute of the machine does not fall on one.
func compare(ctx context.Context, servers []server, o options) (map[string][]sample, error) {
	found := map[string][]sample{}
	for round := range o.rounds {
		for i := range servers {
			s := servers[(round+i)%len(servers)]
			fmt.Fprintf(os.Stderr, "bench: round %d of %d, %s\n", round+1, o.rounds, s.name)
			one, err := s.measure(ctx, o)
			if err != nil {
				return nil, err
			}
			found[s.name] = append(found[s.name], one)
		}
	}
	return found, nil
}

// settle is how long a server is left alone after its start, before its memory is read.
const settle = time.Second

func (s server) measure(ctx context.Context, o options) (one sample, err error) {
	r, err := s.start(ctx)
	if err != nil {
		return one, err
	}
	defer r.end()
	one.ready = float64(r.ready) / float64(time.Millisecond)
	select {
	case <-time.After(settle):
	case <-ctx.Done():
	}
	if one.idle, err = r.memory(); err != nil {
		return one, err
	}
	if err := r.prepared(ctx); err != nil {
		return one, err
	}
	if one.list, err = r.load(ctx, "list", o); err != nil {
		return one, err
	}
	if one.listed, err = r.memory(); err != nil {
		return one, err
	}
	if one.create, err = r.load(ctx, "create", o); err != nil {
		return one, err
	}
	one.created, err = r.memory()
	return one, err
}

func (r *running) memory() (float64, error) {
	u, err := used(r.pid)
	return float64(u.rss) / 1e6, err
}

// load asks for an operation until the server is warm, and then measures it.
func (r *running) load(ctx context.Context, operation string, o options) (l load, err error) {
	if _, err := r.wrk(ctx, operation, "warm-up ", o.connections, o.warmUp); err != nil {
		return l, err
	}
	before, err := used(r.pid)
	if err != nil {
		return l, err
	}
	w, err := r.wrk(ctx, operation, "measured ", o.connections, o.measure)
	if err != nil {
		return l, err
	}
	after, err := used(r.pid)
	if err != nil {
		return l, err
	}
	return load{
		requests: w.Requests, errors: w.Errors, perSecond: float64(w.Requests) / (float64(w.Microseconds) / 1e6),
		p50: float64(w.P50) / 1e3, p99: float64(w.P99) / 1e3,
		cpu: (after.cpu - before.cpu).Seconds() / float64(w.Requests) * 1e3,
	}, nil
}
