package response

import (
	"net"
	"net/http"
	"strings"
)

// An Effect changes or suppresses a response.
type Effect string

// The effects. Reset and Hang send no response, and HTML replaces the response. The others corrupt
// the response of the operation.
const (
	Reset     Effect = "reset"
	Hang      Effect = "hang"
	HTML      Effect = "html"
	Truncated Effect = "truncated-json"
	WrongType Effect = "wrong-content-type"
	Empty     Effect = "empty-body"
)

// gatewayPage is the error page of a proxy in front of a tenant.
const gatewayPage = "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n" +
	"<body><h1>%s</h1><hr>the " +
	"gateway</body></html>\n"

// corrupt applies the effect to a response. It reports whether a response must still be sent.
func (e Effect) corrupt(w Writer, r *http.Request, resp *Response) bool {
	switch e {
	case Reset:
		InfoFrom(r).Abort = true
		return false
	case Hang:
		select {
		case <-r.Context().Done():
		case <-w.Done:
		}
		InfoFrom(r).Abort = true
		return false
	case HTML:
		text := http.StatusText(resp.Status)
		resp.Body, resp.ContentType = []byte(strings.ReplaceAll(gatewayPage, "%s", text)),
			"text/html; charset=utf-8"
	case Truncated:
		resp.Body = resp.Body[:len(resp.Body)/2]
	case WrongType:
		resp.ContentType = "text/plain; charset=utf-8"
	case Empty:
		resp.Body = resp.Body[:0]
	}
	return true
}

// Abort closes the connection without a response, with a TCP reset if possible.
func Abort(rw http.ResponseWriter) {
	connection, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or no connection
	}
	for { // without the alert that ends TLS
		wrapped, ok := connection.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		connection = wrapped.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closed either way
	}
	_ = connection.Close()
}
