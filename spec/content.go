package spec

import (
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/internal/fastpath"
)

// contents are the bodies that a request or an answer may have. Without any there is no body.
type contents struct {
	byType map[string]*content
	// by a Content-Type header that tells its media type without being parsed
	byHeader map[string]*content
}

// content is a body of one media type.
type content struct {
	schema *openapi3.Schema
	fast   *fastpath.Schema // for JSON, else the one that is certain of nothing
}

// charsets are what clients write behind a media type.
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

// find returns what is declared for a Content-Type header, nil for nothing. Its parameters do
// not matter, but that they are malformed is an error.
func (c *contents) find(header string) (*content, error) {
	if body := c.byHeader[header]; body != nil {
		return body, nil
	}
	mediaType, _, err := mime.ParseMediaType(header)
	return c.byType[mediaType], err
}

// accepts tells that a body is valid. False means that it has to be checked.
func (c *contents) accepts(header string, body []byte) bool {
	declared := c.byHeader[header]
	return declared != nil && declared.fast.Accepts(body)
}
