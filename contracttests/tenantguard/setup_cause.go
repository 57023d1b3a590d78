package tenantguard

// A SetupCause is the likely cause of a [SetupError].
type SetupCause string

// The causes of a request with an unexpected response.
const (
	Redirected      SetupCause = "redirected"
	PlainOnTLS      SetupCause = "plain-http-to-tls"
	ProxyAuth       SetupCause = "proxy-authentication"
	VersionInBase   SetupCause = "version-in-base-url"
	EndpointInBase  SetupCause = "endpoint-in-base-url"
	WebPage         SetupCause = "web-page"
	NoSuchPath      SetupCause = "no-such-path"
	BadCredentials  SetupCause = "bad-credentials"
	BadBearer       SetupCause = "bad-access-token"
	Forbidden       SetupCause = "forbidden"
	TooManyRequests SetupCause = "too-many-requests"
	Unavailable     SetupCause = "unavailable"
	ByteOrderMark   SetupCause = "byte-order-mark"
	EmptyBody       SetupCause = "empty-body"
	NoJSON          SetupCause = "no-json"
	OtherJSON       SetupCause = "other-json"
	OtherStatus     SetupCause = "other-status"
)

// The causes of a request without a response.
const (
	UnknownCA         SetupCause = "unknown-ca"
	OtherCertHost     SetupCause = "certificate-of-another-host"
	BadCertificate    SetupCause = "bad-certificate"
	TLSOnPlain        SetupCause = "tls-to-plain-http"
	UnknownHost       SetupCause = "unknown-host"
	ConnectionRefused SetupCause = "connection-refused"
	ProxyFailed       SetupCause = "proxy-failed"
	NoResponse        SetupCause = "no-response"
	ConnectionEnded   SetupCause = "connection-ended"
	OtherFailure      SetupCause = "other-failure"
)

// remedies has the remedies that do not depend on the request.
var remedies = map[SetupCause]string{
	ProxyAuth: "a proxy requires credentials: set them in HTTPS_PROXY " +
		"(http://USER:PASSWORD@PROXY:PORT), or add the target's host to NO_PROXY",
	PlainOnTLS: "the port requires TLS: use https:// in the base URL",
	EndpointInBase: "the base URL ends in the token endpoint: remove that path, since patmock " +
		"appends it",
	Unavailable: "the target or a gateway in front of it fails: try again later",
	BadBearer: "the target rejects the access token of its own login: " +
		"check for a proxy that drops or changes the Authorization header",
	NoSuchPath: "the target has no such path: " +
		"check that the base URL is that of the API, and that its path is not too long",
	BadCredentials: "the client id or the secret is wrong, deleted, expired or of another tenant",
	Forbidden: "the token has no permission: check its scopes, the level of its user, " +
		"and the network rules of the tenant",
	TooManyRequests: "the rate limit is exceeded: try again later, or stop other clients of this " +
		"token",
	OtherStatus: "expected 200: check that the base URL is that of the API",
	ByteOrderMark: "the body begins with a byte order mark, which is not valid JSON (RFC 8259, " +
		"8.1): " +
		"configure the target, or the proxy in front of it, to send UTF-8 without one",
	EmptyBody: "the body is empty: check that the base URL is that of the API, " +
		"and that no proxy drops the body",
	NoJSON:    "the body is not JSON: check that the base URL is that of the API",
	OtherJSON: "the body has unexpected JSON: check that the base URL is that of the API",
	UnknownCA: "the certificate is not signed by a trusted authority: " +
		"set --ca (PATMOCK_CA) to the PEM file of patmock serve --tls, " +
		"or of a proxy that inspects TLS",
	OtherCertHost: "the certificate is that of another host: use the host of the certificate in " +
		"the base URL, or start patmock serve --tls with it in --public-url",
	BadCertificate: "the certificate is not valid now: check its dates, and the clock of this " +
		"machine",
	TLSOnPlain: "the port does not support TLS: use http:// in the base URL of a mock, " +
		"start the mock with --tls, or use the port with TLS",
	UnknownHost: "check the spelling of the base URL, and the DNS of this machine or container",
	ConnectionRefused: "no server listens there: check the host and the port of the base URL; " +
		"in a container, 127.0.0.1 is the container itself",
	ProxyFailed: "the proxy of HTTPS_PROXY or HTTP_PROXY does not work: " +
		"correct the variable, or add the target's host to NO_PROXY",
	NoResponse: "check for a firewall, or for a proxy that is missing in HTTPS_PROXY",
	ConnectionEnded: "the connection ended without a response: " +
		"check whether the port requires TLS (https) or not (http), and for a proxy or firewall",
	OtherFailure: "check the base URL and the network",
}
