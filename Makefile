# The programs are built with the dev profile (a release build takes twice as
# long); the function alone is built for release.

STATE_FILE ?= state.json
# A cargo-lambda that is installed already is used as it is; ours finds its Zig
# by way of the python3 beside it.
CARGO_LAMBDA := $(if $(shell command -v cargo-lambda),,PATH="$(CURDIR)/.venv/bin:$$PATH") cargo lambda
# The page that shows a login, or the lab: REPORT=login.html.
REPORT_FLAG = $(if $(REPORT),--report "$(REPORT)")
# The architecture of the function: the host's, or LAMBDA_ARCH=arm64 or x86_64.
ARCH_FLAG = $(if $(LAMBDA_ARCH),$(if $(filter arm64,$(LAMBDA_ARCH)),--arm64,--x86-64))

.DEFAULT_GOAL := all
.PHONY: all api request logs delete delete-all demo lab test test-fast lint mutants audit bench clean dist cloud cloud-stop tools build function pictures help

# Tools are a download and programs a compilation: side by side they take less.
SIDE_BY_SIDE := --no-print-directory -j2

all: .env ## settings, tools, programs, function
	@$(MAKE) $(SIDE_BY_SIDE) build function
	@echo "Ready. Next: 'make api' creates everything; 'make help' says what else there is."

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.env:
	@scripts/configure

tools: .venv/.installed ## cargo-lambda and the local cloud, into .venv

# Each package is taken only if its hash is the one in the file.
PIP_INSTALL := .venv/bin/pip install --quiet --require-hashes --requirement

.venv/.installed: requirements/tools.txt
	@echo "Installing tools into .venv (about a minute) ..."
	python3 -m venv .venv
	$(PIP_INSTALL) requirements/tools.txt
	@touch $@

build: ## the programs
	cargo build --locked --bin create --bin tokens --bin delete --bin logs

function: .venv/.installed ## the function's zip, target/lambda/echo/bootstrap.zip
	$(CARGO_LAMBDA) build --locked --release --package echo --output-format zip $(ARCH_FLAG)

api: .env function ## create everything
	@scripts/cloud start-if-configured
	cargo run --locked --quiet --bin create

request: .env ## log in and call the API; SCOPES="openid" asks for other scopes, ROUTE="POST /hello" calls another route, REPORT=login.html keeps the page
	@scripts/show-user
	cargo run --locked --quiet --bin tokens -- $(if $(SCOPES),--scopes "$(SCOPES)") $(if $(ROUTE),--route "$(ROUTE)") $(REPORT_FLAG)

lab: .env ## attacks on the login and the API, and who refuses them; REPORT=lab.html keeps a page
	@scripts/show-user
	cargo run --locked --quiet --bin tokens -- lab $(REPORT_FLAG)

logs: .env ## the last lines that the function has logged; FOLLOW=1 goes on until Ctrl-C
	@cargo run --locked --quiet --bin logs -- $(if $(FOLLOW),--follow)

delete: .env ## delete everything
	cargo run --locked --quiet --bin delete

delete-all: .env ## for a teacher: delete every deployment in the account and region, asking before each; YES=1 does not ask
	@YES="$(YES)" scripts/delete-all cargo run --locked --quiet --bin delete --

demo: ## the whole path on the local cloud: no account needed
	@$(MAKE) $(SIDE_BY_SIDE) build function
	@scripts/demo

test: .venv/.test .venv/.providers function ## all tests, against the local cloud
	cargo build --locked --workspace --bins
	cargo test --locked --workspace

.venv/.test: requirements/test.txt requirements/axe.txt .venv/.installed
	$(PIP_INSTALL) requirements/test.txt
	$(PIP_INSTALL) requirements/axe.txt --no-deps
	@touch $@

# The OpenID providers that tokens is tested at, and the Node.js that runs one: of
# each package the lock files have the version and the hash.
PROVIDER := crates/e2e/providers/oidc-provider

.venv/.providers: requirements/providers.txt $(PROVIDER)/package-lock.json .venv/.installed
	$(PIP_INSTALL) requirements/providers.txt
	PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --prefix $(PROVIDER) --ignore-scripts --no-audit --no-fund
	@touch $@

test-fast: ## unit tests: no emulator, no browser
	cargo test --locked --workspace --lib --bins --test it

lint: ## format and lints, of the scripts too where shellcheck is installed
	cargo fmt --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	@if command -v shellcheck >/dev/null; then \
		shellcheck .ci/run $$(grep -lE '^#!/(bin/|usr/bin/env )(ba)?sh' scripts/*); \
	else \
		echo "note: shellcheck is not installed: the scripts were not checked" >&2; \
	fi

mutants: ## single changes to the checks of tokens, each of which a test must notice: hours; needs cargo-mutants
	@command -v cargo-mutants >/dev/null || { \
		echo "error: cargo-mutants is not installed" >&2; \
		echo "hint: cargo install --locked cargo-mutants" >&2; \
		exit 1; \
	}
	cargo mutants --package tokens --output target

audit: ## licences and advisories of what is linked, by cargo-deny
	@command -v cargo-deny >/dev/null || { \
		echo "error: cargo-deny is not installed" >&2; \
		echo "hint: cargo install --locked cargo-deny" >&2; \
		exit 1; \
	}
	cargo deny check

dist: .venv/.installed ## the archive for machines without Rust, in dist
	scripts/dist

.venv/.release: requirements/release.txt .venv/.installed
	$(PIP_INSTALL) requirements/release.txt
	@touch $@

pictures: .venv/.test function ## the pictures in .images, from real runs; needs chromium
	cargo build --locked --workspace --bins
	$(PIP_INSTALL) requirements/pictures.txt
	PICTURES=.images cargo test --locked --workspace --test login -- browser pages_of
	@scripts/pictures

bench: .venv/.bench function ## how fast it all is, beside what the network allows
	cargo build --locked --bins
	cargo run --locked --quiet --bin bench -- --json target/bench.json

.venv/.bench: requirements/bench.txt .venv/.installed
	$(PIP_INSTALL) requirements/bench.txt
	@touch $@

cloud: tools ## start the local cloud on 127.0.0.1:4566
	@scripts/cloud start

cloud-stop: ## stop the local cloud
	@scripts/cloud stop

clean: ## stop the local cloud, remove what was built; refuses while there is something on AWS
	@if [ -e "$(STATE_FILE)" ] && [ -z "$(FORCE)" ]; then \
		echo "error: $(STATE_FILE) still lists resources: run 'make delete' first, or 'make clean FORCE=1' to forget them" >&2; \
		exit 1; \
	fi
	@scripts/cloud stop-all
	rm -rf target dist .venv "$(STATE_FILE)" "$(STATE_FILE).lock" "$(STATE_FILE).unreadable"
