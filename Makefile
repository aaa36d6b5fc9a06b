# `make run` and `make test` set up what they need. On a network without rustup's server, WASM_STD=debian builds the standard
# library for Wasm from Debian's source instead.

# Always --workspace, so that dependencies have the same features and are built once.
# The manifest has the path of the component, so the target directory is fixed.
export CARGO_TARGET_DIR := $(CURDIR)/target

.PHONY: help build hosts run cluster seed test test-url soak fuzz bench e2e kubernetes kubernetes-long kubernetes-up kubernetes-down image package lint version-set fmt clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

build: ## Build the component for Spin 4.0 (target/footfall.wasm) and for Spin 4.1 (target/footfall-final.wasm)
	scripts/component rc final

run: ## Serve it on LISTEN (127.0.0.1:3000), with the visits in ./data
	@scripts/run

cluster: ## Serve three replicas on 127.0.0.1 from port PORT (3000) on, with the visits in ./data/cluster
	@scripts/cluster

seed: ## Fill the empty log in FILE (data/visits.db) with N visits (1000000)
	@cargo build --workspace --bin footfall-seed
	@$(CARGO_TARGET_DIR)/debug/footfall-seed --visits $(or $(N),1000000) --file $(or $(FILE),data/visits.db)

# The suites that need tools beyond cargo's, or root.
SUITES := $(filter-out $(SKIP),chart browser image package volume warehouse)

test: lint build hosts ## Check the style, build, and run all tests; SKIP="browser image" leaves out those suites
	$(if $(filter chart package,$(SUITES)),scripts/chart-tools)
	$(if $(filter package,$(SUITES)),scripts/package-tools && scripts/go-tool registry)
	$(if $(filter browser,$(SUITES)),scripts/browser-tools)
	scripts/schemathesis
	$(if $(filter warehouse,$(SUITES)),PATH="$$(scripts/warehouse-tools):$$PATH") cargo test --workspace --lib $(addprefix --test ,$(SUITES))
	FOOTFALL_RUNTIME=4.1 cargo test --workspace --test http -- cluster soak $(addprefix own_server::,full_disk load locks pages pruning volume_faults)
	cargo test --workspace --test http

hosts:
	cargo build --workspace --bins

test-url: ## Run the tests that need no control of the server against FOOTFALL_URL
	@test -n "$(FOOTFALL_URL)" || { echo "Set FOOTFALL_URL, such as http://127.0.0.1:3000" >&2; exit 1; }
	cargo test --workspace --test http any_server

fuzz: ## Feed generated requests, answers of peers, and uploads to the app, SECONDS (60) each
	@scripts/fuzz $(or $(SECONDS),60)

soak: build hosts ## Forty minutes of kills, full disks, locks, millions of visits and twenty simulated years, with an audit
	ulimit -n "$$(ulimit -H -n)" && FOOTFALL_SOAK=1 cargo test --workspace --test http soak -- --test-threads=1 --nocapture
	FOOTFALL_RUNTIME=4.1 FOOTFALL_SOAK=1 cargo test --workspace --test http soak::endurance -- --nocapture

bench: ## Measure it beside an empty component, here and at FOOTFALL_URL, in target/bench/bench.json
	@scripts/bench

image: build ## Build the images footfall:<version> and footfall:<version>-final, and target/footfall-<version>*.tar
	scripts/image

package: build ## Make all of a release for the images' REPOSITORY, in target/package: images, chart, components, SBOMs, checksums
	scripts/package "$(REPOSITORY)"

e2e: ## Install the chart on the cluster of the kube context, and check it (IMAGE, NAMESPACE, RUNTIMECLASS)
	scripts/e2e

# If make is killed, the cluster ends too.
kubernetes: ## Run the tests in a Kubernetes of their own, which is built first (needs root and Go 1.26)
	@setpriv --pdeathsig TERM scripts/kubernetes test

kubernetes-long: ## Run those that take longer: upgrades, each way to install, full volumes, too little memory, IPv6
	@setpriv --pdeathsig TERM scripts/kubernetes long

kubernetes-up: ## Start such a cluster to play with, and install the chart
	@scripts/kubernetes up

kubernetes-down: ## End it
	@scripts/kubernetes down

lint: ## Check the format, clippy natively and for Wasm, the scripts, the workflows, and the dependencies
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets -- --deny warnings
	scripts/wasm-cargo clippy --profile component --package footfall --package footfall-bench-empty -- --deny warnings
	scripts/wasm-cargo clippy --profile component --package footfall --no-default-features --features wasi-final -- --deny warnings
	scripts/shellcheck
	scripts/actionlint
	scripts/deny

version-set: ## Write the version VERSION into every file that has one
	@scripts/version-set "$(VERSION)"

fmt: ## Format the code
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

clean: ## Remove what was built; the visits stay
	cargo clean
