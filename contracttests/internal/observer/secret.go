package observer

import (
	"encoding/json"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// minSecretLength is the minimum length of a secret. Shorter texts may be words.
const minSecretLength = 16

// checkSecrets reports secrets in responses that must not have them, and records new secrets.
func (o *Observer) checkSecrets(e *exchange) {
	if e.Op == Login && e.ok() { // a rejected secret may be an id
		o.addSecret(tokenParameters(e).Get("client_secret"), "the secret of a token")
	}
	texts := []string{e.ResponseBody}
	for _, values := range e.ResponseHeader {
		texts = append(texts, values...)
	}
	for secret, what := range o.secrets {
		if slices.ContainsFunc(texts,
			func(text string) bool { return strings.Contains(text, secret) }) {
			o.report(rule.SecretOnce, string(e.Op)+what, "the response to %s has %s", e.Op, what)
		}
	}
	switch {
	case e.Op == Create && e.ok():
		secret := e.responseObject().text("secret")
		if n := strings.Count(strings.Join(texts, "\n"), secret); n > 1 && secret != "" {
			o.report(rule.SecretOnce, "twice",
				"the response to create has the secret %d times, expected once", n)
		}
		o.addSecret(secret, "the secret of a token")
	case e.Op == Login && e.ok():
		o.addSecret(e.responseObject().text("access_token"), "an access token")
	default:
		o.checkSecretKey(e)
	}
}

// checkSecretKey reports the property secret outside the response to create.
func (o *Observer) checkSecretKey(e *exchange) {
	if !strings.Contains(e.ResponseBody, `"secret"`) {
		return
	}
	objects := append(decode[[]object](json.RawMessage(e.ResponseBody)), e.responseObject())
	if slices.ContainsFunc(objects, func(each object) bool { return each["secret"] != nil }) {
		o.report(rule.SecretOnce, string(e.Op)+" key",
			"a token has the property secret in the response to %s", e.Op)
	}
}

func (o *Observer) addSecret(value, what string) {
	if len(value) >= minSecretLength {
		o.secrets[value] = what
	}
}
