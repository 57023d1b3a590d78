package response

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// BaseURL returns the address of the namespace of a request for clients. It begins with the public
// URL of the mock, or else with the host of the request. A proxy in front of the mock may name that
// host. The base URL of the RequestInfo takes precedence.
func BaseURL(r *http.Request, publicURL string) string {
	info := InfoFrom(r)
	if info.BaseURL != "" {
		return info.BaseURL
	}
	prefix := info.Prefix
	if publicURL != "" {
		return publicURL + prefix
	}
	host := r.Host
	// HTTP/1.0 requests may have no host.
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" {
		host = local.String()
	}
	forwardedScheme, forwardedHost := forwardedOrigin(r)
	return cmp.Or(forwardedScheme, Scheme(r)) + "://" + cmp.Or(forwardedHost, host) + prefix
}

// Scheme returns https if a request arrived with TLS, and otherwise http.
func Scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// plainHost matches a host with an optional port that all clients parse alike.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// forwardedOrigin returns the original scheme and host from the Forwarded header (RFC 7239), or
// from the older X-Forwarded-Proto and X-Forwarded-Host. It ignores these headers unless the peer
// is on this machine or a private network.
func forwardedOrigin(r *http.Request) (scheme, host string) {
	if address, err := netip.ParseAddrPort(r.RemoteAddr); r.RemoteAddr != "" &&
		(err != nil || !isPrivate(address.Addr().Unmap())) {
		return "", ""
	}
	first := func(value string) string {
		value, _, _ = strings.Cut(value, ",")
		return strings.TrimSpace(value)
	}
	scheme, host = first(r.Header.Get("X-Forwarded-Proto")), first(r.Header.Get("X-Forwarded-Host"))
	for _, pair := range strings.Split(first(r.Header.Get("Forwarded")), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch value = strings.Trim(value, `"`); strings.ToLower(name) {
		case "proto":
			scheme = value
		case "host":
			host = value
		}
	}
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		scheme = ""
	}
	if !plainHost.MatchString(host) {
		host = ""
	}
	return scheme, host
}

func isPrivate(address netip.Addr) bool {
	return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast()
}
