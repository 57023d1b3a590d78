package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"example.com/patmock/mockserver/bench/bare"
)

// names of the servers, in the order of the tables.
var names = []string{"bare", "patmock", "prism", "mockoon", "wiremock"}

const (
	collection = "/v2026/personal-access-tokens"
	listed     = 10 // tokens in a list
	user       = "jane.doe"
)

// token is what the servers answer.
type token = bare.Token

// servers returns those of the given names that can be had here, and for the others why they cannot. Each has been tried.
func (p *place) servers(ctx context.Context, chosen []string) (there []server, missing map[string]string, err error) {
	as, err := p.record(ctx)
	if err != nil {
		return nil, nil, err
	}
	missing = map[string]string{}
	for _, name := range chosen {
		s, err := p.server(ctx, name, as)
		if err == nil {
			s.authorization = as.authorization
			err = try(ctx, s)
		}
		if err != nil {
			missing[name] = err.Error()
			continue
		}
		there = append(there, s)
	}
	return there, missing, ctx.Err()
}

func (p *place) server(ctx context.Context, name string, as recorded) (server, error) {
	switch name {
	case "bare":
		return p.bare(), nil
	case "patmock":
		return p.patmock(), nil
	}
	if err := p.install(ctx); err != nil {
		return server{}, err
	}
	switch name {
	case "prism":
		return p.prism(ctx, as)
	case "mockoon":
		return p.mockoon(ctx, as)
	default:
		return p.wiremock(ctx, as)
	}
}

// try sees a server answer what it is measured by.
func try(ctx context.Context, s server) error {
	r, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer r.end()
	if err := r.prepared(ctx); err != nil {
		return err
	}
	_, err = r.create(ctx, "tried")
	return err
}

// prepared sees to a list of ten tokens.
func (r *running) prepared(ctx context.Context) (err error) {
	if r.prepare != nil {
		if r.authorization, err = r.prepare(ctx, r); err != nil {
			return err
		}
	}
	_, tokens, err := r.list(ctx)
	if err == nil && len(tokens) != listed {
		err = fmt.Errorf("%s lists %d tokens, not %d", r.name, len(tokens), listed)
	}
	return err
}

// recorded is what patmock said. The peers get the same headers and give the same answers.
type recorded struct {
	authorization string
	list          json.RawMessage
	created       map[string]any
	document      string // OpenAPI, as patmock holds requests and answers against it
}

func (p *place) record(ctx context.Context) (as recorded, err error) {
	if as.document, err = output(ctx, p.path("patmock"), "spec", "show", "v2026"); err != nil {
		return as, err
	}
	r, err := p.patmock().start(ctx)
	if err != nil {
		return as, err
	}
	defer r.end()
	if err := r.prepared(ctx); err != nil {
		return as, err
	}
	as.authorization = r.authorization
	if as.list, _, err = r.list(ctx); err != nil {
		return as, err
	}
	made, err := r.create(ctx, "recorded")
	if err != nil {
		return as, err
	}
	return as, json.Unmarshal(made, &as.created)
}

func (p *place) bare() server {
	return server{
		name: "bare", version: runtime.Version(), does: "net/http, encoding/json and a map; checks nothing", log: p.path("bare.log"), path: collection,
		args: func(port string) []string { return []string{p.path("bare"), "127.0.0.1:" + port} },
	}
}

func (p *place) patmock() server {
	return server{
		name: "patmock", version: runtime.Version(), does: "everything on: authentication, validation of requests and answers, journal, checks", log: p.path("patmock.log"), path: collection,
		args: func(port string) []string {
			return []string{p.path("patmock"), "serve", "--addr", "127.0.0.1:" + port, "--profile", "friendly", "--log-level", "error"}
		},
		prepare: func(ctx context.Context, r *running) (authorization string, err error) {
			if r.authorization, err = r.login(ctx, user); err != nil {
				return "", err
			}
			_, tokens, err := r.list(ctx)
			for i := len(tokens); err == nil && i < listed; i++ {
				_, err = r.create(ctx, fmt.Sprintf("listed %d", i))
			}
			return r.authorization, err
		},
	}
}
