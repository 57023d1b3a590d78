# Short names for what CONTRIBUTING tells. CI runs .ci/run.
lint := $(or $(wildcard $(HOME)/.cache/patmock-ci/golangci-lint-v2.15.0/golangci-lint),golangci-lint)

.PHONY: build serve test fmt lint ci dist image rename bench-peers
build: ## build ./patmock
	CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o patmock ./cmd/patmock
serve: ## run the mock
	go run ./cmd/patmock serve
test: ## run the tests
	go test ./...
fmt: ## format the code
	$(lint) fmt
lint: ## lint the code
	$(lint) run
dist: ## write the binaries of every platform into dist/
	./.ci/dist
image: ## build the image patmock:latest without pulling any: make image TAG=patmock:mine ARCH=arm64
	./.ci/image "$(or $(TAG),patmock:latest)" $(ARCH)
rename: ## move the module: make rename MODULE=github.com/acme/patmock
	./.ci/rename "$(MODULE)"
bench-peers: ## measure patmock beside other mocks, see mockserver/bench: make bench-peers BENCH="-rounds 1 -write=false"
	command -v wrk >/dev/null || apt-get install -y wrk
	mkdir -p .cache/bench
	go build -o .cache/bench/bench ./mockserver/bench
	.cache/bench/bench $(BENCH)
ci: ## run what CI runs
	./.ci/run
