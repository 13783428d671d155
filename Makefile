# `make` lists the commands. What they do is in scripts/bugsage_dev.

DEV = @command -v python3 >/dev/null || { \
	echo "bugsage: Python 3.9 or newer is missing: install the package python3." >&2; exit 1; }; \
	exec python3 scripts/dev

.PHONY: help run test bench eval chaos fuzz servers fmt lint

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## build and serve BugSage with demo data, on servers of its own
	$(DEV) run

test: ## format check, clippy and every test, on throw-away servers
	$(DEV) test

bench: ## measure a release build; ARGS=ingest for one part
	$(DEV) bench $(ARGS)

eval: ## score groups, similar errors and rules on failures of known causes
	$(DEV) eval $(ARGS)

chaos: ## kill the service 200 times under load, its servers and network too; ARGS=--kills=30 for less
	$(DEV) chaos $(ARGS)

fuzz: ## search for input that breaks a rule, FUZZ_SECONDS (60) for each kind
	$(DEV) fuzz $(ARGS)

servers: ## the throw-away servers alone, until Ctrl-C, for single tests by hand
	$(DEV) servers

fmt: ## format the code
	@cargo fmt --all

lint: ## clippy, warnings denied
	@cargo clippy --workspace --all-targets --locked -- -D warnings
