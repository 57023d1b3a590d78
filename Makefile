# Short names for the commands of CONTRIBUTING. CI runs .ci/run.
export GOTOOLCHAIN := auto
lint := $(or $(wildcard $(HOME)/.cache/patmock-ci/golangci-lint-v2.15.0/golangci-lint),golangci-lint)

.PHONY: build serve test fmt lint ci dist image rename bench-peers bench-scale soak mutants docs
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
	cd contracttests/clients/golang && $(lint) run
dist: ## write the binaries of every platform into dist/
	./.ci/dist
image: ## build the image patmock:latest without pulling any: make image TAG=patmock:mine ARCH=arm64
	./.ci/image "$(or $(TAG),patmock:latest)" $(ARCH)
rename: ## move the module: make rename MODULE=github.com/acme/patmock
	./.ci/rename "$(MODULE)"
bench-peers: ## measure patmock beside other mocks, see mockserver/bench: make bench-peers BENCH="-rounds 1"
	command -v wrk >/dev/null || apt-get install -y wrk
	./mockserver/bench/peers/prepare
	.cache/bench/bench $(BENCH)
bench-scale: ## measure the cost of operations by the amount of state: make bench-scale BENCH=journal
	./mockserver/bench/scale $(BENCH)
soak: ## send a mixed load to a mock for ten minutes with the race detector: make soak FOR=1h
	PATMOCK_SOAK=$(or $(FOR),10m) go test -race -count=1 -timeout 0 -v -run '^TestSoak$$' ./mockserver
mutants: ## try all generated mutants, some thousand: make mutants MATCH='property/token/*/*/v2026'
	go test -count=1 -timeout 0 -v -run '^TestGeneratedMutants$$' ./contracttests -mutants -1 -mutants.match '$(MATCH)' | grep -v -e '^=== ' -e '--- PASS'
docs: ## build the site of the documentation in .cache/docs/site
	./.ci/docs
ci: ## run what CI runs
	./.ci/run
