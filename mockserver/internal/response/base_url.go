package response

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// BaseURL returns how a client reaches the namespace of a request: by the mock's public URL, or
// else by the host that it used, which a proxy in front of the mock names.
func BaseURL(r *http.Request, publicURL string) string {
	prefix := InfoFrom(r).Prefix
	if publicURL != "" {
		return publicURL + prefix
	}
	scheme, host := "http", r.Host
	// HTTP/1.0 may name none
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" {
		host = local.String()
	}
	if r.TLS != nil {
		scheme = "https"
	}
	forwardedScheme, forwardedHost := forwardedOrigin(r)
	return cmp.Or(forwardedScheme, scheme) + "://" + cmp.Or(forwardedHost, host) + prefix
}

// plainHost is a host with an optional port, in which no client reads anything else.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// forwardedOrigin returns what a proxy says of the client's request, by Forwarded (RFC 7239) or by
// the older X-Forwarded-Proto and X-Forwarded-Host. Only a peer on this machine or a private
// network is believed.
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
