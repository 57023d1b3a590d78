package control

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Clock returns the clock of the namespace.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return fetch[Clock](ctx, c, get("clock"))
}

// SetClock sets the time of the clock, stops the clock, or both.
func (c *Client) SetClock(ctx context.Context, setting ClockSetting) (Clock, error) {
	return send[Clock](ctx, c, put("clock"), setting)
}

// Advance moves the clock forward, even if it is frozen.
func (c *Client) Advance(ctx context.Context, by time.Duration) (Clock, error) {
	call := get("clock", "advance")
	call.method = http.MethodPost
	return send[Clock](ctx, c, call, map[string]string{"by": wireDuration(by)})
}

// ClearClock makes the clock follow wall time again.
func (c *Client) ClearClock(ctx context.Context) (Clock, error) {
	call := get("clock")
	call.method = http.MethodDelete
	return fetch[Clock](ctx, c, call)
}

// wireDuration formats a duration for the control API. The smallest unit of the API is ms.
func wireDuration(d time.Duration) string {
	if d%time.Millisecond == 0 {
		return d.String()
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + "ms"
}

// put returns a call that replaces a resource. The response has the new state.
func put(path string) apiCall {
	return apiCall{
		method: http.MethodPut, path: []string{path}, status: http.StatusOK, responseType: jsonType,
	}
}
