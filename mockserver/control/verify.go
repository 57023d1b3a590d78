package control

import (
	"context"
	"net/http"
	"time"
)

// Verify asks whether requests were made, and waits for them as long as the verification says.
func (c *Client) Verify(ctx context.Context, verification VerifyRequest) (VerifyResult, error) {
	call := get("verify")
	call.method = http.MethodPost
	// what is none is for the mock to refuse
	if wait, err := time.ParseDuration(verification.Timeout); err == nil {
		call.timeout = min(max(wait, 0), 24*time.Hour)
	}
	return send[VerifyResult](ctx, c, call, verification)
}
