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

// observed lets an observer judge every exchange of a sequence.
type observed struct {
	next     http.RoundTripper
	world    *world
	observer *observer.Observer
}

// observe makes the world judge its exchanges as those of scenarios are judged.
func (w *world) observe() {
	o := observer.New(observer.Options{Now: func() time.Time { return w.now }})
	w.http = &http.Client{Transport: observed{w.http.Transport, w, o}}
}

// RoundTrip implements http.RoundTripper.
func (o observed) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	answered, err := o.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(answered.Body)
	if err = errors.Join(err, answered.Body.Close()); err != nil {
		return nil, err
	}
	answered.Body = io.NopCloser(bytes.NewReader(content))
	for _, f := range o.observer.Observe(recording.Exchange{
		Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: string(sent),
		Status: answered.StatusCode, ResponseHeader: answered.Header, ResponseBody: string(content),
	}) {
		o.world.Logf("%s", o.world.last)
		o.world.Fatalf("%s", f.Message)
	}
	return answered, nil
}
