package tenantguard

// A SetupCause is the likely cause of a [SetupError].
type SetupCause string

// The causes that a response shows.
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

// remedies has the causes whose remedy does not depend on the request.
var remedies = map[SetupCause]string{
	ProxyAuth: "a proxy requires credentials: put them into HTTPS_PROXY " +
		"(http://USER:PASSWORD@PROXY:PORT), or name the target's host in NO_PROXY",
	PlainOnTLS: "the port speaks TLS: write https:// in the base URL",
	EndpointInBase: "the base URL ends in the token endpoint: " +
		"leave its path out, since patmock appends it",
	Unavailable: "the target or a gateway in front of it fails: try again later",
	BadBearer: "the target rejects the access token that its login issued: " +
		"look for a proxy that drops or changes the header Authorization",
	NoSuchPath: "the target has no such path: " +
		"the base URL is that of another server, or its path is too long",
	BadCredentials: "the client id or the secret is wrong, of another tenant, deleted or expired",
	Forbidden: "the token may not do this: look at its scopes, its user's level, " +
		"and the network rules of the tenant",
	TooManyRequests: "the rate limit is reached: try again later, or end other clients of this " +
		"token",
	OtherStatus: "expected 200: look whether the base URL is that of the API",
	ByteOrderMark: "the body begins with a byte order mark, which JSON must not have (RFC 8259, " +
		"8.1): " +
		"let the target, or the proxy in front of it, send UTF-8 without one",
	EmptyBody: "the body is empty: look whether the base URL is that of the API, " +
		"and for a proxy that drops bodies",
	NoJSON:    "the body is no JSON: look whether the base URL is that of the API",
	OtherJSON: "the body is JSON of another form: look whether the base URL is that of the API",
	UnknownCA: "no authority that is trusted here has signed the certificate: " +
		"name a PEM file with the CA in SSL_CERT_FILE; a proxy that inspects TLS has one of its " +
		"own",
	OtherCertHost: "the certificate is that of another host: " +
		"name the host that it is for in the base URL",
	BadCertificate: "the certificate is not valid now: look at its dates, and at the clock of " +
		"this machine",
	TLSOnPlain: "the port speaks no TLS: write http:// in the base URL of a mock, " +
		"or name the port with TLS",
	UnknownHost: "look at the spelling of the base URL, and at the DNS of this machine or " +
		"container",
	ConnectionRefused: "nothing listens there: look at host and port of the base URL; " +
		"in a container, 127.0.0.1 is the container itself",
	ProxyFailed: "the proxy of HTTPS_PROXY or HTTP_PROXY cannot be used: " +
		"correct the variable, or name the target's host in NO_PROXY",
	NoResponse: "look for a firewall, or for a proxy that has to be named in HTTPS_PROXY",
	ConnectionEnded: "the connection ended without a response: " +
		"look whether the port speaks TLS (https) or not (http), and for a proxy or firewall",
	OtherFailure: "look at the base URL and at the network",
}
