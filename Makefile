# Everything a developer runs. On Debian each target first installs what it needs and the machine lacks.

SWIFT ?= swift
SOURCES := Sources Tests Benchmarks Fuzzing Package.swift
CHECKS := --explicit-target-dependency-import-check error

BUILD_PACKAGES := libpq-dev pkg-config zlib1g-dev
TEST_PACKAGES := postgresql python3 python3-yaml haproxy curl openssl nodejs node-typescript golang-go
TEST := $(SWIFT) test --skip-build --disable-xctest
# Integration tests that leave little of the machine to others.
BUSY := IntegrationTests.(HostileClient|ExampleClient|Vector)
# Those of whole rooms and whole homeservers.
WHOLE := IntegrationTests.(RecordedRoom|Synapse|ChangedSynapse|Dendrite|Audit|ReplayCommand)

LINT_PACKAGES := shellcheck
RUN_PACKAGES := postgresql netcat-openbsd curl
BENCH_PACKAGES := $(RUN_PACKAGES) wrk haproxy

TARGETS ?= json envelope http events rules
RUNS ?= 1000000
SEED ?= 1
TOOLCHAIN = $(dir $(realpath $(shell command -v $(SWIFT))))..
# The archive of libFuzzer that has no main function; where there is none, `make fuzz` makes its inputs itself.
LIBFUZZER = $(wildcard $(TOOLCHAIN)/lib/swift/clang/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a)
FUZZ := --configuration release --scratch-path .build-fuzz

.DEFAULT_GOAL := help
.PHONY: help setup setup-build run test integration lint format bench build-bench count fuzz sanitize build release clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## Serve a sample room from a PostgreSQL of its own, until Ctrl-C
	@scripts/setup $(RUN_PACKAGES)
	@scripts/run "$$($(SWIFT) build --configuration release --show-bin-path)/eventauth"

test: setup lint ## Check the style, build, and run every test
	$(SWIFT) build --build-tests $(CHECKS)
	@# Sockets, processes and databases have limits in time: they come after what keeps all cores busy.
	$(TEST) --skip 'IntegrationTests|RPCServerTests|FuzzTests'
	$(TEST) --filter FuzzTests
	$(TEST) --filter RPCServerTests
	$(TEST) --filter '$(BUSY)'
	$(TEST) --filter '$(WHOLE)'
	$(TEST) --filter IntegrationTests --skip '$(BUSY)' --skip '$(WHOLE)'

integration: setup ## Run the tests that need PostgreSQL
	$(SWIFT) build --build-tests $(CHECKS)
	$(TEST) --filter IntegrationTests

lint: ## Check the style of Swift files and shell scripts
	@scripts/setup $(LINT_PACKAGES)
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)
	shellcheck .ci/run scripts/* docker/healthcheck

format: ## Bring Swift files into the style
	$(SWIFT) format format --in-place --recursive --parallel $(SOURCES)

bench: release build-bench ## Measure all, or ONLY= some parts, beside others of the run; RECORD=1 keeps the figures
	@scripts/setup $(BENCH_PACKAGES)
	@scripts/bench "$$($(SWIFT) build --configuration release --show-bin-path)" $(ONLY)

count: setup-build build-bench ## Hold instructions and allocations against those that are kept; RENEW=1 keeps new ones
	@scripts/setup valgrind binutils
	@RENEW=$(RENEW) scripts/count "$$($(SWIFT) build --configuration release --show-bin-path)"

fuzz: setup-build ## Look for inputs that break what must hold: RUNS= for each of TARGETS=, from SEED= on
	$(if $(LIBFUZZER),LIBFUZZER_ARCHIVE=$(LIBFUZZER)) $(SWIFT) build $(FUZZ) --product eventauth-fuzz
	@for target in $(TARGETS); do \
		SWIFT_BACKTRACE=enable=no "$$($(SWIFT) build $(FUZZ) --show-bin-path)/eventauth-fuzz" \
			$$target --runs $(RUNS) --seed $(SEED) || exit 1; \
	done

# Optimized: in a debug build JSON that is nested deep takes more stack than Swift's threads have. One test after the
# other: some have limits in time. Leaks are not looked for: Swift keeps bits of its own in pointers, and what only
# such pointers lead to, globals among it, would count as leaked.
sanitize: setup ## Run the tests under the address sanitizer and under the thread sanitizer
	@for sanitizer in address thread; do \
		options="--sanitize=$$sanitizer --scratch-path .build-$$sanitizer"; \
		$(SWIFT) build --build-tests $$options -Xswiftc -O || exit 1; \
		ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.supp \
			$(SWIFT) test --skip-build --disable-xctest --no-parallel $$options \
			--skip IntegrationTests || exit 1; \
	done

build: setup-build ## Build for debugging
	$(SWIFT) build $(CHECKS)

release: setup-build ## Build the program for production, with Swift's libraries inside
	$(SWIFT) build --configuration release --static-swift-stdlib --product eventauth

build-bench:
	$(SWIFT) build --configuration release --static-swift-stdlib --product eventauth-bench

clean: ## Remove what was built and the data of `make run`
	rm -rf .build .build-* .fuzz .run

setup: setup-build ## Install the Debian packages that tests need
	@scripts/setup $(TEST_PACKAGES)

setup-build:
	@scripts/setup $(BUILD_PACKAGES)
