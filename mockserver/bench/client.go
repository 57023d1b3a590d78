package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/mockserver/control"
)

// client is one of those that ask at the same time, with an Authorization of its own.
type client struct {
	running

	user  control.User
	name  string
	asked []asked
}

// asked is one request that was sent.
type asked struct {
	operation string
	took      time.Duration
	failure   string // empty where the answer is as expected
}

// step is a request and the status that is expected.
type step struct {
	operation, method, below, body string
	status                         int
}

// work asks in turns until the time is over. What a turn has made it deletes in any case.
func (c *client) work(ctx context.Context, over <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-over:
			return
		default:
			c.turn(ctx, fmt.Sprintf("%s, %d", c.name, n))
		}
	}
}

// turn is what a program does that logs in, makes a token and removes it.
func (c *client) turn(ctx context.Context, name string) {
	c.note("login", func() (failure string, err error) {
		c.authorization, err = c.exchange(ctx, c.user)
		return "", err
	})
	var made token
	c.do(ctx, step{"create", http.MethodPost, "", fmt.Sprintf(`{"name":%q,"expirationDate":"2099-12-31T23:59:59Z"}`, name), http.StatusOK}, &made)
	if made.ID == "" {
		return
	}
	own := "/" + made.ID
	for _, s := range []step{
		{"list", http.MethodGet, "?owner-id=me", "", http.StatusOK},
		{"filtered list", http.MethodGet, "?owner-id=me&filters=" + url.QueryEscape("lastUsed isnull"), "", http.StatusOK},
		{"patch", http.MethodPatch, own, fmt.Sprintf(`[{"op":"replace","path":"/name","value":%q}]`, name+", renamed"), http.StatusOK},
		{"list", http.MethodGet, "?owner-id=me", "", http.StatusOK},
		{"filtered list", http.MethodGet, "?owner-id=me&filters=" + url.QueryEscape("lastUsed le 2099-01-01T00:00:00Z"), "", http.StatusOK},
		{"delete", http.MethodDelete, own, "", http.StatusNoContent},
	} {
		c.do(ctx, s, nil)
	}
}

func (c *client) do(ctx context.Context, s step, into any) {
	c.note(s.operation, func() (failure string, err error) {
		status, answer, err := c.send(ctx, s.method, c.path+s.below, s.body)
		switch {
		case err != nil:
			return "", err
		case status != s.status:
			return fmt.Sprintf("%d %.200s", status, answer), nil
		case into != nil:
			return "", json.Unmarshal(answer, into)
		}
		return "", nil
	})
}

func (c *client) note(operation string, f func() (failure string, err error)) {
	begin := time.Now()
	failure, err := f()
	took := time.Since(begin)
	if err != nil {
		failure = err.Error()
	}
	c.asked = append(c.asked, asked{operation, took, failure})
}
