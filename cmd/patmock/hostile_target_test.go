package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hostileTarget is a target that violates the protocol or the documents.
type hostileTarget struct {
	name string
	// login reports whether logins succeed and only other requests are hostile.
	login bool
	serve http.HandlerFunc
	// slow reports whether a command takes more than a few seconds.
	slow bool
}

// hostileTargets returns all targets except the one that accepts no connection.
func hostileTargets(other string) []hostileTarget {
	drip := func(head string) http.HandlerFunc {
		return raw(func(c net.Conn) {
			_, err := io.WriteString(c, head)
			for err == nil {
				time.Sleep(time.Second) // the target is slow on purpose
				_, err = io.WriteString(c, "x")
			}
		})
	}
	hang := raw(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	both := []hostileTarget{
		{name: "hangs", serve: hang, slow: true},
		{name: "headers that do not end", slow: true, serve: raw(func(c net.Conn) {
			_, _ = io.WriteString(c, head+"X-More: ")
			_, _ = io.Copy(io.Discard, c)
		})},
		{name: "a body that does not end", slow: true, serve: raw(func(c net.Conn) {
			_, _ = io.WriteString(c, head+"Content-Length: 100\r\n\r\n[")
			_, _ = io.Copy(io.Discard, c)
		})},
		{name: "a byte of headers a second", serve: drip(head + "X-More: "), slow: true},
		{
			name:  "a byte of the body a second",
			serve: drip(head + "Content-Length: 1000000\r\n\r\n["), slow: true,
		},
		{name: "endless headers", slow: true, serve: raw(func(c net.Conn) {
			_, err := io.WriteString(c, head)
			for line := strings.Repeat("X-More: more\r\n", 1000); err == nil; {
				_, err = io.WriteString(c, line)
			}
		})},
		{name: "500 of HTML", serve: hostileStatus(500, "text/html", "<html>oops</html>")},
		{
			name: "503 of HTML", serve: hostileStatus(503, "text/html", "<html>maintenance</html>"),
			slow: true,
		},
		{name: "gzip garbage", serve: gzipGarbage, slow: true},
		{name: "a gzip bomb", serve: gzipBomb},
		{name: "a body of 10 GB", serve: tenGB},
		{name: "a redirect loop", serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}},
		{name: "a redirect to another host", serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other+r.URL.Path, http.StatusTemporaryRedirect)
		}},
		{name: "429 for eleven days", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "999999")
			hostileStatus(429, "application/json", "{}")(w, r)
		}},
		{
			name:  "a list of 400,000 numbers",
			serve: hostileStatus(200, "application/json", longList("1234567890")),
		},
		{
			name:  "a list of 400,000 objects",
			serve: hostileStatus(200, "application/json", longList(`{"id":"x"}`)),
		},
	}
	all := both
	for _, h := range both {
		h.name, h.login = h.name+" after the login", true
		all = append(all, h)
	}
	return all
}

func longList(item string) string { return "[" + strings.Repeat(item+",", 399_999) + item + "]" }

// raw handles a connection without net/http after the request was read.
func raw(serve func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer func() { _ = c.Close() }() // the client has disconnected
		serve(c)
	}
}

func hostileStatus(code int, mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func gzipGarbage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	hostileStatus(200, "application/json", "this is no gzip")(w, r)
}

// gzipBomb sends 10 GB of blanks compressed to 10 MB.
func gzipBomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "application/json")
	z := gzip.NewWriter(w)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 10_000 {
		if _, err := z.Write(blanks); err != nil {
			return // the client has disconnected
		}
	}
	_ = z.Close()
}

func tenGB(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(10<<30))
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 10 << 10 {
		if _, err := w.Write(blanks); err != nil {
			return // the client has disconnected
		}
	}
}

// start starts the target and returns its address.
func (h hostileTarget) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/_mock/health":
			http.NotFound(w, r)
		case h.login && r.URL.Path == "/oauth/token":
			hostileStatus(200, "application/json",
				`{"access_token":"a","token_type":"bearer","expires_in":43199,`+
					`"scope":"sp:scopes:all","identity_id":"i"}`)(w, r)
		default:
			h.serve(w, r)
		}
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}
