package mockserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec/redact"
)

// forward sends what patmock does not simulate to another mock. A public host is refused here where its
// name or address says so, and else when it is dialled: nothing may leave for a real tenant.
func (s *apiStrangers) forward(to string) error {
	base, err := CheckBaseURL(to)
	if err != nil {
		return fmt.Errorf("fallback: %w", err)
	}
	target, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("fallback: %w", err)
	}
	if !private(target.Hostname()) {
		return fmt.Errorf("fallback: %s is a public host: expected another mock on this machine or a private network, such as http://127.0.0.1:8080", target.Host)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: refusePublic}
	s.fallback = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
			r.Out.Header.Set(forwardedBy, "patmock")
			if prefix := answer.TraceOf(r.In).Prefix; prefix != "" {
				r.Out.Header.Set("X-Forwarded-Prefix", prefix)
			}
		},
		Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute},
		ModifyResponse: func(r *http.Response) error {
			for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary"} {
				if r.Request.Header.Get("Origin") != "" { // this mock decides which origins it allows
					r.Header.Del(name)
				}
			}
			r.Header.Del("X-Content-Type-Options")    // this mock sets it
			if r.Header.Get(answer.RequestID) != "" { // this mock has named the request already
				r.Header.Del(answer.RequestID)
			}
			return nil
		},
		ErrorHandler: func(rw http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return // the client went away
			}
			answer.TraceOf(r).Forwarded = false
			e := rejections[http.StatusNotImplemented]
			e.advice = "start the other mock, or correct --fallback"
			s.rejectUnserved(rw, r, s.documents.outside(r.URL.Path), e, fmt.Sprintf("the fallback %s does not answer (%s)", base, redact.String(err.Error())))
		},
		ErrorLog: slog.NewLogLogger(s.writer.Log.Handler(), slog.LevelDebug),
	}
	return nil
}

// forwardedBy marks what was forwarded: two mocks that name each other would never end.
const forwardedBy = "X-Patmock-Forwarded"

func (s *apiStrangers) forwarded(rw http.ResponseWriter, r *http.Request) {
	if r.Header.Get(forwardedBy) != "" {
		s.notSimulated(rw, r, s.documents.outside(r.URL.Path), "the fallback leads back to a patmock")
		return
	}
	trace := answer.TraceOf(r)
	trace.Unmatched, trace.Forwarded = true, true
	s.fallback.ServeHTTP(rw, r)
}

// private tells whether a host can be one's own: an address that is not public, or a name without a domain
// or in one that is never public (RFC 6761, RFC 6762).
func private(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return own(ip)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !strings.Contains(host, ".") {
		return true
	}
	for _, domain := range []string{".localhost", ".local", ".internal", ".test", ".home.arpa"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

func own(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}

// refusePublic is asked with the address that a name has led to.
func refusePublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !own(to.Addr()) {
		return fmt.Errorf("%s is a public address", to.Addr())
	}
	return nil
}
