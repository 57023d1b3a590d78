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

// page is what a proxy in front of a tenant may answer.
const page = "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n<body><h1>%s</h1><hr>the " +
	"gateway</body></html>\n"

// corrupt does to an answer what the effect asks for, and tells whether there is still one to send.
func (e Effect) corrupt(w Writer, r *http.Request, a *Response) bool {
	switch e {
	case Reset:
		InfoFrom(r).Abort = true
		return false
	case Hang:
		select {
		case <-r.Context().Done():
		case <-w.Stopped:
		}
		InfoFrom(r).Abort = true
		return false
	case HTML:
		text := http.StatusText(a.Status)
		a.Body, a.ContentType = []byte(strings.ReplaceAll(page, "%s", text)),
			"text/html; charset=utf-8"
	case Truncated:
		a.Body = a.Body[:len(a.Body)/2]
	case WrongType:
		a.ContentType = "text/plain; charset=utf-8"
	case Empty:
		a.Body = a.Body[:0]
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
