package control

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Clock returns what time it is in the namespace.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return fetch[Clock](ctx, c, get("clock"))
}

// SetClock sets the clock to a moment, stops it, or both.
func (c *Client) SetClock(ctx context.Context, setting ClockSetting) (Clock, error) {
	return send[Clock](ctx, c, put("clock"), setting)
}

// Advance moves the clock ahead, whether it is frozen or not.
func (c *Client) Advance(ctx context.Context, by time.Duration) (Clock, error) {
	call := get("clock", "advance")
	call.method = http.MethodPost
	return send[Clock](ctx, c, call, map[string]string{"by": wireDuration(by)})
}

// ClearClock lets the clock follow wall time again.
func (c *Client) ClearClock(ctx context.Context) (Clock, error) {
	call := get("clock")
	call.method = http.MethodDelete
	return fetch[Clock](ctx, c, call)
}

// wireDuration writes a duration in the units that the wire knows, of which the smallest is ms.
func wireDuration(d time.Duration) string {
	if d%time.Millisecond == 0 {
		return d.String()
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + "ms"
}

// put replaces something, and is answered what is there then.
func put(path string) apiCall {
	return apiCall{
		method: http.MethodPut, path: []string{path}, status: http.StatusOK, acceptHeader: jsonType,
	}
}
