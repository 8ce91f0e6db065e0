# What a contributor needs: make test (all checks), make bench, make web
# (rebuild the page), make lint. Each installs what it lacks, or says what to
# install.

GO      ?= go
UI      := web/ui
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Without the race detector everything is built one way, in which a clone
# elsewhere builds it too: so each package is compiled twice and not five times.
STATIC   = CGO_ENABLED=0 GOFLAGS="$(shell $(GO) env GOFLAGS) -trimpath"

.PHONY: test lint unit fuzz-seeds page browser long clean-clone bench web build tools

test: tools lint unit page browser clean-clone ## everything CI checks

build: ## the binary, static, without Node
	$(STATIC) $(GO) build -o bin/msnscope ./cmd/msnscope

tools: ## system packages the tests drive: chromium, tshark
	@scripts=.ci/tools; bash $$scripts

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt wants to change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(STATIC) $(GO) vet ./...
	$(STATIC) $(GO) run $(STATICCHECK) ./...

# The race detector lets each program linger a second when it ends; the tests
# start some hundreds.
unit: ## all Go tests with the race detector; fuzz targets run their seeds
	GORACE=atexit_sleep_ms=50 CGO_ENABLED=1 $(GO) test -race ./...

page: $(UI)/node_modules/.package-lock.json ## the page's checks, and proof that web/dist is what its source builds
	cd $(UI) && npm run --silent check && npm run --silent test && npm run --silent build
	@git diff --exit-code --stat -- web/dist && test -z "$$(git status --porcelain -- web/dist)" || \
		{ echo "web/dist is not what web/ui builds: run 'make web' and commit"; exit 1; }

browser: $(UI)/node_modules/.package-lock.json ## the page in a real Chromium against the real binary
	cd $(UI) && npm run --silent e2e

long: $(UI)/node_modules/.package-lock.json ## the page's budgets, on a quiet machine, and a walk through its every action
	cd $(UI) && npm run --silent long

clean-clone: ## a stranger's build: fresh clone, no cgo, no Node
	bash .ci/clean-clone

web: $(UI)/node_modules/.package-lock.json ## rebuild the committed page
	cd $(UI) && npm run --silent build

bench: tools ## figures: relay beside its yardsticks, decode beside tshark
	bash .ci/bench

$(UI)/node_modules/.package-lock.json: $(UI)/package-lock.json
	cd $(UI) && npm ci
