package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"example.com/patmock/mockserver/internal/host"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// setFallback configures a proxy to another mock for requests that patmock does not simulate.
// Public hosts are rejected by name or address here, and again when dialing. No request may reach a
// real tenant.
func (h *unmatchedHandler) setFallback(address string) error {
	base, err := CheckBaseURL(address)
	if err != nil {
		return fmt.Errorf("fallback: %w", err)
	}
	target, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("fallback: %w", err)
	}
	if !host.IsPrivate(target.Hostname()) {
		return fmt.Errorf("fallback: %s is a public host: expected another mock on this machine "+
			"or a private network, such as http://127.0.0.1:8080", target.Host)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: host.RejectPublic}
	h.fallback = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
			r.Out.Header.Set(forwardedHeader, "patmock")
			if prefix := response.InfoFrom(r.In).Prefix; prefix != "" {
				r.Out.Header.Set("X-Forwarded-Prefix", prefix)
			}
		},
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
		},
		ModifyResponse: func(r *http.Response) error {
			for _, name := range []string{
				"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary",
			} {
				// this mock decides which origins are allowed
				if r.Request.Header.Get("Origin") != "" {
					r.Header.Del(name)
				}
			}
			r.Header.Del("X-Content-Type-Options")      // this mock sets it
			if r.Header.Get(response.RequestID) != "" { // this mock has already assigned an ID
				r.Header.Del(response.RequestID)
			}
			return nil
		},
		ErrorHandler: func(rw http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return // the client has disconnected
			}
			response.InfoFrom(r).Forwarded = false
			const advice = "start the other mock, or correct --fallback"
			cause := fmt.Sprintf("the fallback %s does not respond (%s)", base,
				redact.String(err.Error()))
			h.rejectUnserved(rw, r, h.documents.forUnmatched(r.URL.Path), cause, advice, advice)
		},
		ErrorLog: slog.NewLogLogger(h.writer.Log.Handler(), slog.LevelDebug),
	}
	return nil
}

// forwardedHeader marks forwarded requests, so that two mocks do not forward to each other in a
// loop.
const forwardedHeader = "X-Patmock-Forwarded"

func (h *unmatchedHandler) serveFallback(rw http.ResponseWriter, r *http.Request) {
	if r.Header.Get(forwardedHeader) != "" {
		h.notImplemented(rw, r, h.documents.forUnmatched(r.URL.Path),
			"the fallback leads back to a patmock", "set --fallback to a mock other than patmock")
		return
	}
	info := response.InfoFrom(r)
	info.Unmatched, info.Forwarded = true, true
	rec := &recorder{ResponseWriter: rw}
	h.fallback.ServeHTTP(rec, r)
	info.Status, info.Body, info.Size = rec.status, rec.body, rec.size
}
