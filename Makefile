# dictrack: `make` lists what can be made.

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
# Nothing here needs C; without it the first build takes a quarter less time. The race detector alone needs it.
export CGO_ENABLED ?= 0
# The tools live in a module of their own: nothing they need reaches go.mod.
TOOL := $(GO) tool -modfile=tools/pinned/go.mod

# Modules of their own, beside the one that users get.
MODULES := tools/pinned bench/compare internal/ferretdb

# What to look at, and which benchmarks.
PKG   ?= ./...
BENCH ?= .
# How often to run each benchmark.
COUNT ?= 1
# How often make bench does.
RUNS  ?= 5
# Which suites, as in "bench Durable|Behind"; all if it is empty.
ONLY  ?=
# How long to fuzz each target: a time, or a number of inputs as in 5000x.
FUZZTIME ?= 10s
# How often crash kills, and how long soak runs.
KILLS ?= 2000
# How many histories linearize makes.
HISTORIES ?= 5000
HOURS ?= 8

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ every day

# What starts servers, or is slow without: test-fast leaves it out.
SLOW := /(bench|cache/rediscache|cmd/dictrack$$|connect|internal/testserver|internal/vectors|store/(pebblestore|pgstore|mongostore)|tests)

.PHONY: test
test: deps ## install what the tests need and run them all
	@echo 'Running all tests: about 6 minutes on 2 cores, most of it in silence.'
	$(GO) test -timeout 20m $(PKG)

.PHONY: test-fast
test-fast: ## the tests that need no server, in about a minute
	$(GO) test $$($(GO) list ./... | grep -vE '$(SLOW)')

.PHONY: deps
deps:
	@echo 'Downloading modules, and with apt-get redis-server and postgresql if they are missing (a minute).'
	$(GO) mod download
	tools/servers

.PHONY: race
race: ## the tests under the race detector (needs a C compiler)
	@command -v "$$($(GO) env CC)" >/dev/null || { echo 'the race detector needs a C compiler: apt-get install gcc libc6-dev' >&2; exit 1; }
	CGO_ENABLED=1 $(GO) test -race -timeout 30m $(PKG)

.PHONY: vet
vet: ## go vet
	$(GO) vet $(PKG)

.PHONY: fmt
fmt: ## format the code
	$(TOOL) gofumpt -w .

.PHONY: fmt-check
fmt-check: ## fail if gofmt would change a file
	@changed=$$(gofmt -l .); [ -z "$$changed" ] || { printf 'not formatted, run "make fmt":\n%s\n' "$$changed" >&2; exit 1; }

.PHONY: lint
lint: ## golangci-lint, as .golangci.yaml says (its first build takes two minutes)
	$(TOOL) golangci-lint run

.PHONY: tidy-check
tidy-check: ## fail if a go.mod is not tidy
	$(GO) mod tidy -diff
	for module in $(MODULES); do $(GO) -C $$module mod tidy -diff; done

.PHONY: build
build: ## build bin/dictrack
	$(GO) build -trimpath -o bin/dictrack ./cmd/dictrack

##@ proofs

.PHONY: vectors
vectors: ## the tests that run the shared vectors
	tools/named Vectors ./... -count=1

.PHONY: prove
prove: deps ## try to break every promise: the whole programme, half an hour or so
	DICTRACK_PROVE=1 $(GO) test -count=1 -v -timeout 60m ./tests/robustness/...

.PHONY: linearize
linearize: deps ## HISTORIES (5000) of several processes on one Redis, each checked
	DICTRACK_HISTORIES=$(HISTORIES) $(GO) test -count=1 -v -timeout 0 -run Linearizable ./tests/robustness/multiprocess

.PHONY: crash
crash: ## kill -9 and recover KILLS times (2000)
	DICTRACK_KILLS=$(KILLS) tools/named Crash ./tests/robustness/... -count=1 -v -timeout 0

.PHONY: soak
soak: ## run the programme with new seeds for HOURS (8)
	DICTRACK_SOAK=$(HOURS)h tools/named Soak ./tests/robustness/... -count=1 -v -timeout 0

.PHONY: fuzz
fuzz: ## fuzz each target for FUZZTIME (10s), one after the other
	tools/fuzz $(FUZZTIME)

##@ figures

.PHONY: bench
bench: deps ## all that docs/performance.md says, measured anew and written there (an hour); ONLY=regexp for some suites
	$(GO) -C bench/compare run ./report -count $(RUNS) -only '$(ONLY)'

.PHONY: measure
measure: ## some benchmarks; BENCH=regexp PKG=package COUNT=10 to narrow and repeat
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 0 $(PKG)

.PHONY: bench-once
bench-once: ## each benchmark once, so that neither they nor what the documents quote of them rots
	{ DICTRACK_BENCH=small $(GO) test -run '^$$' -bench . -benchtime 1x ./...; \
	DICTRACK_BENCH=small $(GO) -C bench/compare test -bench . -benchtime 1x ./...; } | $(GO) -C bench/compare run ./report -check

##@ the rest

.PHONY: house
house: ## private words, circles of files, sizes and documentation, as a table
	$(GO) run ./tools/house

.PHONY: ci
ci: ## all that a change must pass
	.ci/run

.PHONY: clean
clean: ## remove what was built or measured
	rm -rf bin coverage.*
	find . -type f \( -name '*.test' -o -name '*.prof' -o -name '*.pprof' -o -name '*.trace' \) -delete
