package control

import (
	"context"
	"net/http"
	"time"
)

// Verify checks whether the mock has received the expected requests. It waits for them up to the
// timeout of the verification.
func (c *Client) Verify(ctx context.Context, verification VerifyRequest) (VerifyResult, error) {
	call := get("verify")
	call.method = http.MethodPost
	// the mock rejects an invalid duration
	if wait, err := time.ParseDuration(verification.Timeout); err == nil {
		call.timeout = min(max(wait, 0), 24*time.Hour)
	}
	return send[VerifyResult](ctx, c, call, verification)
}
