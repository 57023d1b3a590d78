package server

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// isRead reports whether a method requests a page.
func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// isIndex reports whether a request is for the page at the root of a namespace. The API does not
// have this path.
func isIndex(r *http.Request) bool { return r.URL.Path == "/" && isRead(r.Method) }

// browserPath matches the paths that browsers request without a link to them.
var browserPath = regexp.MustCompile(`^/(favicon\.ico|robots\.txt|browserconfig\.xml|` +
	`apple-touch-icon[a-z0-9-]*\.png|` +
	`\.well-known/appspecific/com\.chrome\.devtools\.json)$`)

// isBrowserRequest reports whether a browser sent a request on its own.
func isBrowserRequest(r *http.Request) bool {
	return isRead(r.Method) && browserPath.MatchString(r.URL.Path)
}

// indexPolicy forbids the page to load or run anything.
const indexPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action " +
	"'none'; frame-ancestors 'none'"

// indexLink is a link of the page.
type indexLink struct{ path, text string }

// writeIndex writes a page that describes the mock and links to its resources. It is plain text for
// clients that do not accept HTML. Verdicts ignore the request.
func (d *documents) writeIndex(
	w response.Writer, rw http.ResponseWriter, r *http.Request, control *controlElsewhere,
) {
	info := response.InfoFrom(r)
	info.Browser = true
	resp := &response.Response{
		Status: http.StatusOK, Validated: true, ContentType: "text/plain; charset=utf-8",
		Header: http.Header{"Vary": append(rw.Header()["Vary"], "Accept")},
	}
	links, note := d.indexLinks(info.Prefix), ""
	if control != nil {
		links, note = nil, control.index
	}
	if accepts(r.Header["Accept"], "text/html") {
		resp.ContentType = "text/html; charset=utf-8"
		resp.Header["Content-Security-Policy"] = []string{indexPolicy}
		resp.Body = indexHTML(info.Prefix, links, note)
	} else {
		resp.Body = indexText(info.Prefix, links, note)
	}
	w.Write(rw, r, resp, nil)
}

// indexLinks returns the links of the page.
func (d *documents) indexLinks(prefix string) []indexLink {
	base := prefix + controlPath
	links := []indexLink{
		{base + "/health", "health, profile and counters"},
		{base + "/requests", "the requests of this namespace"},
		{base + "/findings", "findings about clients"},
		{base + "/spec/" + spec.Control, "OpenAPI document of the control API"},
		{base + "/spec/" + spec.OAuth, "OpenAPI document of the token endpoint"},
	}
	for _, v := range d.servedVersions() {
		links = append(links, indexLink{
			base + "/spec/" + string(v), "OpenAPI document of " + string(v),
		})
	}
	return links
}

// Sentences of the page.
const (
	indexTitle       = "patmock"
	indexDescription = "A stand-in for the personal access token API of SailPoint Identity " +
		"Security Cloud, with its identities to read. It is not a SailPoint tenant."
)

// indexText returns the page as text. The note replaces the links of a page without them.
func indexText(prefix string, links []indexLink, note string) []byte {
	var b strings.Builder
	b.WriteString(indexTitle + "\n\n" + indexDescription + "\nLog in at POST " + prefix +
		"/oauth/token.\n")
	if links == nil {
		b.WriteString(note + "\n")
	}
	for _, link := range links {
		b.WriteString("\n" + link.path + "  " + link.text)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n") + "\n")
}

func indexHTML(prefix string, links []indexLink, note string) []byte {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" +
		indexTitle + "</title>\n")
	b.WriteString("<style>body{font:1rem/1.5 sans-serif;max-width:40rem;margin:2rem " +
		"auto;padding:0 1rem}</style>\n")
	b.WriteString("<h1>" + indexTitle + "</h1>\n<p>" + indexDescription + "</p>\n")
	b.WriteString("<p>Log in at <code>POST " + html.EscapeString(prefix) +
		"/oauth/token</code>.</p>\n")
	if links == nil {
		b.WriteString("<p>" + note + "</p>\n")
		return []byte(b.String())
	}
	b.WriteString("<ul>\n")
	for _, link := range links {
		b.WriteString("<li><a href=\"" + html.EscapeString(link.path) + "\">" +
			html.EscapeString(link.text) + "</a></li>\n")
	}
	b.WriteString("</ul>\n")
	return []byte(b.String())
}

// accepts reports whether Accept headers accept a media type (RFC 9110, section 12.5.1). The most
// specific range decides. Without a header every type is accepted.
func accepts(headers []string, mediaType string) bool {
	ranges := strings.Split(strings.Join(headers, ","), ",")
	kind, _, _ := strings.Cut(mediaType, "/")
	unlimited := true
	for _, candidate := range []string{mediaType, kind + "/*", "*/*"} {
		for _, r := range ranges {
			name, parameters, _ := strings.Cut(r, ";")
			if name = strings.TrimSpace(name); name != "" {
				unlimited = false
			}
			if strings.EqualFold(name, candidate) {
				return quality(parameters) > 0
			}
		}
	}
	return unlimited
}

// quality returns the weight among the parameters of a media range, or 1 if there is none.
func quality(parameters string) float64 {
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				return 1
			}
			return q
		}
	}
	return 1
}
