package server

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// Values of Config.CORS other than a list of origins.
const (
	CORSLoopback = "loopback"
	CORSAny      = "*"
	CORSOff      = "off"
)

// corsPolicy decides which origins the API and the token endpoint allow (the Fetch standard). The
// control API does not allow any.
type corsPolicy struct {
	any, loopback bool
	origins       []string // in lower case
}

// CheckCORS returns an error if text is not a valid Config.CORS.
func CheckCORS(text string) error {
	_, err := newCORSPolicy(text)
	return err
}

// newCORSPolicy parses Config.CORS.
func newCORSPolicy(text string) (corsPolicy, error) {
	switch text {
	case "", CORSLoopback:
		return corsPolicy{loopback: true}, nil
	case CORSAny:
		return corsPolicy{any: true}, nil
	case CORSOff:
		return corsPolicy{}, nil
	}
	var p corsPolicy
	for _, origin := range strings.Split(text, ",") {
		u, err := url.Parse(strings.TrimSpace(origin))
		if err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" ||
			u.Fragment != "" || u.User != nil {
			return p, fmt.Errorf("expected loopback, *, off or origins such as "+
				"https://app.example, got %s", redact.Address(origin))
		}
		p.origins = append(p.origins, strings.ToLower(u.Scheme+"://"+u.Host))
	}
	return p, nil
}

// allows reports whether an origin may read responses.
func (p corsPolicy) allows(origin string) bool {
	if p.any || slices.Contains(p.origins, strings.ToLower(origin)) {
		return true
	}
	if !p.loopback {
		return false
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopbackHost(u.Hostname())
}

// isForeign reports whether a web page sent the request that may not use the API. Such a page
// belongs to an origin that is not allowed, or to another site without an Origin header.
func (p corsPolicy) isForeign(r *http.Request) bool {
	if origins := r.Header["Origin"]; len(origins) > 0 {
		return !p.allows(origins[0])
	}
	return r.Header.Get("Sec-Fetch-Site") == "cross-site"
}

// isLoopbackHost reports whether a host name or address is that of this machine.
func isLoopbackHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// exposedHeaders are the headers that scripts may read.
//
// observed: a tenant exposes some of them.
const exposedHeaders = "Retry-After, SLPT-Request-ID, Date, X-Total-Count"

// setHeaders sets the headers of every response to an allowed origin. It reports whether the
// request is a preflight.
func (p corsPolicy) setHeaders(header http.Header, r *http.Request) (preflight bool) {
	origins := r.Header["Origin"]
	if len(origins) == 0 {
		return false
	}
	preflight = r.Method == http.MethodOptions &&
		r.Header.Get("Access-Control-Request-Method") != ""
	if !p.allows(origins[0]) {
		return preflight
	}
	header.Set("Access-Control-Allow-Origin", origins[0])
	header.Add("Vary", "Origin")
	if !preflight {
		header.Set("Access-Control-Expose-Headers", exposedHeaders)
		return false
	}
	header.Add("Vary", "Access-Control-Request-Method")
	header.Add("Vary", "Access-Control-Request-Headers")
	if requested := r.Header.Get("Access-Control-Request-Headers"); requested != "" {
		header.Set("Access-Control-Allow-Headers", requested)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	header.Set("Access-Control-Max-Age", "600")
	return true
}

// allMethods are the allowed methods of unknown paths.
const allMethods = "DELETE, GET, HEAD, PATCH, POST"

// preflight responds to a preflight. A preflight is not an API request and causes no finding.
func (s *requestState) preflight(r *http.Request) {
	header := s.rw.Header()
	s.info.Browser = true
	if header.Get("Access-Control-Allow-Origin") == "" {
		s.info.AddNote(fmt.Sprintf("a page of %s may not read responses: allow its origin with "+
			"--cors", response.Truncate(r.Header.Get("Origin"))))
	} else {
		header.Set("Access-Control-Allow-Methods", allMethods)
		if p, _ := s.api.find(r); p != nil {
			header.Set("Access-Control-Allow-Methods", p.allowed)
		} else if m := stubMethods(s.tenant.Stubs.Methods(r.URL.EscapedPath())); m != "" {
			header.Set("Access-Control-Allow-Methods", m)
		}
	}
	s.writer.Write(s.rw, r, &response.Response{Status: http.StatusNoContent, Validated: true}, nil)
}
