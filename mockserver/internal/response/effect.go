package response

import (
	"net"
	"net/http"
	"strings"
)

// An Effect is what a fault does to an answer.
type Effect string

// The effects. Reset and Hang leave the request without an answer, HTML answers in place of the
// operation; the others spoil what the operation answers.
const (
	Reset     Effect = "reset"
	Hang      Effect = "hang"
	HTML      Effect = "html"
	Truncated Effect = "truncated-json"
	WrongType Effect = "wrong-content-type"
	Empty     Effect = "empty-body"
)

// gatewayPage is what a proxy in front of a tenant may answer.
const gatewayPage = "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n" +
	"<body><h1>%s</h1><hr>the " +
	"gateway</body></html>\n"

// corrupt does to an answer what the effect asks for, and tells whether there is still one to send.
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

// Abort ends the connection without a word: with a TCP reset where it can be had.
func Abort(rw http.ResponseWriter) {
	connection, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or a caller without a connection
	}
	if wrapped, ok := connection.(interface{ NetConn() net.Conn }); ok {
		connection = wrapped.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it is closed either way
	}
	_ = connection.Close()
}
