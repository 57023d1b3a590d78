package spec

import (
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/internal/fastpath"
)

// contents are the bodies that a request or a response may have. Empty means that it has no body.
type contents struct {
	byType map[string]*content
	// by a Content-Type header that needs no parsing
	byHeader map[string]*content
}

// content is a body of one media type.
type content struct {
	schema *openapi3.Schema
	fast   *fastpath.Schema // for JSON, else a schema that accepts nothing
}

// charsets are the parameters that clients write after a media type.
var charsets = []string{
	"", "; charset=utf-8", "; charset=UTF-8", ";charset=utf-8", ";charset=UTF-8",
}

func newContents(declared openapi3.Content, compiler fastpath.Compiler) *contents {
	c := &contents{map[string]*content{}, map[string]*content{}}
	for mediaType, media := range declared {
		if media.Schema == nil {
			continue
		}
		body := &content{media.Schema.Value, &fastpath.Schema{}}
		if strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json") {
			body.fast = compiler.Compile(body.schema)
		}
		c.byType[mediaType] = body
		if parsed, _, err := mime.ParseMediaType(mediaType); err != nil || parsed != mediaType {
			continue
		}
		for _, charset := range charsets {
			c.byHeader[mediaType+charset] = body
		}
	}
	return c
}

func (c *contents) types() []string { return slices.Sorted(maps.Keys(c.byType)) }

// find returns the declared body for a Content-Type header, or nil if none is declared. Parameters
// are ignored, but malformed ones are an error.
func (c *contents) find(header string) (*content, error) {
	if body := c.byHeader[header]; body != nil {
		return body, nil
	}
	mediaType, _, err := mime.ParseMediaType(header)
	return c.byType[mediaType], err
}

// accepts reports whether a body is certainly valid. After false, the body must be validated.
func (c *contents) accepts(header string, body []byte) bool {
	declared := c.byHeader[header]
	return declared != nil && declared.fast.Accepts(body)
}
