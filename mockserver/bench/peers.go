package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The other mocks get the least work that they can do the task with: no logs, answers that are written down, and a
// template only where an answer repeats what was asked.

// object is one of JSON.
type object map[string]any

// prism is Prism with patmock's own document. It holds requests and answers against it, as it does unless told otherwise.
func (p *place) prism(ctx context.Context, as recorded) (server, error) {
	run, version, err := p.node(ctx, "@stoplight/prism-cli", "dist/index.js")
	if err != nil {
		return server{}, err
	}
	created, err := json.Marshal(as.created)
	if err != nil {
		return server{}, err
	}
	// JSON is YAML too. Without an example Prism would make one up for every answer, and a list of one.
	document := as.document + "\n"
	for schema, example := range map[string]string{
		"type: array\n                items:\n                  $ref: \"#/components/schemas/GetPersonalAccessTokenResponse\"\n": string(as.list),
		"$ref: \"#/components/schemas/CreatePersonalAccessTokenResponse\"\n":                                                     string(created),
	} {
		if strings.Count(document, schema) != 1 {
			return server{}, fmt.Errorf("the document has no place for the example %.40s", example)
		}
		document = strings.Replace(document, schema, schema+"              example: "+strings.TrimSpace(example)+"\n", 1)
	}
	file := p.path("prism.yaml")
	s := server{
		name: "prism", version: version, does: "holds requests and answers against patmock's document (`--errors`), answers its examples",
		args: func(port string) []string {
			return append(run, "mock", "--host", "127.0.0.1", "--port", port, "--errors", "--verboseLevel", "silent", file)
		},
		path: strings.TrimPrefix(collection, "/v2026"), // it does not mind the servers of a document
		log:  p.path("prism.log"),
	}
	return s, os.WriteFile(file, []byte(document), 0o600)
}

// mockoon is Mockoon with two routes: a list that stands in its data file, and a template that repeats the name.
func (p *place) mockoon(ctx context.Context, as recorded) (server, error) {
	run, version, err := p.node(ctx, "@mockoon/cli", "bin/run.js")
	if err != nil {
		return server{}, err
	}
	const random = "{{faker 'string.hexadecimal' length=%d prefix='' casing='lower'}}"
	created, err := as.template(fmt.Sprintf(random, 32), fmt.Sprintf(random, 64), "{{body 'name'}}")
	if err != nil {
		return server{}, err
	}
	route := func(method, body string, plain bool) object {
		response := object{
			"statusCode": 200, "body": body, "bodyType": "INLINE", "disableTemplating": plain, "default": true,
			"headers": []object{{"key": "Content-Type", "value": "application/json"}},
		}
		return object{"type": "http", "method": method, "endpoint": strings.TrimPrefix(collection, "/"), "responses": []object{response}}
	}
	file := p.path("mockoon.json")
	s := server{
		name: "mockoon", version: version, does: "checks nothing, answers what its data file says",
		args: func(port string) []string {
			return append(run, "start", "--data", file, "--repair", "--hostname", "127.0.0.1", "--port", port, "--disable-admin-api", "--disable-log-to-file")
		},
		path: collection,
		log:  p.path("mockoon.log"),
	}
	return s, writeJSON(file, object{
		"name": "tokens", "lastMigration": 33, // --repair adds what else there has to be
		"routes": []object{route("get", string(as.list), true), route("post", created, false)},
	})
}

// wiremock is WireMock with two stubs, and a journal as long as patmock's.
func (p *place) wiremock(ctx context.Context, as recorded) (server, error) {
	jars, version, err := p.packaged("wiremock", "build")
	if err != nil {
		return server{}, err
	}
	java, err := output(ctx, "java", "--version")
	if err != nil {
		return server{}, err
	}
	java, _, _ = strings.Cut(java, "\n")
	const random = "{{randomValue length=%d type='HEXADECIMAL'}}"
	created, err := as.template(fmt.Sprintf(random, 32), fmt.Sprintf(random, 64), "{{jsonPath request.body '$.name'}}")
	if err != nil {
		return server{}, err
	}
	stub := func(method, body string, transformers ...string) object {
		return object{
			"request":  object{"method": method, "urlPath": collection},
			"response": object{"status": 200, "headers": object{"Content-Type": "application/json"}, "body": body, "transformers": transformers},
		}
	}
	if err := os.MkdirAll(p.path("wiremock", "mappings"), 0o750); err != nil {
		return server{}, err
	}
	s := server{
		name: "wiremock", version: version + ", " + java, does: "checks nothing, answers what its stubs say, journal of 1,000 requests",
		args: func(port string) []string {
			return []string{
				"java", "-jar", filepath.Join(jars, "wiremock-standalone-"+version+".jar"), "--bind-address", "127.0.0.1", "--port", port,
				"--root-dir", p.path("wiremock"), "--max-request-journal-entries", "1000", "--disable-banner", "--disable-request-logging",
			}
		},
		path: collection,
		log:  p.path("wiremock.log"),
	}
	return s, writeJSON(p.path("wiremock", "mappings", "tokens.json"), object{
		"mappings": []object{stub("GET", string(as.list)), stub("POST", created, "response-template")},
	})
}

// template is the answer to a create in which a template takes the place of what differs each time.
func (as recorded) template(id, secret, name string) (string, error) {
	created := maps.Clone(as.created)
	created["id"], created["secret"], created["name"] = id, secret, name
	raw, err := json.Marshal(created)
	return string(raw), err
}

// packaged is a file of an npm package, and the version of the package.
func (p *place) packaged(name, file string) (path, version string, err error) {
	raw, err := os.ReadFile(p.path("peers", "node_modules", name, "package.json"))
	if err != nil {
		return "", "", err
	}
	var about struct {
		Version string `json:"version"`
	}
	return p.path("peers", "node_modules", name, file), about.Version, json.Unmarshal(raw, &about)
}

// node is the command line of a package's program, run by the Node that is installed beside it.
func (p *place) node(ctx context.Context, name, script string) (run []string, version string, err error) {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	binary, _, err := p.packaged("node-linux-"+arch, "bin/node")
	if err != nil {
		return nil, "", err
	}
	script, version, err = p.packaged(name, script)
	if err != nil {
		return nil, "", err
	}
	about, err := output(ctx, binary, "--version")
	return []string{binary, script}, version + ", Node " + about, err
}

func writeJSON(file string, content any) error {
	raw, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o600)
}
