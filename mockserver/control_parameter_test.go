package mockserver_test

import (
	"net/http"
	"regexp"
	"testing"

	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

// Each operation of the control API rejects unknown parameters.
func TestControl_RejectsUnknownParameters(t *testing.T) {
	document, err := spec.Load(spec.Control)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, "empty").anonymous()
	for _, op := range document.Operations {
		t.Run(op.Name, func(t *testing.T) {
			path := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(op.Path, "x")
			c.forTest(t).anonymous().send(op.Method, path+"?unknown=1", "",
				"").is(http.StatusBadRequest).equal("rule", string(rule.ControlInvalidRequest))
		})
	}
}
