# What people and CI run. Every target installs what it misses first (scripts/setup).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: results retrieval static base translation networks help serve dist test lint unit e2e fuzz soak interop cluster figures bench deny setup clean

# Tools come from the project's npm packages and from cargo install; system paths are only added to.
CARGO_BIN := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export PATH := $(CURDIR)/e2e/node_modules/.bin:$(PATH):$(CARGO_BIN)

# CI must build exactly what Cargo.lock says; elsewhere cargo may update it after an edit.
LOCKED := $(if $(CI),--locked)
WASM := wasm32-unknown-unknown
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1	/p' Makefile | expand -t 16

# Its own folder, since pages built for serving carry the reload script.
serve: ## build the page, serve it on http://127.0.0.1:8080 and rebuild on changes (ARGS="--port N")
	@scripts/setup build
	cargo fetch -q $(LOCKED)
	trunk serve --release --offline --dist target/serve --address 127.0.0.1 $(ARGS)

dist: ## build the page for publishing, into dist/
	@scripts/setup build
	cargo fetch -q $(LOCKED)
	trunk build --release --offline $(if $(CI),--locked)

test: lint unit e2e ## everything CI checks, cheapest first

# The page and what it does in workers are code for the browser; their tests compile for this machine all the same.
lint: ## formatting, circles of modules, and clippy for this machine and for the browser
	@scripts/setup rust
	@command -v node >/dev/null || scripts/setup test
	scripts/circles
	cargo fmt --all --check
	cargo clippy $(LOCKED) --workspace --exclude page --exclude worker --all-targets -- -D warnings
	cargo clippy $(LOCKED) -p page -p worker --all-targets --target $(WASM) -- -D warnings

unit: ## cargo's tests; those of the GPU use whatever Vulkan driver there is, Mesa's on the CPU at least
	@scripts/setup test
	cargo test $(LOCKED) --workspace

# The command is the one that cargo's tests have built: other features would mean other dependencies.
e2e: dist ## the built page in a real browser, with and without WebGPU
	@scripts/setup test
	cargo test -q $(LOCKED) --workspace --no-run
	SUPERPHASE=$(TARGET)/debug/superphase npm test --silent --prefix e2e

# Seconds for each target of fuzz, and for soak.
SECONDS ?= $(if $(filter soak,$(MAKECMDGOALS)),1800,600)

fuzz: ## readers of links, tables and documents against made-up input (SECONDS=600 for each of four)
	@scripts/setup rust
	fuzz/run $(SECONDS)

soak: dist ## thirty minutes of random changes in the page (SECONDS=1800): memory flat, nothing on the console
	@scripts/setup test
	node e2e/soak.mjs --seconds $(SECONDS) $(ARGS)

# The command as cargo's tests have built it, as for e2e.
interop: ## every file format read by Python's packages, and Python's weights measured by the command
	@scripts/setup rust
	cargo test -q $(LOCKED) --workspace --no-run
	scripts/interop/run $(TARGET)/debug/superphase

static: ## the command as one static file under 30 MB, as containers have it
	@scripts/setup rust
	scripts/static

cluster: ## shards under a real Slurm with two nodes, HyperQueue and GNU parallel, merged and compared (Debian, as root)
	@scripts/setup rust
	cargo test -q $(LOCKED) --workspace --no-run
	scripts/cluster/check $(TARGET)/debug/superphase

figures: dist ## draw the README's figures from the built page (some minutes)
	@scripts/setup test
	node e2e/figures.mjs

base: ## train the translation model that comes with the page, www/translation-base.bin (minutes; its fingerprint is in crates/engine/tests/translation.rs)
	cargo run -q --release $(LOCKED) -p superphase -- base --out www/translation-base.bin

results: ## compute the results that come with the page, www/results (half an hour on two cores; ONLY="paper attacked" for some)
	cargo build -q --release $(LOCKED) -p superphase
	scripts/results $(TARGET)/release/superphase $(ONLY)

translation: ## draw the tables of docs/translation.md from new runs of the command (minutes)
	cargo build -q --release $(LOCKED) -p superphase
	scripts/translation $(TARGET)/release/superphase

retrieval: ## train and draw the phase diagram of features through attention, docs/retrieval.csv and its figure (minutes)
	cargo build -q --release $(LOCKED) -p superphase
	scripts/retrieval $(TARGET)/release/superphase

networks: ## the published losses of both transformer scripts, all steps and five seeds (minutes)
	cargo test --release -p superphase --test networks -- --ignored --nocapture

bench: dist ## measure speed against other libraries and write bench/RESULTS.md (ARGS="--only page,jax"; some 15 minutes)
	bench/run $(ARGS)

# Not a part of `test`: building cargo-deny takes longer than all the rest, and the checks change only with Cargo.lock.
# Advisories are left out since their database is fetched from the network: run `cargo deny check advisories` for them.
deny: ## licences, duplicates and sources of dependencies (needs cargo-deny: cargo install --locked cargo-deny), and npm audit
	cargo deny --locked check licenses bans sources
	npm audit --prefix e2e

setup: ## install what building and testing need
	@scripts/setup test

clean: ## remove what was built
	rm -rf target dist e2e/results
