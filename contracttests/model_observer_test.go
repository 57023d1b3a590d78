package contracttests_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/recording"
)

// observingTransport passes every exchange of a sequence to an observer.
type observingTransport struct {
	next     http.RoundTripper
	world    *world
	observer *observer.Observer
}

// observe checks the exchanges of the world like those of scenarios.
func (w *world) observe() {
	o := observer.New(observer.Options{Now: func() time.Time { return w.now }})
	w.http = &http.Client{Transport: observingTransport{w.http.Transport, w, o}}
}

// RoundTrip makes the request and checks the exchange.
func (o observingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	requestBody, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(requestBody))
	response, err := o.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(content))
	for _, f := range o.observer.Observe(recording.Exchange{
		Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: string(requestBody),
		Status: response.StatusCode, ResponseHeader: response.Header, ResponseBody: string(content),
	}) {
		o.world.Logf("%s", o.world.lastExchange)
		o.world.Fatalf("%s", f.Message)
	}
	return response, nil
}
