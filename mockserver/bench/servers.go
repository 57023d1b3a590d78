package main

import "strings"

// server describes a server to measure. Its command line is split at blanks. HOST and PORT in it
// are replaced by the address to listen on.
type server struct {
	description, commandLine string
	path                     string // of the collection of tokens
	clientID                 string // for the login; the secret is the id twice
}

// servers has all servers by name. The other mocks do as little work as the task needs: no logs,
// fixed responses, and a template only for a response that repeats a part of the request.
var servers = map[string]server{
	"bare": {
		"net/http, encoding/json and a map; checks nothing", ".cache/bench/bench -bare HOST:PORT",
		collection, "",
	},
	"patmock": {
		"everything on: authentication, validation of requests and responses, journal, checks",
		".cache/bench/patmock serve --addr HOST:PORT --fixture " +
			"mockserver/bench/peers/tenant.yaml " +
			"--profile friendly --log-level error",
		collection, "facefacefacefacefacefacefaceface",
	},
	"prism": {
		"validates requests and responses by patmock's document, returns its examples",
		bin + "node " + bin +
			"prism mock --host HOST --port PORT --errors --verboseLevel silent " +
			".cache/bench/prism.yaml",
		"/personal-access-tokens", "", // Prism ignores the servers of a document
	},
	"mockoon": {
		"checks nothing, returns what its data file says",
		bin + "node " + bin +
			"mockoon-cli start --data .cache/bench/peers/mockoon.json --repair --hostname HOST " +
			"--port PORT --disable-admin-api --disable-log-to-file",
		collection, "",
	},
	"wiremock": {
		"checks nothing, returns what its stubs say, journal of 1,000 requests",
		"java -cp .cache/bench/peers/node_modules/wiremock/build/* wiremock.Run --root-dir " +
			".cache/bench/peers/wiremock --bind-address HOST --port PORT " +
			"--max-request-journal-entries 1000 --disable-banner --disable-request-logging",
		collection, "",
	},
}

const (
	collection = "/v2026/personal-access-tokens"
	bin        = ".cache/bench/peers/node_modules/.bin/"
)

func (s server) args(address string) []string {
	host, port, _ := strings.Cut(address, ":")
	return strings.Fields(strings.NewReplacer("HOST", host, "PORT", port).Replace(s.commandLine))
}
